"""Bodies sent as dust, a byte a chunk: each chunk costs the event loop as much as a whole file.

Such a body is refused, and for a minute its address may not send in chunks at all: it is
refused with 411 from the head of its requests, before any app. Bodies that announce their
length, as browsers and most programs send them, are not concerned.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import h11

MIN_CHUNK_BYTES = 256
"""The smallest chunk that a body may have on average, beyond the first few."""
FREE_CHUNKS = 100
FORGET_S = 60.0
MAX_ADDRESSES = 10_000
LENGTH_REQUIRED = 411


class DustyAddresses:
    """Who sent dust of late."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent_at: OrderedDict[str, float] = OrderedDict()

    def add(self, address: str) -> None:
        """Note that it did; an empty one is nobody's."""
        if not address:
            return
        self._sent_at[address] = self._clock()
        self._sent_at.move_to_end(address)
        if len(self._sent_at) > MAX_ADDRESSES:
            self._sent_at.popitem(last=False)

    def __contains__(self, address: object) -> bool:
        return self._clock() - self._sent_at.get(str(address), -FORGET_S) < FORGET_S


class DustFilter(h11.Connection):
    """h11 that refuses a body of very many very small chunks."""

    def __init__(self, max_head_bytes: int, address: str, dusty: DustyAddresses) -> None:
        super().__init__(h11.SERVER, max_head_bytes)
        self._address = address
        self._dusty = dusty
        self._n_chunks = self._n_bytes = 0

    def next_event(self) -> Any:
        """The next event. Raises: h11.RemoteProtocolError also for a body that is dust."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._n_chunks = self._n_bytes = 0
            if self._address in self._dusty and _is_chunked(event):
                raise h11.RemoteProtocolError("chunks", error_status_hint=LENGTH_REQUIRED)
        elif isinstance(event, h11.Data) and event.chunk_start:
            self._n_chunks += 1
            self._n_bytes += len(event.data)
            if self._n_chunks > FREE_CHUNKS + self._n_bytes / MIN_CHUNK_BYTES:
                self._dusty.add(self._address)
                raise h11.RemoteProtocolError("dust", error_status_hint=400)
        return event


def _is_chunked(request: h11.Request) -> bool:
    return any(name == b"transfer-encoding" for name, _ in request.headers)
