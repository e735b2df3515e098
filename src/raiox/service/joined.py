"""Work that many want done, where one run is enough for all who wanted it before it began."""

import asyncio
from collections.abc import Awaitable, Callable


class Joined:
    """Runs one after another; whoever comes while the next run waits shares it."""

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        self._work = work
        self._running = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Wait until a run is over that began after this call. Raises what it raises."""
        if self._next is None:
            self._next = asyncio.create_task(self._run())
        await asyncio.shield(self._next)

    async def _run(self) -> None:
        async with self._running:
            self._next = None
            await self._work()
