"""How often a caller may send: token buckets for sessions and addresses, and a gate for uploads.

Everything is counted in this process and forgotten with it. An address may do
what several sessions may, because a hospital often shows as one address.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from starlette.requests import HTTPConnection

from raiox.records.errors import QueueFullError
from raiox.settings import WebSettings
from raiox.web.errors import TooManyRequestsError

SESSIONS_PER_ADDRESS = 10
MAX_NAMES = 20_000
MINUTE_S, DAY_S = 60.0, 86_400.0

MAX_UPLOADS = 64
MAX_UPLOAD_BYTES_IN_FLIGHT = 256_000_000
RETRY_AFTER_S = 2

MonotonicClock = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """So many per name in a period, evenly refilled; the least used names are forgotten."""

    def __init__(self, n: int, period_s: float, clock: MonotonicClock = time.monotonic) -> None:
        self._n = n
        self._rate = n / period_s
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str) -> None:
        """Use one token. Raises: TooManyRequestsError, with the time until the next one."""
        bucket = self._filled(name)
        if bucket.tokens < 1:
            raise TooManyRequestsError(retry_after_s=ceil((1 - bucket.tokens) / self._rate))
        bucket.tokens -= 1

    def _filled(self, name: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(self._n, now))
        bucket.tokens = min(self._n, bucket.tokens + (now - bucket.filled_at) * self._rate)
        bucket.filled_at = now
        self._buckets.move_to_end(name)
        if len(self._buckets) > MAX_NAMES:
            self._buckets.popitem(last=False)
        return bucket


class RateLimits:
    """What one session and one address may do."""

    def __init__(self, settings: WebSettings, clock: MonotonicClock = time.monotonic) -> None:
        self._on = settings.limits
        minute, day = settings.analyses_per_minute, settings.analyses_per_day
        self._session = (TokenBuckets(minute, MINUTE_S, clock), TokenBuckets(day, DAY_S, clock))
        self._address = (
            TokenBuckets(minute * SESSIONS_PER_ADDRESS, MINUTE_S, clock),
            TokenBuckets(day * SESSIONS_PER_ADDRESS, DAY_S, clock),
        )
        self._misses = TokenBuckets(minute * SESSIONS_PER_ADDRESS, MINUTE_S, clock)

    def count_upload(self, owner: str, request: HTTPConnection) -> None:
        """Count one upload. Raises: TooManyRequestsError."""
        if not self._on:
            return
        for buckets in self._session:
            buckets.take(owner)
        for buckets in self._address:
            buckets.take(_address(request))

    def count_miss(self, request: HTTPConnection) -> None:
        """Count a request for an analysis that is not there: many are guesses.

        Raises: TooManyRequestsError.
        """
        if self._on:
            self._misses.take(_address(request))


class UploadGate:
    """Bounds the uploads held in memory at the same time."""

    def __init__(
        self, max_uploads: int = MAX_UPLOADS, max_bytes: int = MAX_UPLOAD_BYTES_IN_FLIGHT
    ) -> None:
        self._max_uploads = max_uploads
        self._max_bytes = max_bytes
        self._n_uploads = 0
        self._n_bytes = 0

    @contextmanager
    def upload(self) -> Iterator[Callable[[int], None]]:
        """Hold one upload; call the value with the size of every chunk.

        Raises: QueueFullError, also from the calls.
        """
        if self._n_uploads >= self._max_uploads:
            raise QueueFullError(retry_after_s=RETRY_AFTER_S)
        self._n_uploads += 1
        held = 0

        def count(n_bytes: int) -> None:
            nonlocal held
            held += n_bytes
            self._n_bytes += n_bytes
            if self._n_bytes > self._max_bytes:
                raise QueueFullError(retry_after_s=RETRY_AFTER_S)

        try:
            yield count
        finally:
            self._n_uploads -= 1
            self._n_bytes -= held


def _address(request: HTTPConnection) -> str:
    return request.client.host if request.client else "unknown"
