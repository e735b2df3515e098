"""How many connections are open, so that one more can always be let in.

When there are as many as the service can hold, the one that has been idle longest, at the
address that has most, makes room. The limit lies below that of open files, because a process
without descriptors can neither accept nor read a model, and says so thousands of times a second.
"""

import asyncio
import resource
from collections import Counter, OrderedDict
from typing import Any, Protocol

import structlog

MAX_CONNECTIONS = 2_000
MAX_OPEN_FILES = 8_192
FILES_OF_OUR_OWN = 256
"""Database, images, models, decoders: what the service opens beside connections."""
LOG_EVERY_S = 60.0


class Evictable(Protocol):
    """A connection, as far as it may have to make room."""

    def evict(self) -> None:
        """Close it now."""
        ...


class Connections:
    """All open connections, and which of them could be spared."""

    def __init__(self, max_open: int) -> None:
        self._max_open = max_open
        self._address_of: dict[Evictable, str] = {}
        self._n_of_address: Counter[str] = Counter()
        self._idle: dict[str, OrderedDict[Evictable, None]] = {}
        """By address; the one that has been idle longest comes first."""
        self.n_evicted = 0

    @property
    def n_open(self) -> int:
        """How many there are."""
        return len(self._address_of)

    def open(self, connection: Evictable, address: str) -> bool:
        """Let a connection in; False if there is no room and nobody is idle."""
        if len(self._address_of) >= self._max_open and not self._evict_one():
            return False
        self._address_of[connection] = address
        self._n_of_address[address] += 1
        self.mark_idle(connection)
        return True

    def close(self, connection: Evictable) -> None:
        """Forget a connection."""
        self.mark_busy(connection)
        address = self._address_of.pop(connection, None)
        if address is not None:
            self._n_of_address[address] -= 1
            if not self._n_of_address[address]:
                del self._n_of_address[address]

    def mark_idle(self, connection: Evictable) -> None:
        """It waits for its client; nothing would be lost with it."""
        address = self._address_of.get(connection)
        if address is not None:
            self._idle.setdefault(address, OrderedDict()).setdefault(connection)

    def mark_busy(self, connection: Evictable) -> None:
        """A request is being answered on it."""
        address = self._address_of.get(connection)
        idle = self._idle.get(address) if address is not None else None
        if address is not None and idle is not None:
            idle.pop(connection, None)
            if not idle:
                del self._idle[address]

    def _evict_one(self) -> bool:
        if not self._idle:
            return False
        greediest = max(self._idle, key=self._n_of_address.__getitem__)
        oldest = next(iter(self._idle[greediest]))
        self.n_evicted += 1
        self.close(oldest)
        oldest.evict()
        return True


def raise_file_limit() -> int:
    """Take as many open files as the system allows and the service needs; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def max_connections(n_files: int) -> int:
    """How many connections leave the service the files it needs."""
    return min(MAX_CONNECTIONS, max(n_files - FILES_OF_OUR_OWN, n_files // 2))


class AcceptErrors:
    """Reports that connections cannot be accepted once a minute, not once per attempt.

    asyncio reports each of up to `backlog` attempts with a trace: 15,000 of them in 20 seconds.
    """

    def __init__(self) -> None:
        self._logged_at = -LOG_EVERY_S
        self._n_unlogged = 0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle what nobody else did, as `loop.set_exception_handler` wants it."""
        if not isinstance(context.get("exception"), OSError) or "socket" not in context:
            loop.default_exception_handler(context)
            return
        self._n_unlogged += 1
        if loop.time() - self._logged_at >= LOG_EVERY_S:
            structlog.get_logger().error("accept_failed", n_attempts=self._n_unlogged)
            self._logged_at, self._n_unlogged = loop.time(), 0
