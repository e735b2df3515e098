# ruff: noqa: INP001  (beside a file that is run, not a package)
"""The capacity model of benchmarks/capacity.py, and what it says of a load.

A closed queueing network: each worker is a customer that computes for `think_s`, on processors of
its own, and then needs the machine of the database for `demand_s`, which has several processors.
Source: Reiser, Lavenberg, "Mean-value analysis of closed multichain queuing networks", J. ACM
27(2), 1980; Seidmann, Schweitzer, Shalev-Oren, Large Scale Systems 12, 1987 (processors).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

WORKERS = (1, 2, 4, 16)
BATCH = 8
SLEEP_S = 0.030
"""Of one image in the networks of one worker with one processor."""
LOADS = (10.0, 1e3, 1e5)
"""Analyses a second: a city's hospitals, a country, everybody at once."""
UTILISATION = 0.7
"""Above it, waits grow fast: at 0.7 a random arrival waits 2.3 services in one line (M/M/1)."""


@dataclass(frozen=True)
class Run:
    """Some workers for some seconds."""

    n_workers: int
    per_s: float
    worker_cpu_ms: float
    database_cpu_ms: float
    """Processor time of one analysis on either side."""


@dataclass(frozen=True)
class Costs:
    """What one analysis takes; each with where the number comes from."""

    network_cpu_s: float = 0.035
    """Filter, classifier, maps, lungs on one processor of this machine: docs/reference/performance.md."""
    upload_cpu_s: float = 0.045
    """Decode 25, encode and HTTP 20: the rest of an upload there."""
    gpu_s: float = 0.002
    """Not measured: 500 images a second of a MobileNet with batches of 16 on one GPU are assumed."""
    row_bytes: int = 16_400
    wal_bytes: int = 16_100
    """Of a finished row with its indices and of its log: benchmarks/claims.py."""
    image_bytes: int = 600_000
    keep_images_h: float = 24.0
    keep_results_h: float = 720.0
    core_hour: float = 0.04
    gpu_hour: float = 0.80
    """In dollars, of the order of large clouds' list prices; put your own."""


def batches_per_s(n_workers: int, think_s: float, demand_s: float, n_processors: int) -> float:
    """Mean-value analysis; several processors are one fast one and a delay (Seidmann)."""
    queueing_s = demand_s / n_processors
    delay_s = think_s + demand_s * (n_processors - 1) / n_processors
    waiting = rate = 0.0
    for n in range(1, n_workers + 1):
        response_s = queueing_s * (1 + waiting)
        rate = n / (delay_s + response_s)
        waiting = rate * response_s
    return rate


def predicted(runs: Sequence[Run], n_processors: int) -> dict[int, float]:
    """Analyses a second by number of workers, from one worker's rate and processor time."""
    [alone] = [run for run in runs if run.n_workers == 1]
    demand_s = BATCH * (alone.worker_cpu_ms + alone.database_cpu_ms) / 1e3
    think_s = BATCH / alone.per_s - demand_s
    return {
        n: BATCH * batches_per_s(n, think_s, demand_s, n_processors)
        for n in range(1, max(WORKERS) + 1)
    }


def plan(load: float, costs: Costs, database_cpu_s: float) -> dict[str, float]:
    """What a load needs."""
    per_day = load * 86_400
    return {
        "load": load,
        "web_processors": ceil(load * costs.upload_cpu_s / UTILISATION),
        "worker_processors": ceil(load * costs.network_cpu_s / UTILISATION),
        "or_gpus": ceil(load * costs.gpu_s / UTILISATION),
        "database_processors": ceil(load * database_cpu_s / UTILISATION),
        "commits_per_s": load * (2 + 1 / BATCH),
        "wal_mb_per_s": round(load * costs.wal_bytes / 1e6, 1),
        "database_tb": round(per_day / 24 * costs.keep_results_h * costs.row_bytes / 1e12, 2),
        "store_tb": round(per_day / 24 * costs.keep_images_h * costs.image_bytes / 1e12, 2),
        "store_requests_per_s": 3 * load,
    }


def cost_per_million(costs: Costs, *, on_gpu: bool) -> float:
    """Dollars of computing for a million analyses, at the utilisation of the plan."""
    hours = 1e6 / 3600 / UTILISATION
    network = costs.gpu_s * costs.gpu_hour if on_gpu else costs.network_cpu_s * costs.core_hour
    return round(hours * (costs.upload_cpu_s * costs.core_hour + network), 2)


def wait_in_services(n_workers: int, utilisation: float) -> float:
    """How long a random arrival waits on average, in service times (Erlang C, M/M/c)."""
    offered, blocked = n_workers * utilisation, 1.0
    for n in range(1, n_workers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    waits = blocked / (1 - utilisation * (1 - blocked))
    return waits / (n_workers * (1 - utilisation))
