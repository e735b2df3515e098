"""Waking those who wait for a result, at once.

Nobody polls on the way of an ordinary upload: the worker notifies, the waiting
request answers. PostgreSQL carries the notifications of other processes; those that get lost,
and results of other processes on SQLite, are found by looking again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Notifier:
    """Notifies, by analysis, everybody who has subscribed."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closing = asyncio.Event()
        """Set when the service stops: nobody should wait much longer."""

    @contextmanager
    def subscribe(self, analysis_id: str) -> Iterator[asyncio.Event]:
        """An event that is set by every notification from now on."""
        event = asyncio.Event()
        self._subscribers[analysis_id].add(event)
        try:
            yield event
        finally:
            self._subscribers[analysis_id].discard(event)
            if not self._subscribers[analysis_id]:
                del self._subscribers[analysis_id]

    def notify(self, analysis_id: str) -> None:
        """Wake all subscribers."""
        for event in self._subscribers.get(analysis_id, ()):
            event.set()

    def notify_all(self) -> None:
        """Let everybody look again: some notifications may have been missed."""
        for analysis_id in list(self._subscribers):
            self.notify(analysis_id)

    def close(self) -> None:
        """Let everybody know that the service stops."""
        self.closing.set()


async def wait_for(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for a notification; False if none came in time."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
