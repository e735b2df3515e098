"""Whether an upload may come in at all, decided from its head, before any of its body.

A full queue is known beforehand: receiving and decoding an image only to refuse it would take
the time that the waiting analyses need. Images that are complete and being decoded count as if they
waited already, and so do those accepted since the last look; a body that still arrives takes no
place, so that slow senders take none. A refusal waits for the records only briefly: when they
are slowest, what they said last must do.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from raiox.records.errors import QueueFullError, RecordsError

LOOK_EVERY_S = 0.1
LOOK_S = 0.05
"""How long an upload waits for a look at the queue."""
FULL_FOR_S = 0.5
"""How long a queue that was full is taken to be full without waiting for the next look."""
RETRY_AFTER_S = 5


class Admission:
    """Counts the places of the queue that are still free."""

    def __init__(self, max_queued: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_queued = max_queued
        self._clock = clock
        self._n_queued = 0
        self._looked_at = -LOOK_EVERY_S
        self._looking: asyncio.Task[None] | None = None
        self._n_inside = 0
        self.n_refused = 0

    async def look(self, n_queued: Callable[[], Awaitable[int]]) -> None:
        """Look at the queue, unless that was done a moment ago or takes too long."""
        age_s = self._clock() - self._looked_at
        if self._looking is None and age_s >= LOOK_EVERY_S:
            self._looking = asyncio.create_task(self._look(n_queued))
        if self._looking is not None and not (self._full and age_s < FULL_FOR_S):
            await asyncio.wait({self._looking}, timeout=LOOK_S)

    async def _look(self, n_queued: Callable[[], Awaitable[int]]) -> None:
        try:
            self._n_queued = await n_queued()
        except RecordsError:  # whoever is let in meets it again, and says so
            self._n_queued = 0
        finally:
            self._looked_at, self._looking = self._clock(), None

    def require_place(self) -> None:
        """Raises: QueueFullError if no place is left."""
        if self._full:
            self.n_refused += 1
            raise QueueFullError(retry_after_s=RETRY_AFTER_S)

    @property
    def _full(self) -> bool:
        return self._n_queued + self._n_inside >= self._max_queued

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Let one complete image in. Raises: QueueFullError if no place is left for it."""
        self.require_place()
        self._n_inside += 1
        try:
            yield
        finally:
            self._n_inside -= 1

    def count_waiting(self) -> None:
        """Note that one more waits; the next look counts anew."""
        self._n_queued += 1
