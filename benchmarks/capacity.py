# ruff: noqa: INP001, S608, T201  (a file that is run and prints, not a package)
"""What a service of many processes needs at a load: measured, modelled, checked, and drawn.

Run:      .venv/bin/python benchmarks/capacity.py [--seconds 6] [--rounds 3]
Needs:    PostgreSQL's server, pg8000.
Measures: the records with 1, 2, 4 and 16 workers whose networks are a sleep: claims of 8, results with
          12 kB of arrays, finish; in turn, medians of the rounds; processor time by side.
Writes:   docs/explanation/scale.json, scale-check.svg, scale-wait.svg and the tables of scale.md.
Expects:  the model, fitted on one worker, within 15 % of the others on a quiet machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from math import ceil
from pathlib import Path
from typing import IO

from capacity_model import BATCH, SLEEP_S, WORKERS, Run
from capacity_page import PAGE, write
from processes import family_cpu_s

from raiox.records.rows import Completion
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from postgres import PostgresServer  # noqa: E402  (the server of the tests)

ARRAYS = bytes(12_000)


def measure(n_workers: int, seconds: float, server: PostgresServer) -> Run:
    """Fill the queue and let so many processes empty it for a while."""
    url = server.empty()
    n_rows = ceil(seconds * n_workers / SLEEP_S * 1.2) + 64
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(RecordsSettings(database_url=url, max_queued=10**9), Path(folder))
        records.close()
        server.run(
            "INSERT INTO analyses (id, owner, state, attempt, lease_until, created_at, image_until,"
            " expires_at, has_image, sha256, source_format, notes, width_px, height_px, result)"
            " SELECT 'a' || n, 'ana', 'queued', 0, 0, 1e9 + n, 9e9, 9e9, false, 'x', 'png', '[]', 1, 1,"
            f" '{{}}' FROM generate_series(1, {n_rows}) AS n"
        )
        server.run("VACUUM ANALYZE analyses")
        command = [sys.executable, __file__, "--worker", url, "--seconds", str(seconds)]
        workers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(n_workers)
        ]
        for worker in workers:
            _require(worker.stdout).readline()  # it is ready
        before = family_cpu_s(server.process.pid)
        for worker in workers:
            _require(worker.stdin).write(b"\n")
            _require(worker.stdin).flush()
        reports = [json.loads(_require(worker.stdout).readline()) for worker in workers]
        spent = family_cpu_s(server.process.pid) - before
        for worker in workers:
            worker.communicate()
    n_done = sum(one["n_done"] for one in reports)
    return Run(
        n_workers=n_workers,
        per_s=sum(one["n_done"] / one["took_s"] for one in reports),
        worker_cpu_ms=1e3 * sum(one["cpu_s"] for one in reports) / n_done,
        database_cpu_ms=1e3 * spent / n_done,
    )


def work(url: str, seconds: float) -> None:
    """One worker: claim, sleep, finish; counts what it did after a warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(RecordsSettings(database_url=url), Path(folder))
        _turn(records)
        print(flush=True)
        sys.stdin.readline()  # until all are ready
        began, cpu, n_done = time.monotonic(), time.process_time(), 0
        while time.monotonic() - began < seconds:
            n_done += _turn(records)
        report = {"n_done": n_done, "took_s": time.monotonic() - began,
                  "cpu_s": time.process_time() - cpu}  # fmt: skip
        print(json.dumps(report), flush=True)
        sys.stdin.readline()
        records.close()


def _require(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _turn(records: Records) -> int:
    claims = records.queue.claim(BATCH)
    time.sleep(SLEEP_S * len(claims))
    done = Completion(AnalysisState.DONE, AnalysisResult(), ARRAYS)
    return sum(records.queue.finish([(claim, done) for claim in claims]))


def main() -> None:
    """Measure, check, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=6.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--worker", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.worker:
        work(chosen.worker, chosen.seconds)
        return
    server = PostgresServer()
    try:
        rounds = [
            [measure(n, chosen.seconds, server) for n in WORKERS] for _ in range(chosen.rounds)
        ]
    finally:
        server.close()
    runs = [
        Run(n, *(statistics.median(getattr(one[i], name) for one in rounds)
                 for name in ("per_s", "worker_cpu_ms", "database_cpu_ms")))
        for i, n in enumerate(WORKERS)
    ]  # fmt: skip
    write(runs, len(os.sched_getaffinity(0)), os.getloadavg()[0])
    print(PAGE.with_suffix(".json").read_text())


if __name__ == "__main__":
    main()
