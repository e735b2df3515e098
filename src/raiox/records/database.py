"""The one door to the database: short transactions, and errors in the words of raiox.

Synchronous on purpose: aiosqlite is a thread as well, and the async session adds a second way
of doing each thing without being faster.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, literal_column, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from raiox.records.errors import (
    CommitUnknownError,
    DatabaseUnsupportedError,
    DriverMissingError,
    RecordsDamagedError,
    RecordsError,
    RecordsUnavailableError,
)
from raiox.records.postgresql import RELAX, lift_limits, postgresql_engine
from raiox.records.postgresql_errors import postgresql_error
from raiox.records.sqlite import BUSY_TIMEOUT, sqlite_engine, sqlite_error

RETRY_AFTER_S: Final = 2
N_WRITERS: Final = 4
"""Transactions of one process that PostgreSQL commits together."""
_DRIVERS: Final = frozenset({"sqlite+pysqlite", "postgresql+pg8000", "postgresql+psycopg"})
_DEFAULT_DRIVER: Final = "postgresql+pg8000"


class Database:
    """Connections to one database; safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Prepare to connect. Raises: DatabaseUnsupportedError, DriverMissingError."""
        self._engine = _open(url)
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        self.n_writers = 1 if self.is_sqlite else N_WRITERS
        """SQLite has one writer anyway, and its busy loop is slower than a line of calls."""
        self.relaxing: tuple[ColumnElement[str], ...] = (
            () if self.is_sqlite else (literal_column(RELAX),)
        )
        """Columns by which a statement makes its transaction such a one as `writing_relaxed` has."""
        self.erasure_owed = False
        """Whether deleted rows may still stand in the write-ahead log."""
        self._reading_engine = self._engine.execution_options(raiox_reading=True)
        self._relaxed_engine = self._engine.execution_options(raiox_relaxed=True)
        self._shared = threading.local()

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

        Raises: RecordsUnavailableError if it cannot begin soon, StorageFullError;
            CommitUnknownError where PostgreSQL was lost while it committed.
        """
        shared: Connection | None = getattr(self._shared, "connection", None)
        if shared is None:
            with _transaction(self._engine) as connection:
                yield connection
        else:
            with _translated_errors(), shared.begin_nested():
                yield shared

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """One transaction for everything that this thread writes meanwhile.

        Each `writing` in it is still kept as a whole or not at all; none is kept before the end.
        Raises: as `writing`.
        """
        with _transaction(self._engine) as connection:
            self._shared.connection = connection
            try:
                yield
            finally:
                self._shared.connection = None

    @contextmanager
    def writing_relaxed(self) -> Iterator[Connection]:
        """As `writing`, for what a power cut may undo: it does not wait for the disk.

        A killed process loses nothing; later transactions keep this one as well.
        """
        with _transaction(self._relaxed_engine) as connection:
            yield connection

    @contextmanager
    def one_statement(self) -> Iterator[Connection]:
        """For a statement that is a transaction by itself: one way to PostgreSQL instead of four.

        On SQLite it is one of `writing_relaxed`.
        """
        if self.is_sqlite:
            with self.writing_relaxed() as connection:
                yield connection
            return
        with _translated_errors(), self._engine.connect() as connection:
            driver_connection: Any = connection.connection.driver_connection
            driver_connection.autocommit = True
            try:
                yield connection
            except BaseException:
                connection.invalidate()  # the pool gets none back that commits by itself
                raise
            driver_connection.autocommit = False

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that may take its time."""
        with self.writing() as connection:
            if not self.is_sqlite:
                lift_limits(connection)
            yield connection

    @contextmanager
    def alone(self, lock_number: int) -> Iterator[bool]:
        """Whether nobody else holds the lock of this number; it is held until the end.

        On SQLite it always is: the service is one process.
        """
        if self.is_sqlite:
            yield True
            return
        with self._without_transaction() as connection:
            number = {"number": lock_number}
            held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number))
            try:
                yield held
            finally:
                if held:
                    with suppress(DBAPIError):  # a lock ends with its connection
                        connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)

    @contextmanager
    def listening(self) -> Iterator[Any]:
        """The driver's own connection to PostgreSQL, outside the pool and all transactions.

        Raises: RecordsUnavailableError.
        """
        with self._without_transaction() as connection:
            driver_connection = connection.connection.driver_connection
            connection.detach()
            yield driver_connection

    @contextmanager
    def _without_transaction(self) -> Iterator[Connection]:
        """A connection for long: a transaction that lasts would keep dead rows from being removed."""
        automatic = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with _translated_errors(), automatic.connect() as connection:
            # The pool has tried the connection, and with pg8000 that begins a transaction.
            connection.connection.rollback()
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
                    cursor.execute(BUSY_TIMEOUT)
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


def _open(url: str) -> Engine:
    """Raises: DatabaseUnsupportedError, DriverMissingError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnsupportedError(driver=url.partition(":")[0]) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername=_DEFAULT_DRIVER)
    if parsed.drivername == "sqlite":
        return sqlite_engine(parsed)
    if parsed.drivername not in _DRIVERS:
        raise DatabaseUnsupportedError(driver=parsed.drivername)
    try:
        return (sqlite_engine if parsed.drivername.startswith("sqlite") else postgresql_engine)(
            parsed
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        is_psycopg = parsed.drivername.endswith("psycopg")
        raise DriverMissingError(extra="psycopg" if is_psycopg else "postgres") from None


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with _translated_errors(), engine.connect() as connection, connection.begin() as transaction:
        yield connection
        try:
            transaction.commit()
        except (DBAPIError, OSError) as error:
            if engine.dialect.name == "sqlite" or _meaning(error) is None:
                raise
            raise CommitUnknownError(retry_after_s=RETRY_AFTER_S) from error


@contextmanager
def _outside_transactions(engine: Engine) -> Iterator[Any]:
    connection = engine.raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    # While a connection is prepared nobody wraps the driver's errors.
    except (DBAPIError, PoolTimeoutError, OSError, sqlite3.DatabaseError) as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(error: Exception) -> RecordsError | None:
    """None for a programming error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    found = sqlite_error(original) or postgresql_error(original)
    passing = (OperationalError, InterfaceError, PoolTimeoutError, OSError, sqlite3.DatabaseError)
    if found is None and (
        isinstance(error, passing) or getattr(error, "connection_invalidated", False)
    ):
        return RecordsUnavailableError(retry_after_s=RETRY_AFTER_S)
    return found
