"""Bodies on their way in: how slowly they may come, and how much of them is held.

Receiving reserves nothing that others need: while there is room everybody may send, each at
a least rate; when there is none, whoever sends slowest at the address that sends most makes
room for the newcomer. So tricklers, however many, keep nobody out.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from raiox.web.errors import RequestTooSlowError, ServiceBusyError

MAX_RECEIPTS = 256
MAX_BYTES = 256_000_000
MIN_BYTES_PER_S = 1_000
PATIENCE_S = 15.0
"""How long a body may come more slowly than that."""
RUSHED_BYTES_PER_S = 64_000
"""Who sends more slowly than this makes room where there is none."""
RUSHED_AFTER_S = 1.0
RETRY_AFTER_S = 2


class Receipt:
    """One body that arrives."""

    def __init__(self, receipts: "Receipts", address: str, timeout_s: float) -> None:
        self.address = address
        self.n_held_bytes = 0
        self.evictable = True
        self._receipts = receipts
        self._timeout_s = timeout_s
        self._started = asyncio.get_running_loop().time()
        self._n_received_bytes = 0
        self._waiting: asyncio.Timeout | None = None
        self._evicted = False

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for the next bytes.

        Raises: RequestTooSlowError if they do not come in time, or others need the room.
        """
        try:
            async with asyncio.timeout_at(self._deadline()) as self._waiting:
                yield
        except TimeoutError:
            raise RequestTooSlowError(limit_s=self._timeout_s) from None
        finally:
            self._waiting = None

    def count(self, n_bytes: int) -> None:
        """Note what came, or, if negative, what is no longer held.

        Raises: ServiceBusyError if there is no room for it.
        """
        self._n_received_bytes += max(0, n_bytes)
        self.n_held_bytes += n_bytes
        self._receipts.make_room_for_bytes()

    @contextmanager
    def used(self) -> Iterator[None]:
        """A file is complete and being worked on: its sender is no longer who is waited for."""
        self.evictable = False
        began = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self.evictable = True
            self._started += asyncio.get_running_loop().time() - began

    def evict(self) -> None:
        """End it: others need the room."""
        self._evicted, self.evictable = True, False
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def bytes_per_s(self) -> float | None:
        """How quickly it comes; None while that cannot be judged."""
        age_s = asyncio.get_running_loop().time() - self._started
        return None if age_s < RUSHED_AFTER_S else self._n_received_bytes / age_s

    def _deadline(self) -> float:
        if self._evicted:
            return self._started
        slowest_s = PATIENCE_S + self._n_received_bytes / MIN_BYTES_PER_S
        return self._started + min(self._timeout_s, slowest_s)


class Receipts:
    """All bodies that arrive now."""

    def __init__(self, max_receipts: int = MAX_RECEIPTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_receipts = max_receipts
        self._max_bytes = max_bytes
        self._open: set[Receipt] = set()
        self.n_evicted = 0

    @property
    def n_open(self) -> int:
        """How many bodies arrive or are worked on."""
        return len(self._open)

    @property
    def n_bytes(self) -> int:
        """How much of them is held in memory."""
        return sum(receipt.n_held_bytes for receipt in self._open)

    @contextmanager
    def receive(self, address: str, timeout_s: float) -> Iterator[Receipt]:
        """Begin to receive a body.

        Args:
            timeout_s: in which the whole body must arrive.
        Raises: ServiceBusyError if there is no room and nobody is slow.
        """
        if len(self._open) >= self._max_receipts:
            self._evict_one()
        receipt = Receipt(self, address, timeout_s)
        self._open.add(receipt)
        try:
            yield receipt
        finally:
            self._open.discard(receipt)

    def make_room_for_bytes(self) -> None:
        """Evict until the limit holds. Raises: ServiceBusyError if nobody is slow."""
        while self.n_bytes > self._max_bytes:
            self._evict_one()

    def _evict_one(self) -> None:
        rates = {receipt: receipt.bytes_per_s() for receipt in self._open if receipt.evictable}
        slow = {r: rate for r, rate in rates.items() if rate is not None}
        slow = {r: rate for r, rate in slow.items() if rate < RUSHED_BYTES_PER_S}
        if not slow:
            raise ServiceBusyError(retry_after_s=RETRY_AFTER_S)
        n_of_address = Counter(receipt.address for receipt in self._open)
        slowest = min(slow, key=lambda receipt: (-n_of_address[receipt.address], slow[receipt]))
        self.n_evicted += 1
        self._open.discard(slowest)
        slowest.evict()
