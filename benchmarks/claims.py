# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What a claim costs behind a long history that the planner knows nothing of, and what a result weighs.

Run:      .venv/bin/python benchmarks/claims.py [--finished 1000000] [--claims 250]
Needs:    PostgreSQL's server, pg8000; psycopg where it is to be compared.
Measures: claims of 8, alone and with their results, with the statistics of an empty table, by driver, in
          turns; processor time by side;
          bytes of a finished row and of its write-ahead log, with maps in the row and in a file.
Prints:   one line of JSON.
Expects:  p95 of a claim <= 2 ms on a quiet machine; a fifth of the bytes where maps are in files.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from processes import family_cpu_s

from raiox.entities import Radiograph
from raiox.records.rows import Claim, Completion
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import FilesSettings, RecordsSettings
from raiox.vocabulary import AnalysisState

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes import result_of
from postgres import PostgresServer

BATCH = 8
DRIVERS = [f"postgresql+{name}" for name in ("pg8000", "psycopg") if importlib.util.find_spec(name)]
N_WARM_UP = 20
N_ROUNDS = 5
RESULT = AnalysisResult.of(result_of(Radiograph(np.zeros((8, 8), np.uint8), "0" * 64, "png")))
MAPS = os.urandom(12_928)
"""Of three findings and the lungs: 4 x 40 x 40 numbers of 16 bits, and their header."""
INSERT = (
    "INSERT INTO analyses (id, owner, state, attempt, lease_until, created_at, image_until, expires_at,"
    " has_image, sha256, source_format, notes, width_px, height_px, result)"
    " SELECT '{state}' || n, md5(n::text), '{state}', 0, 0, 1e9 + n, 9e9, 9e9, false, 'x', 'png', '[]', 1, 1,"
    " '{{}}' FROM generate_series(1, {n}) AS n"
)


def open_on(server: PostgresServer, driver: str, folder: str, *, maps: bool = False) -> Records:
    """The records through one driver."""
    url = server.url(driver=driver)
    settings = RecordsSettings(database_url=url, max_queued=10**9)
    return open_records(settings, Path(folder), files=FilesSettings(maps=maps))


def claims(server: PostgresServer, n_finished: int, n: int, folder: str) -> dict[str, object]:
    """By driver: the time of a claim, and of a claim with its results, and processor time by side."""
    server.empty()
    with ExitStack() as stack:
        opened = {driver: open_on(server, driver, folder) for driver in DRIVERS}
        for records in opened.values():
            stack.callback(records.close)
        server.run("ANALYZE analyses")  # of an empty table, and the server here never looks again
        server.run(INSERT.format(state="done", n=n_finished))
        server.run(INSERT.format(state="queued", n=4 * BATCH * (n + N_WARM_UP + 1)))
        server.run("CHECKPOINT")
        works = {"claim": _claim, "claim and results": _claim_and_finish}
        return {name: _by_driver(work, opened, server, n) for name, work in works.items()}


def _by_driver(
    work: Callable[[Records], object], opened: Mapping[str, Records], server: PostgresServer, n: int
) -> dict[str, object]:
    """In turns, after a warm-up."""
    for records in opened.values():
        _times_ms(work, records, N_WARM_UP)
    rounds: dict[str, list[tuple[list[float], float, float]]] = {one: [] for one in opened}
    for _ in range(N_ROUNDS):
        for driver, records in opened.items():
            server_before = family_cpu_s(server.process.pid)
            own_before = time.process_time()
            took = _times_ms(work, records, n // N_ROUNDS)
            own = time.process_time() - own_before
            other = family_cpu_s(server.process.pid) - server_before
            rounds[driver].append((took, own, other))
    return {driver: _summary(measured) for driver, measured in rounds.items()}


def weights(server: PostgresServer, folder: str, n_rows: int = 200) -> dict[str, object]:
    """Bytes of a finished row, and of the log that finishing it wrote."""
    weighed: dict[str, object] = {}
    for name, maps in (("in the row", False), ("in a file", True)):
        server.empty()
        records = open_on(server, DRIVERS[0], folder, maps=maps)
        server.run(INSERT.format(state="queued", n=n_rows))
        server.run("CHECKPOINT")
        before = server.run("SELECT pg_current_wal_lsn()")[0][0]
        while claimed := records.queue.claim(BATCH):
            ends = [(one, Completion(AnalysisState.DONE, RESULT, MAPS)) for one in claimed]
            if maps:
                ends = [(one, records.maps.put(one, end)) for one, end in ends]
            records.queue.finish(ends)
        [(log_bytes,)] = server.run(f"SELECT pg_current_wal_lsn() - '{before}'::pg_lsn")
        server.run("VACUUM FULL analyses")
        [(table_bytes,)] = server.run("SELECT pg_total_relation_size('analyses')")
        records.close()
        weighed[name] = {
            "row_bytes": round(table_bytes / n_rows),
            "log_bytes": round(float(log_bytes) / n_rows),
        }
    return weighed


def _claim(records: Records) -> list[Claim]:
    claimed = records.queue.claim(BATCH)
    assert len(claimed) == BATCH
    return claimed


def _claim_and_finish(records: Records) -> None:
    done = Completion(AnalysisState.DONE, RESULT, MAPS)
    assert all(records.queue.finish([(one, done) for one in _claim(records)]))


def _times_ms(work: Callable[[Records], object], records: Records, n: int) -> list[float]:
    took_ms = []
    for _ in range(n):
        began = time.perf_counter()
        work(records)
        took_ms.append(1e3 * (time.perf_counter() - began))
    return took_ms


def _summary(rounds: list[tuple[list[float], float, float]]) -> dict[str, float]:
    took_ms = sorted(one for took, _, _ in rounds for one in took)
    n = len(took_ms)
    return {
        "p50_ms": round(statistics.median(took_ms), 2),
        "p95_ms": round(took_ms[int(0.95 * n)], 2),
        "fastest_ms": round(took_ms[0], 2),
        "own_cpu_ms": round(1e3 * sum(own for _, own, _ in rounds) / n, 2),
        "server_cpu_ms": round(1e3 * sum(other for _, _, other in rounds) / n, 2),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--finished", type=int, default=1_000_000)
    options.add_argument("--claims", type=int, default=250)
    chosen = options.parse_args()
    server = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = {
                "load": round(os.getloadavg()[0], 1),
                "claims": claims(server, chosen.finished, chosen.claims, folder),
                "weights": weights(server, folder),
            }
    finally:
        server.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
