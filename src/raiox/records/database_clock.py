"""The wall clock of the machine that runs the database, for processes on many others.

Leases and retention compare instants that different hosts wrote; by their own clocks a host whose
time is wrong would take the work of all others. Between two looks at the database's clock, one of
this host goes on that nobody can set; it may drift by some milliseconds.
"""

import time

from sqlalchemy import text

from raiox.records.database import Database
from raiox.records.rows import Clock

_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)")


class DatabaseClock:
    """Seconds since 1970 UTC, as PostgreSQL has them."""

    def __init__(self, database: Database, elapsed: Clock = time.monotonic) -> None:
        """Look at it once. Raises: RecordsUnavailableError."""
        self._database = database
        self._elapsed = elapsed
        self._ahead_s = 0.0
        self.synchronise()

    def __call__(self) -> float:
        """The time."""
        return self._elapsed() + self._ahead_s

    def synchronise(self) -> None:
        """Look at the database's clock again. Raises: RecordsUnavailableError."""
        with self._database.reading() as connection:
            sent = self._elapsed()
            now = float(connection.execute(_NOW).scalar_one())
            self._ahead_s = now - (sent + self._elapsed()) / 2
