"""Counts and durations for Prometheus; no label ever comes from what a caller sent."""

from collections import Counter

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client import Counter as PrometheusCounter

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})


def method_name(method: str) -> str:
    """The method if it is one of HTTP's, else `other`."""
    return method if method in _KNOWN_METHODS else "other"


class Metrics:
    """The service's own registry, one for each app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = PrometheusCounter(
            "raiox_requests", "Requests answered.", ("method", "route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._durations = Histogram(
            "raiox_request_seconds", "Time to answer.", ("method", "route"),
            registry=self._registry,
        )  # fmt: skip
        self._refusals = PrometheusCounter(
            "raiox_refusals", "Requests refused, by code.", ("code",), registry=self._registry,
        )  # fmt: skip
        self._queued = Gauge("raiox_queued", "Analyses that wait.", registry=self._registry)
        self._ready = Gauge("raiox_ready", "1 if a model answers.", registry=self._registry)

    def count_request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Note one answered request; `route` is the pattern, not the address."""
        known = method_name(method)
        self._requests.labels(known, route, str(status)).inc()
        self._durations.labels(known, route).observe(duration_s)

    def count_refusal(self, code: str) -> None:
        """Note one request that was refused; codes are raiox's own."""
        self._refusals.labels(code).inc()

    def n_requests_by_status(self) -> dict[str, int]:
        """Requests since the start."""
        return self._totals("raiox_requests", "status")

    def n_refusals_by_code(self) -> dict[str, int]:
        """Refusals since the start."""
        return self._totals("raiox_refusals", "code")

    def _totals(self, name: str, label: str) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for metric in self._registry.collect():
            for sample in metric.samples:
                if sample.name == f"{name}_total":
                    totals[sample.labels[label]] += int(sample.value)
        return dict(sorted(totals.items()))

    def page(self, *, n_queued: int, ready: bool) -> bytes:
        """Everything in the text format of Prometheus."""
        self._queued.set(n_queued)
        self._ready.set(int(ready))
        return generate_latest(self._registry)
