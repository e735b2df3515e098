"""Bringing a database to the newest tables; runs at every start.

All steps run in one transaction that holds the write lock, so a start that is
killed leaves the old tables or the new ones, and two starts take turns.
"""

from importlib.resources import as_file, files
from typing import Final

from sqlalchemy import Connection, inspect, text

from raiox.records.database import Database

_MIGRATIONS: Final = files("raiox.records") / "migrations"
_LOCK_NUMBER: Final = 0x52_41_49_4F  # any constant that no other program uses


def migrate(database: Database, revision: str | None = None) -> None:
    """Create or update the tables, by default to the newest.

    Raises: RecordsUnavailableError, StorageFullError.
    """
    wanted = revision or _newest_revision()
    with database.migrating() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        if _revision(connection) != wanted:
            _upgrade(connection, wanted)


def _newest_revision() -> str:
    names = (file.name for file in (_MIGRATIONS / "versions").iterdir())
    return max(name.partition("_")[0] for name in names if name.endswith(".py"))


def _revision(connection: Connection) -> str | None:
    """Of the tables that are there, if any are."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection, revision: str) -> None:
    # Most starts need neither; importing them takes a tenth of the processor time of one.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(_MIGRATIONS) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
