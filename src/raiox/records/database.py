"""The one door to the database: short transactions, and errors in the words of raiox.

SQLite runs in WAL mode with `synchronous=FULL`, so what was committed survives a
power cut, and every write begins with BEGIN IMMEDIATE, so two writers never meet
in the middle. Synchronous on purpose: aiosqlite is a thread as well, and the
async session adds a second way of doing each thing without being faster.
Sources: sqlite.org/wal.html, SQLAlchemy "pysqlite: transactions".
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from raiox.records.errors import (
    RecordsDamagedError,
    RecordsError,
    RecordsUnavailableError,
    StorageFullError,
)

BUSY_TIMEOUT_S = 5.0
RETRY_AFTER_S = 2

# Primary result codes, sqlite.org/rescode.html: READONLY, IOERR, FULL.
_STORAGE_CODES = frozenset({8, 10, 13})
# CORRUPT, NOTADB.
_DAMAGE_CODES = frozenset({11, 26})

_BUSY_TIMEOUT = f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}"
_PRAGMAS = (
    _BUSY_TIMEOUT,
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    # What a user deletes is overwritten, not only unlinked.
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=67108864",
)


class Database:
    """Connections to one database; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        self.erasure_owed = False
        """Whether deleted rows may still stand in the write-ahead log."""
        self._reading_engine = self._engine.execution_options(raiox_begin="BEGIN")
        self._fleeting_engine = self._engine.execution_options(raiox_synchronous="NORMAL")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; never waits for writers on SQLite.

        Raises: RecordsUnavailableError, StorageFullError.
        """
        with _translated_errors(), self._reading_engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing.

        Raises: RecordsUnavailableError after `BUSY_TIMEOUT_S`, StorageFullError.
        """
        with _translated_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing_relaxed(self) -> Iterator[Connection]:
        """As `writing`, for what a power cut may undo: it does not wait for the disk.

        A killed process loses nothing; later transactions keep this one as well.
        """
        with _translated_errors(), self._fleeting_engine.begin() as connection:
            yield connection

    def checkpoint_wal(self) -> bool:
        """Empty the write-ahead log, so that deleted rows do not linger in it.

        Waits for nobody: while somebody still reads an older view, a backup for instance, the
        log must stay, and emptying it is owed.

        Returns: whether it is empty, as `erasure_owed` says from now on.
        """
        if self.is_sqlite:
            self.erasure_owed = True
            with _translated_errors(), _outside_transactions(self._engine) as cursor:
                cursor.execute("PRAGMA busy_timeout=0")
                try:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    busy, _, _ = cursor.fetchone()
                finally:
                    cursor.execute(_BUSY_TIMEOUT)
            self.erasure_owed = bool(busy)
        return not self.erasure_owed

    def check_integrity(self) -> None:
        """Look for damage in the whole file; reads all of it. Raises: RecordsDamagedError."""
        if self.is_sqlite:
            with self.reading() as connection:
                if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                    raise RecordsDamagedError

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


@contextmanager
def _outside_transactions(engine: Engine) -> Iterator[Any]:
    connection = engine.raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA synchronous={options.get('raiox_synchronous', 'FULL')}")
    connection.exec_driver_sql(options.get("raiox_begin", "BEGIN IMMEDIATE"))


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _translate(error) from error
    except DBAPIError as error:
        if error.connection_invalidated or _sqlite_code(error.orig) in _DAMAGE_CODES:
            raise _translate(error) from error
        raise
    except sqlite3.DatabaseError as error:
        # While a connection is prepared nobody wraps the driver's errors.
        raise _translate(DatabaseError(None, None, error)) from error


def _sqlite_code(error: BaseException | None) -> int:
    """The primary result code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _translate(error: DBAPIError) -> RecordsError:
    code = _sqlite_code(error.orig)
    if code in _STORAGE_CODES:
        return StorageFullError()
    if code in _DAMAGE_CODES:
        return RecordsDamagedError()
    return RecordsUnavailableError(retry_after_s=RETRY_AFTER_S)
