"""How often a caller may send: token buckets for sessions and addresses.

Everything is counted in this process and forgotten with it; where several web processes stand
behind one address, each allows its share. An address may do
what several sessions may, because a hospital often shows as one address.
Source of the headers: draft-ietf-httpapi-ratelimit-headers-10.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from starlette.requests import HTTPConnection

from raiox.records.errors import StorageQuotaError
from raiox.records.quota import PIXELS_PER_MEGAPIXEL
from raiox.settings import RecordsSettings, WebSettings
from raiox.web.caller import address_of
from raiox.web.errors import TooManyRequestsError

SESSIONS_PER_ADDRESS = 10
MAX_NAMES = 20_000
MINUTE_S, DAY_S = 60.0, 86_400.0

MonotonicClock = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """So many per name in a period, evenly refilled; the least used names are forgotten."""

    def __init__(self, n: int, period_s: float, clock: MonotonicClock = time.monotonic) -> None:
        self._n = n
        self._period_s = period_s
        self._rate = n / period_s
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def spend(self, name: str, n: float) -> None:
        """Use as many tokens as it was found to have cost, also more than there are."""
        self._filled(name).tokens -= n

    def is_empty(self, name: str) -> bool:
        """Whether nothing is left for this name."""
        return self._filled(name).tokens <= 0

    def take(self, name: str) -> None:
        """Use one token. Raises: TooManyRequestsError, with the time until the next one."""
        bucket = self._filled(name)
        if bucket.tokens < 1:
            raise TooManyRequestsError(retry_after_s=ceil((1 - bucket.tokens) / self._rate))
        bucket.tokens -= 1

    def policy(self) -> str:
        """Quota and window, as parameters of `RateLimit-Policy`."""
        return f"q={self._n};w={self._period_s:.0f}"

    def left(self, name: str) -> tuple[int, int]:
        """How many tokens a name has left, and in how many seconds it gets the next one."""
        bucket = self._filled(name)
        missing = (1 - bucket.tokens % 1) if bucket.tokens < self._n else 0.0
        return int(bucket.tokens), ceil(missing / self._rate)

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

    def __init__(
        self,
        settings: WebSettings,
        clock: MonotonicClock = time.monotonic,
        max_megapixels: int = RecordsSettings().max_megapixels,
    ) -> None:
        """Begin to count.

        Args:
            max_megapixels: that one session may keep.
        """
        self._max_megapixels = ceil(max_megapixels * SESSIONS_PER_ADDRESS / settings.replicas)
        self._stored = TokenBuckets(self._max_megapixels, DAY_S, clock)
        self._on = settings.limits
        minute, day = (
            ceil(n / settings.replicas)
            for n in (settings.analyses_per_minute, settings.analyses_per_day)
        )
        self._session = (TokenBuckets(minute, MINUTE_S, clock), TokenBuckets(day, DAY_S, clock))
        self._address = (
            TokenBuckets(minute * SESSIONS_PER_ADDRESS, MINUTE_S, clock),
            TokenBuckets(day * SESSIONS_PER_ADDRESS, DAY_S, clock),
        )
        self._misses = TokenBuckets(minute * SESSIONS_PER_ADDRESS, MINUTE_S, clock)

    def count_upload(self, owner: str, request: HTTPConnection) -> None:
        """Count one upload, and let the answer say what is left.

        Raises: TooManyRequestsError; StorageQuotaError once the address has stored too much.
        """
        if not self._on:
            return
        address = address_of(request)
        if self._stored.is_empty(address):
            raise StorageQuotaError(max_megapixels=self._max_megapixels)
        request.state.rate_limit_headers = lambda: self._headers(owner, address)
        for buckets in self._session:
            buckets.take(owner)
        for buckets in self._address:
            buckets.take(address)

    def count_stored(self, request: HTTPConnection, n_pixels: int) -> None:
        """Note the size of an image that was stored for this address."""
        self._stored.spend(address_of(request), n_pixels / PIXELS_PER_MEGAPIXEL)

    def _headers(self, owner: str, address: str) -> dict[str, str]:
        minute, day = self._session
        of_address, _ = self._address
        named = (("minute", minute, owner), ("day", day, owner), ("address", of_address, address))
        left = {name: buckets.left(caller) for name, buckets, caller in named}
        return {
            "RateLimit-Policy": ", ".join(f'"{name}";{b.policy()}' for name, b, _ in named),
            "RateLimit": ", ".join(f'"{name}";r={n};t={t}' for name, (n, t) in left.items()),
        }

    def count_miss(self, request: HTTPConnection) -> None:
        """Count a request for what is not there, or with a key, link or token that is none: many are guesses.

        Raises: TooManyRequestsError.
        """
        if self._on:
            self._misses.take(address_of(request))
