"""Counts, durations and gauges for Prometheus; no label ever comes from what a caller sent."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from raiox.records.rows import StoredAnalysis
from raiox.service.drift import Drift

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_TENTHS = tuple(n / 10 for n in range(1, 11))
_STAGE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Metric = CounterMetricFamily | GaugeMetricFamily


def method_name(method: str) -> str:
    """The method if it is one of HTTP's, else `other`."""
    return method if method in _KNOWN_METHODS else "other"


@dataclass(frozen=True, slots=True)
class Watched:
    """A number that some part of the service keeps, looked at when it is asked for."""

    name: str
    help: str
    look: Callable[[], float]
    grows: bool = False
    """Whether it only ever grows: a counter, not a gauge."""


class _WatchedNumbers(Collector):
    def __init__(self) -> None:
        self.numbers: list[Watched] = []

    def collect(self) -> Iterator[Metric]:
        for one in self.numbers:
            family = CounterMetricFamily if one.grows else GaugeMetricFamily
            yield family(one.name, one.help, value=one.look())


class Metrics:
    """The service's own registry, one for each app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._watched = _WatchedNumbers()
        self._registry.register(self._watched)
        self._requests = self._counter(
            "requests", "Requests answered.", "method", "route", "status"
        )
        self._durations = Histogram(
            "raiox_request_seconds", "Time to answer.", ("method", "route"),
            registry=self._registry,
        )  # fmt: skip
        self._refusals = self._counter("refusals", "Refusals, by their code.", "code")
        self._stages = Histogram(
            "raiox_stage_seconds", "Time of one upload in each stage.", ("stage",),
            buckets=_STAGE_S, registry=self._registry,
        )  # fmt: skip
        self._outcomes = self._counter(
            "outcomes", "Finished uploads, by what was found.", "outcome", "finding"
        )
        self._unfamiliar = self._counter(
            "out_of_distribution", "Images unlike all that the classifier learned from."
        )
        self._frontal = Histogram(
            "raiox_frontal_probability", "What the frontal filter says of images.",
            buckets=_TENTHS, registry=self._registry,
        )  # fmt: skip
        self._queued = Gauge("raiox_queued", "Analyses that wait.", registry=self._registry)
        self._oldest = Gauge(
            "raiox_queue_age_seconds", "How long the oldest of them has waited.",
            registry=self._registry,
        )  # fmt: skip
        self._drift = Gauge(
            "raiox_drift_index", "Population stability index; NaN of too few.", ("of", "name"),
            registry=self._registry,
        )  # fmt: skip
        self._ready = Gauge("raiox_ready", "1 if a model answers.", registry=self._registry)

    def watch(self, *numbers: Watched) -> None:
        """Show numbers that other parts keep."""
        self._watched.numbers += numbers

    def count_request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Note one answered request; `route` is the pattern, not the address."""
        known = method_name(method)
        self._requests.labels(known, route, str(status)).inc()
        self._durations.labels(known, route).observe(duration_s)

    def count_refusal(self, code: str) -> None:
        """Note a refusal; a code of raiox, never a word of the caller."""
        self._refusals.labels(code).inc()

    def n_requests_by_status(self) -> dict[str, int]:
        """Requests since the start."""
        return self._totals("raiox_requests", "status")

    def n_refusals_by_code(self) -> dict[str, int]:
        """Refusals since the start."""
        return self._totals("raiox_refusals", "code")

    def _totals(self, name: str, label: str) -> dict[str, int]:
        totals: dict[str, int] = {}
        for metric in self._registry.collect():
            for sample in metric.samples:
                if sample.name == f"{name}_total":
                    key = sample.labels[label]
                    totals[key] = totals.get(key, 0) + int(sample.value)
        return dict(sorted(totals.items()))

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long an upload takes in one stage, if it comes through."""
        started = time.perf_counter()
        yield
        self._stages.labels(stage).observe(time.perf_counter() - started)

    def count_outcome(self, analysis: StoredAnalysis) -> None:
        """Note what was found in an upload, so that a change of what comes in shows."""
        result = analysis.result
        if not analysis.finished:
            return
        outcome = str(result.outcome or analysis.state)
        self._outcomes.labels(outcome, str(result.finding or "none")).inc()
        if result.filter is not None:
            self._frontal.observe(result.filter.frontal)
        if result.out_of_distribution:
            self._unfamiliar.inc()
        for stage, took_ms in (result.timings_ms or {}).items():
            self._stages.labels(stage).observe(took_ms / 1_000)

    def page(
        self, *, n_queued: int, oldest_s: float, ready: bool, drift: Drift | None = None
    ) -> bytes:
        """Everything in the text format of Prometheus."""
        for of, indices in (("scores", drift.scores), ("inputs", drift.inputs)) if drift else ():
            for name, index in indices.items():
                self._drift.labels(of, name).set(math.nan if index is None else index)
        self._queued.set(n_queued)
        self._oldest.set(oldest_s)
        self._ready.set(int(ready))
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"raiox_{name}", text, labels, registry=self._registry)
