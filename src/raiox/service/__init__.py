"""The use cases (submit, get, history, delete), the worker that runs the engine, start and shutdown."""
