"""Where analyses live: one table that is queue, history and audit, and a folder of images.

Everything here is synchronous; `raiox.service.executors` keeps it off the event
loop. One code path serves SQLite and PostgreSQL.
"""
