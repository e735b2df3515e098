"""Where blocking work runs, so that the event loop never waits.

Each kind of work has its own threads: a slow decode cannot hold up a look at
the history, and a locked database cannot hold up a decode. Writes have as many
threads as the database has writers.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from raiox.records.errors import RecordsUnavailableError
from raiox.service.group_commit import GroupCommit

T = TypeVar("T")

N_READERS = 4
WRITE_TIMEOUT_S = 5.0
RETRY_AFTER_S = 2


class Executors:
    """The service's threads, by kind of work."""

    def __init__(
        self,
        n_decoders: int,
        n_writers: int = 1,
        sharing: Callable[[], AbstractContextManager[None]] | None = None,
    ) -> None:
        """Start no thread yet.

        Args:
            sharing: a transaction that several writes share; None where the database
                commits together by itself what its writers commit at the same time.
        """
        self._group = GroupCommit(sharing) if sharing else None
        self._writers = ThreadPoolExecutor(n_writers, "raiox-write")
        self._readers = ThreadPoolExecutor(N_READERS, "raiox-read")
        self._decoders = ThreadPoolExecutor(n_decoders, "raiox-decode")
        self._inference = ThreadPoolExecutor(1, "raiox-infer")

    async def write(self, work: Callable[[], T]) -> T:
        """Change the database; calls take turns.

        Raises: RecordsUnavailableError if its turn does not come soon enough.
        """
        deadline = time.monotonic() + WRITE_TIMEOUT_S
        return await _run(self._writers, lambda: _before(deadline, work))

    async def write_together(self, work: Callable[[], T]) -> T:
        """Change the database in short, sharing a commit with whatever else waits for its turn.

        Raises: as `write`.
        """
        if self._group is None:
            return await self.write(work)
        written = self._group.add(work, WRITE_TIMEOUT_S)
        try:
            await _run(self._writers, self._group.commit)
        except asyncio.CancelledError:
            written.cancel()
            raise
        result: T = written.result()  # there by now: at the latest, this very turn has done it
        return result

    async def read(self, work: Callable[[], T]) -> T:
        """Query the database, read or write a file, render a heatmap."""
        return await _run(self._readers, work)

    async def decode(self, work: Callable[[], T]) -> T:
        """Wait for a decoder process."""
        return await _run(self._decoders, work)

    async def infer(self, work: Callable[[], T]) -> T:
        """Run the networks; one batch at a time."""
        return await _run(self._inference, work)

    def close(self) -> None:
        """Let running work end and drop what waits."""
        for pool in (self._writers, self._readers, self._decoders, self._inference):
            pool.shutdown(wait=False, cancel_futures=True)


async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _before(deadline: float, work: Callable[[], T]) -> T:
    if time.monotonic() > deadline:
        raise RecordsUnavailableError(retry_after_s=RETRY_AFTER_S)
    return work()
