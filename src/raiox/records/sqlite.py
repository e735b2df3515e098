"""SQLite as raiox uses it: a write-ahead log, one writer at a time, its errors by their codes.

In WAL mode with `synchronous=FULL` what was committed survives a power cut, and every write
begins with BEGIN IMMEDIATE, so two writers never meet in the middle.
Sources: sqlite.org/wal.html, SQLAlchemy "pysqlite: transactions".
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from raiox.records.errors import RecordsDamagedError, RecordsError, StorageFullError

BUSY_TIMEOUT_S = 5.0
BUSY_TIMEOUT = f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}"

# Primary result codes, sqlite.org/rescode.html: READONLY, IOERR, FULL.
_STORAGE_CODES = frozenset({8, 10, 13})
# CORRUPT, NOTADB.
_DAMAGE_CODES = frozenset({11, 26})

_PRAGMAS = (
    BUSY_TIMEOUT,
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    # What a user deletes is overwritten, not only unlinked.
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=67108864",
)


def sqlite_engine(url: URL) -> Engine:
    """Connections to one file."""
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def sqlite_error(error: BaseException | None) -> RecordsError | None:
    """What a driver's error means; None where its code says nothing special."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _STORAGE_CODES:
        return StorageFullError()
    return RecordsDamagedError() if code in _DAMAGE_CODES else None


def _prepare(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin` does.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    synchronous = "NORMAL" if options.get("raiox_relaxed") else "FULL"
    connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
    connection.exec_driver_sql("BEGIN" if options.get("raiox_reading") else "BEGIN IMMEDIATE")
