"""The service over HTTP: FastAPI app, problem+json, sessions, limits, the built page as files.

Knows the use cases of `raiox.service` and what HTTP means; it runs no network, opens no
table and decodes no image.
"""
