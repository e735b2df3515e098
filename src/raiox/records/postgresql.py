"""PostgreSQL as raiox uses it: a socket that neither dawdles nor hangs.

pg8000 leaves Nagle's algorithm on, so a row with arrays would wait for a delayed
acknowledgement, and gives a link that was cut many minutes. Both are set on its socket. It also
waits three times for each statement, which `pg8000_connection` ends.
Sources: tcp(7); PostgreSQL 15, "Client Connection Defaults".
"""

import socket
import time
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

N_CONNECTIONS: Final = 10
"""Of one process, besides the one that listens: its readers, its writers and the sweeper."""
CONNECT_TIMEOUT_S: Final = 4
UNACKNOWLEDGED_S: Final = 4
"""After so long without an acknowledgement the link is taken for cut."""
ANSWER_TIMEOUT_S: Final = 20.0
"""Of a server that acknowledges and never answers."""
TRY_AFTER_S: Final = 2.0
_RESTS_SINCE: Final = "rests_since"
_SERVER_LIMITS: Final = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
_KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}

RELAX: Final = "set_config('synchronous_commit', 'off', true)"
"""Selected by a statement, it holds for the transaction that the statement is a part of."""


def postgresql_engine(url: URL) -> Engine:
    """A pool of connections."""
    is_pg8000 = url.get_driver_name() == "pg8000"
    options = _pg8000_options if is_pg8000 else _psycopg_options
    engine = create_engine(
        url,
        pool_size=N_CONNECTIONS,
        max_overflow=0,
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args=options(),
    )
    if is_pg8000:
        event.listen(engine, "do_connect", _connect_pipelined)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _try_rested)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _recognise_cut)
    return engine


def lift_limits(connection: Connection) -> None:
    """Let one transaction take its time, as a migration may; its connection ends with it."""
    link = _socket_of(connection.connection.driver_connection)
    connection.detach()
    for name in ("statement_timeout", "lock_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    if link is not None:
        link.settimeout(None)


def _pg8000_options() -> dict[str, Any]:
    return {
        "timeout": CONNECT_TIMEOUT_S,
        "application_name": "raiox",
        "startup_params": dict(_SERVER_LIMITS),
    }


def _psycopg_options() -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": UNACKNOWLEDGED_S * 1000,
        "application_name": "raiox",
        "options": " ".join(f"-c {name}={value}" for name, value in _SERVER_LIMITS.items()),
    }


def _connect_pipelined(
    _dialect: Dialect, _record: object, arguments: Any, options: dict[str, Any]
) -> Any:
    # An extra, which SQLAlchemy has imported by now.
    from raiox.records.pg8000_connection import PipelinedConnection  # noqa: PLC0415

    return PipelinedConnection(*arguments, **options)


def _prepare(connection: Any, _record: object) -> None:
    link = _socket_of(connection)
    if link is None:
        return
    link.settimeout(ANSWER_TIMEOUT_S)
    if link.family == socket.AF_UNIX:
        return
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    limits = _KEEP_ALIVE | {"TCP_USER_TIMEOUT": UNACKNOWLEDGED_S * 1000}
    for name, value in limits.items():
        if hasattr(socket, name):  # Linux has them all
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _socket_of(connection: Any) -> socket.socket | None:
    """That of pg8000; libpq keeps its own and sets it by options."""
    return getattr(connection, "_usock", None)


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _try_rested(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Try a connection that nobody used lately; to try each would cost as much as a claim.

    One that broke a moment ago is noticed by its next user, and then the whole pool is renewed.
    """
    if time.monotonic() - record.info.get(_RESTS_SINCE, time.monotonic()) < TRY_AFTER_S:
        return
    try:
        connection.cursor().execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("raiox_relaxed"):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _recognise_cut(context: ExceptionContext) -> None:
    """pg8000 lets the operating system's errors through as they are."""
    if isinstance(context.original_exception, OSError):
        context.is_disconnect = True
