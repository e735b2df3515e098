"""A long queue against a short one, without a network: what the records alone can do."""

import tempfile
import time
from pathlib import Path

from measurement import Measurement
from running import p99

from raiox.records.rows import Completion, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

SHA = "0" * 64
DONE = Completion(AnalysisState.DONE, AnalysisResult())


def backlog(seconds: float, seed: int, database_url: str | None = None) -> list[Measurement]:
    """Fill the queue, drain it in batches of 8, and compare with draining it while it is short."""
    n_long = min(10_000, int(seconds * 100))
    settings = RecordsSettings(max_queued=20_000, database_url=database_url)
    with tempfile.TemporaryDirectory() as name:
        records = open_records(settings, Path(name))
        short_s = sum(_drain(records, _fill(records, 200))[0] for _ in range(5))
        began = time.perf_counter()
        names = _fill(records, n_long)
        filled_s = time.perf_counter() - began
        long_s, claims, inversions = _drain(records, names)
        records.close()
    ratio = (n_long / long_s) / (1_000 / short_s)
    engine = "PostgreSQL" if database_url else "SQLite"
    return [
        Measurement(
            f"backlog, {engine}",
            f"{n_long} queued in {filled_s:.0f} s, drained at {n_long / long_s:.0f}/s, {ratio:.0%} of "
            f"the rate of a short queue; claim p99 {p99(claims) * 1e3:.0f} ms, {inversions} out of "
            "order",
            held=ratio >= 0.9 and not inversions,
        )
    ]


def _fill(records: Records, n: int) -> list[str]:
    stamp = time.time_ns()
    names = [f"{stamp}-{number}" for number in range(n)]
    for one in names:
        records.queue.enqueue(NewAnalysis(one, "ana", SHA, "png", (), 64, 48))
    return names


def _drain(records: Records, names: list[str]) -> tuple[float, list[float], int]:
    began, claims, order = time.perf_counter(), [], []
    while True:
        asked = time.perf_counter()
        found = records.queue.claim(8)
        claims.append(time.perf_counter() - asked)
        if not found:
            break
        order += [claim.id for claim in found]
        records.queue.finish([(claim, DONE) for claim in found])
    return (
        time.perf_counter() - began,
        claims,
        sum(a != b for a, b in zip(order, names, strict=True)),
    )
