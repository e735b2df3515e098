# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""Do two workers do twice the work of one? The shipped networks on one thread each.

Run:      .venv/bin/python benchmarks/workers.py [--rounds 3] [--images 96]
Needs:    PostgreSQL's server, pg8000; two processors that nobody else uses, for the rate.
Measures: in turns, one and two processes of `raiox work` that empty a queue filled in one transaction:
          images per second, and processor seconds of the workers per image, which other work moves less.
Prints:   each round and the ratios of the medians, as JSON.
Expects:  1.8 times the rate on a quiet machine, or processor time within 5 %.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

from processes import Process, interrupt_at_sigterm, on_one_database

from raiox.phantom import draw_phantom
from raiox.records.rows import NewAnalysis
from raiox.records.store import Records, open_records
from raiox.service.png import to_png
from raiox.settings import FilesSettings, RecordsSettings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from postgres import PostgresServer

N_DRAWN = 4
N_WARM_UP = 8
LOOK_EVERY_S = 0.05
PHANTOMS = [draw_phantom(seed) for seed in range(N_DRAWN)]
"""The filter accepts them, so that every network has work."""


class Service:
    """So many workers on a database of their own."""

    def __init__(self, n_workers: int, server: PostgresServer, stack: ExitStack) -> None:
        self._server, self._database = server, f"of_{n_workers}"
        server.run(f"CREATE DATABASE {self._database}")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = server.url(self._database)
        self._records = open_records(
            RecordsSettings(database_url=url, max_queued=10**6), folder, files=FilesSettings(shared=True)
        )  # fmt: skip
        stack.callback(self._records.close)
        variables = on_one_database(url)
        self._workers = [
            stack.enter_context(Process("work", data_dir=folder, variables=variables))
            for _ in range(n_workers)
        ]

    def empty(self, n_images: int) -> dict[str, float]:
        """Let the workers empty a queue of so many."""
        before = [worker.cpu_s for worker in self._workers]
        fill(self._records, n_images)
        began = self._records.clock()
        while self._records.queue.n_queued() or self._n_unfinished():
            time.sleep(LOOK_EVERY_S)
        [(ended,)] = self._server.run("SELECT max(finished_at) FROM analyses", self._database)
        spent = [one.cpu_s - was for one, was in zip(self._workers, before, strict=True)]
        return {"per_s": n_images / (ended - began), "cpu_ms": 1e3 * sum(spent) / n_images}

    def _n_unfinished(self) -> int:
        statement = "SELECT count(*) FROM analyses WHERE finished_at IS NULL"
        return int(self._server.run(statement, self._database)[0][0])


def fill(records: Records, n_images: int) -> None:
    """Store images, and queue all of them at once."""
    height_px, width_px = PHANTOMS[0].shape
    contents = [to_png(phantom) for phantom in PHANTOMS]
    rows = [
        NewAnalysis(str(uuid.uuid4()), "ana", "0" * 64, "png", (), width_px, height_px)
        for _ in range(n_images)
    ]
    for i, new in enumerate(rows):
        records.files.put(new.id, new.sha256, contents[i % N_DRAWN])
    with records.database.sharing():
        for new in rows:
            records.queue.enqueue(new)


def main() -> None:
    """Measure in turns and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--images", type=int, default=96)
    chosen = options.parse_args()
    interrupt_at_sigterm()
    with ExitStack() as stack:
        server = PostgresServer()
        stack.callback(server.close)
        services = {n: Service(n, server, stack) for n in (1, 2)}
        for n, service in services.items():
            service.empty(n * N_WARM_UP)
        rounds = [
            {n: service.empty(chosen.images) for n, service in services.items()}
            for _ in range(chosen.rounds)
        ]
    medians = {
        (n, name): statistics.median(one[n][name] for one in rounds)
        for n in services for name in ("per_s", "cpu_ms")
    }  # fmt: skip
    found = {
        "load": round(os.getloadavg()[0], 1),
        "rounds": rounds,
        "two_over_one": {
            name: round(medians[2, name] / medians[1, name], 3) for name in ("per_s", "cpu_ms")
        },
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
