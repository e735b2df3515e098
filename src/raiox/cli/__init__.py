"""The command line: the only place that builds Settings and chooses an Engine.

Each command imports what it needs when it runs, so that `--help` answers at once.
"""
