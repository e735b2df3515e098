"""Sessions of people that were ended before their time, so that a copied cookie is worth nothing.

A session goes by several names: its own, that of its person, and that of the provider's session
it came from. Ending one of them ends all sessions of that name which had begun by then. All are
random or keyed hashes: what is kept says nothing of anybody, and nothing of who is signed in.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from raiox.records.database import Database
from raiox.records.rows import Clock
from raiox.records.tables import ended_sessions


class EndedSessions:
    """Those of this service, in whatever process they were ended."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def end(self, name: str, *, began_by: float, keep_s: float) -> None:
        """End the sessions of a name; to do it again changes nothing.

        Args:
            began_by: instant; what began later goes on.
            keep_s: how long a session lasts at most, from now on.
        """
        row = {"name": name, "began_by": began_by, "expires_at": self._clock() + keep_s}
        with self._database.writing() as connection:
            connection.execute(self._insert(ended_sessions).values(row).on_conflict_do_nothing())

    def holds(self, names: Collection[str], *, began_at: float) -> bool:
        """Whether a session that goes by these names has been ended."""
        columns = ended_sessions.c
        ended = columns.name.in_(names) & (columns.began_by >= began_at)
        with self._database.reading() as connection:
            return (
                connection.execute(select(columns.name).where(ended).limit(1)).first() is not None
            )
