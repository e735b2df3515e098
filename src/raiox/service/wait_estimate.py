"""How quickly this process has been working, so that a waiting visitor sees an honest time.

Only what was measured here counts: before the first analysis there is no
estimate, and where several processes share the queue the true wait is shorter.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

N_BATCHES = 20
"""Batches that are remembered: enough to smooth one slow image, few enough to follow a change."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """An analysis in the queue."""

    n_before: int
    estimated_s: int | None
    """Whole seconds, rounded up; None before anything was measured."""


class WaitEstimator:
    """The durations of the latest batches."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._batches: deque[tuple[int, float]] = deque(maxlen=N_BATCHES)

    @contextmanager
    def measure(self, n_analyses: int) -> Iterator[None]:
        """Measure the work on a batch; one that fails or is empty does not count."""
        started = self._clock()
        yield
        if n_analyses:
            self._batches.append((n_analyses, self._clock() - started))

    def wait_s(self, n_before: int) -> int | None:
        """Seconds until an analysis with so many before it is done.

        Counts the batch under way as if it had just begun.
        """
        if not self._batches:
            return None
        total_s = sum(duration_s for _, duration_s in self._batches)
        each_s = total_s / sum(n for n, _ in self._batches)
        return max(1, math.ceil(total_s / len(self._batches) + (n_before + 1) * each_s))
