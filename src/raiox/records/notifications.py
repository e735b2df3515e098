"""Notifications between the processes of a service, through PostgreSQL.

Each process that accepts uploads listens on a channel of its own for results, all workers on
one for work. A notification is part of the transaction that it speaks of, so it comes if and
after that commits. It may be missed while a connection is away; whoever waits looks again now
and then. Source: PostgreSQL 15, LISTEN and NOTIFY.
"""

import select as io_select
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import structlog
from sqlalchemy import Connection, func, select

from raiox.records.database import Database

WORK_CHANNEL: Final = "raiox_work"
RESULTS_CHANNEL: Final = "raiox_results_"
LOOK_EVERY_S: Final = 1.0
"""How often the connection is tried, and what stands in a buffer is read."""
RECONNECT_AFTER_S: Final = 0.5
IDS_PER_NOTIFICATION: Final = 100
"""A payload may have 8,000 bytes."""
N_REMEMBERED: Final = 100
"""Notifications that pg8000 keeps until they are read; with so many, some may be lost."""


def notify_of_work(connection: Connection) -> None:
    """Wake all workers, once the transaction is committed."""
    connection.execute(select(func.pg_notify(WORK_CHANNEL, "")))


def notify_of_results(connection: Connection, results: Iterable[tuple[str, str]]) -> None:
    """Notify each replica of the analyses that it accepted: pairs of replica and id."""
    by_replica = defaultdict(list)
    for replica, analysis_id in results:
        if replica:
            by_replica[replica].append(analysis_id)
    for replica, ids in by_replica.items():
        for i in range(0, len(ids), IDS_PER_NOTIFICATION):
            payload = " ".join(ids[i : i + IDS_PER_NOTIFICATION])
            connection.execute(select(func.pg_notify(f"{RESULTS_CHANNEL}{replica}", payload)))


class Listener:
    """Hears notifications in a thread of its own, and connects again when it has to."""

    def __init__(
        self,
        database: Database,
        replica: str,
        *,
        on_result: Callable[[str], None],
        on_work: Callable[[], None] | None,
        on_gap: Callable[[], None],
    ) -> None:
        """Begin to listen.

        Args:
            on_result: called with the id of a finished analysis.
            on_work: called when something may wait; None for a process that does not work.
            on_gap: called when notifications may have been missed.
        """
        self._database = database
        self._channels = [f"{RESULTS_CHANNEL}{replica}", *([WORK_CHANNEL] if on_work else [])]
        self._on_result, self._on_work, self._on_gap = on_result, on_work, on_gap
        self._stop_came = threading.Event()
        self._thread = threading.Thread(target=self._run, name="raiox-listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop_came.set()
        self._thread.join(2 * LOOK_EVERY_S)

    def _run(self) -> None:
        while not self._stop_came.is_set():
            try:
                with self._database.listening() as connection:
                    self._listen(connection)
            except Exception as error:  # noqa: BLE001  (drivers report a cut by any error)
                structlog.get_logger().warning("listening_interrupted", error=type(error).__name__)
                self._stop_came.wait(RECONNECT_AFTER_S)

    def _listen(self, connection: Any) -> None:
        cursor = connection.cursor()
        for channel in self._channels:
            cursor.execute(f'LISTEN "{channel}"')
        self._on_gap()
        hear = _hear_pg8000 if hasattr(connection, "_usock") else _hear_psycopg
        while not self._stop_came.is_set():
            heard = list(hear(connection))
            if len(heard) >= N_REMEMBERED:
                self._on_gap()
            for channel, payload in heard:
                self._pass_on(channel, payload)

    def _pass_on(self, channel: str, payload: str) -> None:
        if channel == WORK_CHANNEL and self._on_work:
            self._on_work()
            return
        for analysis_id in payload.split():
            self._on_result(analysis_id)


def _hear_pg8000(connection: Any) -> Iterator[tuple[str, str]]:
    """What comes within `LOOK_EVERY_S`; the driver reads notifications before an answer."""
    io_select.select([connection._usock], [], [], LOOK_EVERY_S)  # noqa: SLF001  (it has no other way)
    while True:
        connection.cursor().execute("SELECT 1")
        if not connection.notifications:
            return
        while connection.notifications:
            _, channel, payload = connection.notifications.popleft()
            yield channel, payload


def _hear_psycopg(connection: Any) -> Iterator[tuple[str, str]]:
    for notification in connection.notifies(timeout=LOOK_EVERY_S, stop_after=1):
        yield notification.channel, notification.payload
