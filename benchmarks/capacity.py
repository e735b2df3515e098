# ruff: noqa: INP001, S608, T201  (a file that is run and prints, not a package)
"""What a service of many processes needs at a load: measured, modelled, checked, and drawn.

Run:      .venv/bin/python benchmarks/capacity.py [--seconds 6] [--rounds 3]
Needs:    PostgreSQL's server, pg8000.
Measures: the records with 1, 2, 4 and 16 workers whose networks are a sleep: claims of 8, results with
          12 kB of arrays, finish; in turn, medians of the rounds; processor time by side.
Writes:   docs/explanation/scale.json, scale-check.svg, scale-wait.svg and the tables of scale.md.
Expects:  the model, fitted on one worker, within 15 % of the others on a quiet machine.

The model is a closed queueing network: each worker is a customer that computes for `think_s`, on
processors of its own, and then needs the machine of the database for `demand_s`, which has several
processors. Source: Reiser, Lavenberg, "Mean-value analysis of closed multichain queuing networks",
J. ACM 27(2), 1980; Seidmann, Schweitzer, Shalev-Oren, Large Scale Systems 12, 1987 (processors).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import IO

from raiox.lab.evaluation.report.svg import Line, Plot, to_svg
from raiox.records.rows import Completion
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from postgres import PostgresServer  # noqa: E402  (the server of the tests)

PAGE = ROOT / "docs" / "explanation" / "scale.md"
WORKERS = (1, 2, 4, 16)
BATCH = 8
SLEEP_S = 0.030
"""Of one image in the networks of one worker with one processor."""
ARRAYS = bytes(12_000)
CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
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

    network_cpu_s: float = 0.050
    """Filter, classifier, maps, lungs on one processor of this machine: docs/adr/0021."""
    upload_cpu_s: float = 0.050
    """Decode, encode, HTTP: the rest of the 94 to 101 ms of docs/adr/0021."""
    gpu_s: float = 0.002
    """Not measured: 500 images a second of a MobileNet with batches of 16 on one GPU are assumed."""
    row_bytes: int = 14_900
    wal_bytes: int = 17_000
    image_bytes: int = 600_000
    keep_images_h: float = 24.0
    keep_results_h: float = 720.0
    core_hour: float = 0.04
    gpu_hour: float = 0.80
    """In dollars, of the order of large clouds' list prices; put your own."""


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
        before = _server_cpu_s(server)
        for worker in workers:
            _require(worker.stdin).write(b"\n")
            _require(worker.stdin).flush()
        reports = [json.loads(_require(worker.stdout).readline()) for worker in workers]
        spent = _server_cpu_s(server) - before
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


def _server_cpu_s(server: PostgresServer) -> float:
    """Of the server and all that it started, also what has ended."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_cpu_s(int(one)) for one in (pid, *children))


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / CLOCK_TICKS_PER_S


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


def write(runs: Sequence[Run], n_processors: int, load_average: float) -> None:
    """The figures, the plots, and the tables of the page between its marks."""
    modelled = predicted(runs, n_processors)
    [alone] = [run for run in runs if run.n_workers == 1]
    costs = Costs()
    plans = [plan(load, costs, alone.database_cpu_ms / 1e3) for load in LOADS]
    figures = {
        "processors": n_processors,
        "load_average": load_average,
        "runs": [asdict(run) for run in runs],
        "modelled": modelled,
        "plans": plans,
        "cost_per_million": {
            name: cost_per_million(costs, on_gpu=gpu)
            for name, gpu in (("cpu", False), ("gpu", True))
        },
    }
    PAGE.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    _draw(runs, modelled)
    check = ["| workers | measured / s | model / s | error | efficiency | worker ms | database ms |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for run in runs:
        model = modelled[run.n_workers]
        check.append(
            f"| {run.n_workers} | {run.per_s:.0f} | {model:.0f} | {model / run.per_s - 1:+.0%} |"
            f" {run.per_s * SLEEP_S / run.n_workers:.2f} | {run.worker_cpu_ms:.2f} |"
            f" {run.database_cpu_ms:.2f} |"
        )
    names = list(plans[0])
    needs = [
        "| " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|---" * len(names) + "|",
    ]
    needs += ["| " + " | ".join(f"{one[name]:,g}" for name in names) + " |" for one in plans]
    money = " and ".join(
        f"${one} on {name.upper()}" for name, one in figures["cost_per_million"].items()
    )
    note = (f"Measured with {n_processors} processors for clients and server together, at a load average "
            f"of {load_average:.0f}.")  # fmt: skip
    _replace("check", "\n".join([note, "", *check]))
    _replace(
        "plan",
        "\n".join([*needs, "", f"A million analyses cost {money} of computing, by these prices."]),
    )


def _replace(name: str, text: str) -> None:
    page = PAGE.read_text()
    begin, end = f"<!-- {name}: make capacity -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}")


def wait_in_services(n_workers: int, utilisation: float) -> float:
    """How long a random arrival waits on average, in service times (Erlang C, M/M/c)."""
    offered, blocked = n_workers * utilisation, 1.0
    for n in range(1, n_workers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    waits = blocked / (1 - utilisation * (1 - blocked))
    return waits / (n_workers * (1 - utilisation))


def _draw(runs: Sequence[Run], modelled: dict[int, float]) -> None:
    """The check beside the page, and why a plan stays below full use."""
    ideal = [(n, n / SLEEP_S) for n in (0, max(WORKERS))]
    check = Plot(
        "Analyses a second, networks of 30 ms",
        "workers",
        "analyses a second",
        (
            Line("measured", [(run.n_workers, run.per_s) for run in runs], dotted=True),
            Line("model", list(modelled.items())),
            Line("without a database", ideal, faint=True),
        ),
        (0, max(WORKERS)),
        (0, max(WORKERS) / SLEEP_S),
    )
    PAGE.with_name("scale-check.svg").write_text(to_svg(check))
    shares = [i / 100 for i in range(1, 99)]
    waits = Plot(
        "Wait before the networks",
        "use of the workers",
        "wait, in analyses' own time",
        [
            Line(f"{n} workers", [(share, wait_in_services(n, share)) for share in shares])
            for n in (1, 4, 16)
        ],
        (0, 1),
        (0, 4),
    )
    PAGE.with_name("scale-wait.svg").write_text(to_svg(waits))


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
