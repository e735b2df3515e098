"""Bringing a database to the newest tables; runs at every start.

All steps run in one transaction that holds the write lock, so a start that is
killed leaves the old tables or the new ones, and two starts take turns.
"""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from raiox.records.database import Database

_LOCK_NUMBER = 0x52_41_49_4F  # any constant that no other program uses


def migrate(database: Database, revision: str = "head") -> None:
    """Create or update the tables. Raises: RecordsUnavailableError, StorageFullError."""
    with (
        as_file(files("raiox.records") / "migrations") as folder,
        database.migrating() as connection,
    ):
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
