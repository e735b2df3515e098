"""The use cases: submit, get, history, delete, export; and the worker that reads."""
