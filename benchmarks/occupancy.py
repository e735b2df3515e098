# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What an upload and its image cost in a service where many others wait, or many images lie.

Run:      .venv/bin/python benchmarks/occupancy.py [--rounds 8]
          [--waiting 0 100 1000] [--stored 10 1000 20000]
Measures: services with HTTP, SQLite and sandbox and with networks that never answer, all at the same time
          and in turns: accepting an image of a quarter of a megapixel without waiting for its result, showing
          it and deleting it, which keeps the number; and the sweep that looks for files without a row.
Writes:   a table into docs/reference/performance.md.
Expects:  nothing but the sweep costs much more; its cost is in proportion to the files.

All images belong to one visitor, whose space is counted with each upload. They are links to one file.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from marked_page import PERFORMANCE, conditions, rewrite
from pictures import Picture
from processes import Process, interrupt_at_sigterm
from seeded_rows import copy_first
from visitor import ACCEPTED, ANALYSES, Visitor

from raiox.records.images import FOLDER, SUFFIX
from raiox.records.store import Records, open_records
from raiox.settings import RecordsSettings

HELD: Final = str(Path(__file__).with_name("held_service.py"))
PICTURE: Final = Picture(0.25)
MAX_QUEUED: Final = 10_000
"""More than wait; by default an upload is refused while 1,000 do."""
OLD_S: Final = 3_600
"""A sweep leaves younger files alone."""
WAITING: Final = "waiting"
STORED: Final = "stored"
CHANGED: Final = {
    WAITING: {"state": "'queued'", "attempt": "0", "lease_until": "0.0"},
    STORED: {"state": "'done'", "lease_until": "0.0", "finished_at": "created_at"},
}
"""What a copy of the first upload, which the networks hold, must have instead."""

Found = dict[tuple[str, "Occupied"], list[float]]


@dataclass(frozen=True)
class Occupied:
    """A running service that holds something."""

    n: int
    what: str
    visitor: Visitor
    records: Records


def main() -> None:
    """Fill, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--waiting", type=int, nargs="+", default=[0, 100, 1_000])
    options.add_argument("--stored", type=int, nargs="+", default=[10, 1_000, 20_000])
    options.add_argument("--rounds", type=int, default=8)
    options.add_argument("--requests", type=int, default=25, help="of each service, in each round")
    chosen = options.parse_args()
    interrupt_at_sigterm()
    wanted = [(n, WAITING) for n in chosen.waiting] + [(n, STORED) for n in chosen.stored]
    found: Found = defaultdict(list)
    with ExitStack() as stack:
        services = [stack.enter_context(_occupied(n, what)) for n, what in wanted]
        for number in range(chosen.rounds):
            for service in services:
                contents = [
                    PICTURE.png(1 + number * chosen.requests + i) for i in range(chosen.requests)
                ]
                _one_round(service, contents, found)
    said = f"{conditions()}, {chosen.rounds} rounds of {chosen.requests} uploads."
    text = f"{said}\n\n{_table(found, services)}\n\n{_growth(found, services)}"
    rewrite(PERFORMANCE, "occupancy", text)
    print(text)


@contextmanager
def _occupied(n: int, what: str) -> Iterator[Occupied]:
    variables = {"RAIOX_RECORDS__MAX_QUEUED": str(MAX_QUEUED)}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        service = stack.enter_context(Process(program=[HELD], data_dir=folder, variables=variables))
        stack.callback(service.kill)  # it would wait for its networks
        visitor = stack.enter_context(Visitor(service.url))
        records = open_records(RecordsSettings(), folder)
        stack.callback(records.close)
        first = visitor.upload(PICTURE.png(0), "respond-async").document["id"]
        [file] = (folder / FOLDER).glob(f"*{SUFFIX}")
        for copy in copy_first(records.database, n, **CHANGED[what]):
            file.with_name(file.name.replace(first, copy)).hardlink_to(file)
        old = time.time() - OLD_S
        os.utime(file, (old, old))
        yield Occupied(n, what, visitor, records)


def _one_round(service: Occupied, contents: list[bytes], found: Found) -> None:
    visitor = service.visitor
    for content in contents:
        answer = _timed(found["accept", service], visitor.upload, content, "respond-async")
        if answer.status != ACCEPTED:
            raise SystemExit(f"an upload was answered {answer.status}")
        address = f"{ANALYSES}/{answer.document['id']}"
        _timed(found["show", service], visitor.ask, "GET", f"{address}/image")
        _timed(found["delete", service], visitor.ask, "DELETE", address)
    swept = _timed(found["sweep", service], service.records.sweep)
    if swept.n_orphans or swept.n_images:
        raise SystemExit(f"a sweep deleted what it should keep: {swept}")


def _timed(times_ms: list[float], work: Callable[..., Any], *words: Any) -> Any:
    started = time.perf_counter()
    done = work(*words)
    times_ms.append(1e3 * (time.perf_counter() - started))
    return done


def _table(found: Found, services: list[Occupied]) -> str:
    heads = [f"{service.n:,} {service.what}" for service in services]
    lines = [f"| p50 (p95) ms | {' | '.join(heads)} |", "|---" * (len(services) + 1) + "|"]
    for name in dict.fromkeys(name for name, _ in found):
        cells = [np.quantile(found[name, service], (0.5, 0.95)) for service in services]
        lines.append(f"| {name} | {' | '.join(f'{a:.1f} ({b:.1f})' for a, b in cells)} |")
    return "\n".join(lines)


def _growth(found: Found, services: list[Occupied]) -> str:
    """By how much the medians are larger where most waits or lies."""
    sentences = []
    for what in (WAITING, STORED):
        few, *_, many = sorted((s for s in services if s.what == what), key=lambda s: s.n)
        ratios = ", ".join(
            f"{name} {statistics.median(found[name, many]) / statistics.median(found[name, few]):.2f}"
            for name in dict.fromkeys(name for name, _ in found)
        )
        sentences.append(f"{many.n:,} {what} beside {few.n:,}, ratio of medians: {ratios}.")
    return " ".join(sentences)


if __name__ == "__main__":
    main()
