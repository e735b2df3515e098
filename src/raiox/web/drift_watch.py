"""How far results have moved from what the classifier was measured on, not measured too often."""

import time
from collections.abc import Callable

from raiox.inference.installed_models import InstalledModels
from raiox.service.drift import Drift, measure_drift
from raiox.service.lifecycle import Service

PERIOD_S = 7 * 86_400.0
"""The results of a week are compared."""
EVERY_S = 600.0


def measure(models: InstalledModels, service: Service) -> Drift | None:
    """Of the classifier that answers now; None while none does."""
    if service.engine_holder.unavailable_reason:
        return None
    sha256 = service.engine_holder.require().models["classifier"].sha256
    results = service.records.statistics.read(PERIOD_S).results
    return measure_drift(models.folder_of("classifier"), sha256, results)


class DriftWatch:
    """The latest measurement; used by one thread at a time, or measured once too often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._measured_at = -EVERY_S
        self._latest: Drift | None = None

    def look(self, measure: Callable[[], Drift | None]) -> Drift | None:
        """What was measured within the last minutes, else measured now; reads the database."""
        if self._clock() - self._measured_at >= EVERY_S:
            self._latest, self._measured_at = measure(), self._clock()
        return self._latest
