# ruff: noqa: INP001, T201  (a file that is run, not a package)
"""What the records cost with a short and with a long history, on SQLite.

Both databases are measured in turn, so that a noisy minute meets them alike: read the ratios.

Run:  .venv/bin/python benchmarks/growth.py [--rows 1000 1000000] [--rounds 400]
Writes the table into docs/reference/performance.md.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from marked_page import PERFORMANCE, conditions, rewrite
from seeded_rows import copy_first

from raiox.records.queue import AnalysisQueue
from raiox.records.rows import Completion, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

OWNER: Final = "owner of everything"
PAGE: Final = 20


def main() -> None:
    """Seed, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = {n: _seeded(Path(folder) / str(n), n) for n in options.rows}
        found: dict[tuple[str, int], list[float]] = defaultdict(list)
        for _ in range(options.rounds):
            for n, records in kept.items():
                _one_round(records, partial(_keep, found, n))
        for records in kept.values():
            records.close()
    text = f"{conditions()}, {options.rounds} rounds.\n\n{_table(found, options.rows)}"
    rewrite(PERFORMANCE, "history", text)
    print(text)


def _seeded(folder: Path, n_rows: int) -> Records:
    """A history of one owner, a row a second, finished."""
    records = open_records(RecordsSettings(), folder)
    queue = records.queue
    queue.enqueue(_new("first"))
    queue.finish(
        [(claim, Completion(AnalysisState.DONE, AnalysisResult())) for claim in queue.claim(1)]
    )
    copy_first(
        records.database, n_rows - 1, created_at="created_at - n", finished_at="created_at - n"
    )
    return records


def _new(name: str) -> NewAnalysis:
    return NewAnalysis(
        id=name, owner=OWNER, sha256="0" * 64, source_format="png", notes=(),
        width_px=1_024, height_px=1_024, pixel_spacing_mm=None, value_scale=None,
    )  # fmt: skip


def _keep(found: dict[tuple[str, int], list[float]], n: int, name: str, ms: float) -> None:
    found[name, n].append(ms)


def _one_round(records: Records, note: Callable[[str, float], None]) -> None:
    queue: AnalysisQueue = records.queue
    name = str(uuid4())
    page = _timed("list", note, lambda: records.history.list(OWNER, limit=PAGE))
    _timed("list, next page", note,
           lambda: records.history.list(OWNER, limit=PAGE, cursor=page.next_cursor))  # fmt: skip
    _timed("get", note, lambda: records.history.get(page.analyses[-1].id, OWNER))
    _timed("enqueue", note, lambda: queue.enqueue(_new(name)))
    claims = _timed("claim", note, lambda: queue.claim(1))
    end = Completion(AnalysisState.DONE, AnalysisResult())
    _timed("finish", note, lambda: queue.finish([(claim, end) for claim in claims]))
    _timed("delete", note, lambda: records.history.delete(name, OWNER))


def _timed(name: str, note: Callable[[str, float], None], work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    found = work()
    note(name, 1e3 * (time.perf_counter() - started))
    return found


def _table(found: dict[tuple[str, int], list[float]], sizes: list[int]) -> str:
    heads = [f"p50 (p95) ms, {n:,} rows" for n in sizes]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(sizes) + 1) + "|"]
    for name in dict.fromkeys(name for name, _ in found):
        cells = [np.quantile(found[name, n], (0.5, 0.95)) for n in sizes]
        lines.append(f"| {name} | {' | '.join(f'{a:.2f} ({b:.2f})' for a, b in cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
