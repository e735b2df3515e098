"""How quickly this process has been working, so that a waiting visitor can be told an honest time.

Only what was measured here counts: before the first analysis there is no
estimate, and where several processes share the queue the true wait is shorter.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

N_TURNS = 20
"""Turns that are remembered: enough to smooth one slow image, few enough to follow a change."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """An analysis in the queue."""

    n_before: int
    estimated_s: int | None
    """Whole seconds, rounded up; None before anything was measured."""


class WaitEstimator:
    """The durations of the latest turns of work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: deque[tuple[int, float]] = deque(maxlen=N_TURNS)

    @contextmanager
    def turn(self, n_analyses: int) -> Iterator[None]:
        """Measure the work on a batch; what breaks or is empty tells nothing."""
        started = self._clock()
        yield
        if n_analyses:
            self._turns.append((n_analyses, self._clock() - started))

    def wait_s(self, n_before: int) -> int | None:
        """Seconds until an analysis with so many before it is done.

        Counts the turn under way as if it had just begun.
        """
        if not self._turns:
            return None
        total_s = sum(duration_s for _, duration_s in self._turns)
        each_s = total_s / sum(n for n, _ in self._turns)
        return max(1, math.ceil(total_s / len(self._turns) + (n_before + 1) * each_s))
