"""Whose turn it is where work is costly: in decoding an upload, in painting a heatmap.

So many work at a time, and nobody waits longer than a bounded time. Who is next goes by arrival,
but a caller's own crowd waits behind one another, and callers whose work took long wait longer
and never hold all places, so that one slow file, or forty, leave room for everybody else's.
This is start-time fair queueing with measured costs.
Source: Goyal, Vin & Cheng, "Start-time Fair Queueing", SIGCOMM 1996.
"""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import ceil

from raiox.web.caller import Caller
from raiox.web.errors import ServiceBusyError

MonotonicClock = Callable[[], float]

SLOW_S = 1.0
"""A caller whose work takes longer than this, on average, is slow."""
MAX_WAITING = 256
MAX_WAITING_PER_ADDRESS = 64
MAX_NAMES = 20_000
UNKNOWN_PENALTY_S = 0.2
SLOW_PENALTY_S = 3.0
CAUTION = 2
"""Under load turns take longer than they did: better refuse at once than after a long wait."""
_WEIGHT_OF_LATEST = 0.5
_ALL = ""
"""The name under which the turns of everybody are noted."""


@dataclass(eq=False, slots=True)
class _Waiter:
    caller: Caller
    tag: float
    slow: bool
    may_go: asyncio.Event = field(default_factory=asyncio.Event)


class _Costs:
    """How long the work of each name took, of late; the least used names are forgotten."""

    def __init__(self) -> None:
        self._means: OrderedDict[str, float] = OrderedDict()

    def note(self, name: str, cost_s: float) -> None:
        mean = self._means.get(name, cost_s)
        self._means[name] = mean + _WEIGHT_OF_LATEST * (cost_s - mean)
        self._means.move_to_end(name)
        if len(self._means) > MAX_NAMES:
            self._means.popitem(last=False)

    def of(self, name: str) -> float | None:
        return self._means.get(name)


class FairTurns:
    """Lets callers work in turns."""

    def __init__(
        self,
        n_turns: int,
        *,
        n_slow: int,
        wait_s: float,
        clock: MonotonicClock = time.monotonic,
    ) -> None:
        """Share out turns.

        Args:
            n_turns: that may be held at the same time.
            n_slow: of them, by all slow callers together.
            wait_s: longest wait for a turn.
        """
        self._n_turns = n_turns
        self._n_slow = n_slow
        self._wait_s = wait_s
        self._clock = clock
        self._costs = _Costs()
        self._waiting: list[_Waiter] = []
        self._held: Counter[str] = Counter()
        self._n_held_slow = 0
        self.n_refused = 0

    @property
    def n_waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    @asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """Work while this is held. Raises: ServiceBusyError if no turn comes in time."""
        waiter = self._waiter_for(caller)
        self._let_in()
        try:
            async with asyncio.timeout(self._wait_s):
                await waiter.may_go.wait()
        except (TimeoutError, asyncio.CancelledError) as error:
            self._leave(waiter)
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise
        started = self._clock()
        try:
            yield
        finally:
            cost_s = self._clock() - started
            self._costs.note(caller.owner, cost_s)
            self._costs.note(caller.address, cost_s)
            self._costs.note(_ALL, cost_s)
            self._give_back(waiter)

    def _waiter_for(self, caller: Caller) -> _Waiter:
        of_address = sum(waiter.caller.address == caller.address for waiter in self._waiting)
        if len(self._waiting) >= MAX_WAITING or of_address >= MAX_WAITING_PER_ADDRESS:
            raise self._refusal()
        mean_s = self._mean_s(caller)
        slow = mean_s is not None and mean_s > SLOW_S
        penalty_s = SLOW_PENALTY_S if slow else 0.0 if mean_s is not None else UNKNOWN_PENALTY_S
        n_before = of_address + self._held[caller.address]
        tag = self._clock() + penalty_s + n_before * (mean_s or UNKNOWN_PENALTY_S)
        # Turns at the same time shorten the line more quickly than it was reckoned.
        of_session = [other.tag for other in self._waiting if other.caller.owner == caller.owner]
        tag = max(tag, *of_session) if of_session else tag
        waiter = _Waiter(caller, tag, slow)
        if CAUTION * self._expected_wait_s(waiter) > self._wait_s:
            raise self._refusal()
        self._waiting.append(waiter)
        return waiter

    def _expected_wait_s(self, waiter: _Waiter) -> float:
        """Until its turn comes, if all before it take as long as turns did of late."""
        n_before = sum(other.tag <= waiter.tag for other in self._waiting)
        return n_before / self._n_turns * (self._costs.of(_ALL) or 0.0)

    def _mean_s(self, caller: Caller) -> float | None:
        """What a turn of this session took, else of this address; None for a newcomer."""
        of_session = self._costs.of(caller.owner)
        return self._costs.of(caller.address) if of_session is None else of_session

    def _let_in(self) -> None:
        for waiter in sorted(self._waiting, key=lambda waiter: waiter.tag):
            if self._held.total() >= self._n_turns:
                return
            if self._may_hold(waiter):
                self._waiting.remove(waiter)
                self._held[waiter.caller.address] += 1
                self._n_held_slow += waiter.slow
                waiter.may_go.set()

    def _may_hold(self, waiter: _Waiter) -> bool:
        if waiter.slow:
            return self._n_held_slow < self._n_slow
        # Nobody knows yet what a newcomer sends: one at a time, until the first is done.
        return self._mean_s(waiter.caller) is not None or not self._held[waiter.caller.address]

    def _leave(self, waiter: _Waiter) -> None:
        if waiter.may_go.is_set():  # its turn came at the same moment
            self._give_back(waiter)
        else:
            self._waiting.remove(waiter)

    def _give_back(self, waiter: _Waiter) -> None:
        self._held[waiter.caller.address] -= 1
        if not self._held[waiter.caller.address]:
            del self._held[waiter.caller.address]
        self._n_held_slow -= waiter.slow
        self._let_in()

    def _refusal(self) -> ServiceBusyError:
        self.n_refused += 1
        return ServiceBusyError(retry_after_s=max(1, ceil(self._wait_s / 2)))
