"""Uploads that arrive twice at the same time: the second waits for the first.

Only for requests with an idempotency key and within one process; what crosses
processes is settled by the key's row in the records.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from raiox.records.errors import IdempotencyMismatchError
from raiox.records.rows import IdempotencyKey
from raiox.service.errors import IdempotencyInFlightError

T = TypeVar("T")

WAIT_S = 10.0


class SingleFlight(Generic[T]):
    """Runs the first of several equal requests and gives its outcome to all."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._running: dict[tuple[str, str], tuple[str, asyncio.Future[T]]] = {}

    async def run(self, owner: str, key: IdempotencyKey, work: Callable[[], Awaitable[T]]) -> T:
        """The outcome of `work`, run by whoever came first.

        Raises: IdempotencyMismatchError if the first has other content;
            IdempotencyInFlightError if it takes too long; what `work` raises.
        """
        name = (owner, key.key_sha256)
        if name not in self._running:
            return await self._first(name, key, work)
        content_sha256, outcome = self._running[name]
        if content_sha256 != key.content_sha256:
            raise IdempotencyMismatchError
        try:
            async with asyncio.timeout(self._wait_s):
                return await asyncio.shield(outcome)
        except TimeoutError:
            raise IdempotencyInFlightError(retry_after_s=1) from None

    async def _first(
        self, name: tuple[str, str], key: IdempotencyKey, work: Callable[[], Awaitable[T]]
    ) -> T:
        outcome: asyncio.Future[T] = asyncio.ensure_future(_as_coroutine(work))
        # Nobody else may be waiting; the first request has raised the failure already.
        outcome.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._running[name] = (key.content_sha256, outcome)
        try:
            return await asyncio.shield(outcome)
        finally:
            del self._running[name]


async def _as_coroutine(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
