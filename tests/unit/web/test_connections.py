"""One more connection finds room as long as anybody is idle; accept errors stay quiet."""

import asyncio
import errno
import socket

import structlog

from raiox.web.http.connections import (
    FILES_OF_OUR_OWN,
    MAX_CONNECTIONS,
    AcceptErrors,
    Connections,
    max_connections,
)


class Fake:
    evicted = False

    def evict(self):
        self.evicted = True


def test_the_longest_idle_of_the_greediest_address_makes_room():
    connections = Connections(4)
    ours, theirs = Fake(), [Fake(), Fake(), Fake()]
    connections.open(ours, "192.0.2.1")
    for one in theirs:
        connections.open(one, "192.0.2.2")

    assert connections.open(Fake(), "192.0.2.3")
    assert [ours.evicted, *(one.evicted for one in theirs)] == [False, True, False, False]


def test_nobody_who_is_being_answered_makes_room():
    connections = Connections(1)
    busy = Fake()
    connections.open(busy, "192.0.2.1")
    connections.mark_busy(busy)

    assert not connections.open(Fake(), "192.0.2.2")
    assert not busy.evicted
    connections.mark_idle(busy)
    assert connections.open(Fake(), "192.0.2.2")


def test_closed_connections_are_forgotten():
    connections = Connections(3)
    for _ in range(10):
        one = Fake()
        connections.open(one, "192.0.2.1")
        connections.close(one)
        connections.mark_idle(one)

    assert connections.n_open == connections.n_evicted == 0


def test_connections_leave_files_for_the_service():
    assert max_connections(1_024) == 1_024 - FILES_OF_OUR_OWN
    assert max_connections(100) == 50
    assert max_connections(1_000_000) == MAX_CONNECTIONS


def test_a_storm_of_accept_errors_is_one_line():
    logged = structlog.testing.CapturingLogger()
    structlog.configure(logger_factory=lambda *_: logged)
    context = {
        "message": "socket.accept() out of system resource",
        "exception": OSError(errno.EMFILE, "Too many open files"),
        "socket": socket,
    }

    async def storm():
        handler = AcceptErrors()
        for _ in range(1_000):
            handler(asyncio.get_running_loop(), context)

    try:
        asyncio.run(storm())
    finally:
        structlog.reset_defaults()

    assert len(logged.calls) == 1
