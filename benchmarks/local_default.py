# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What one machine with SQLite and a folder pays for a change: start, memory, uploads by checkout.

Run:      .venv/bin/python benchmarks/local_default.py CHECKOUT CHECKOUT... [--uploads 45] [--rounds 2]
Needs:    checkouts whose code runs in this environment (git worktree add --detach FOLDER COMMIT).
Measures: in turns, `raiox serve` with one thread: time and processor time until it is ready, memory of
          all its processes (PSS), an upload's time and processor time.
Prints:   each run, and the medians of each checkout.
Expects:  the newest within 2 % of the oldest, or better.
"""

import argparse
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from processes import Process

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from drawn_radiographs import radiograph

N_WARM_UP = 5


def measure(checkout: Path, n_uploads: int) -> dict[str, float]:
    """One service, from its start to its end."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Process("serve", data_dir=Path(folder), checkout=checkout) as process,
    ):
        start_cpu_s = process.cpu_s
        with httpx.Client(base_url=process.url, timeout=60) as client:
            _upload(client, N_WARM_UP)
            before = process.cpu_s
            took_s = _upload(client, n_uploads)
        return {
            "start_s": process.start_s,
            "start_cpu_s": start_cpu_s,
            "pss_mb": process.pss_mb,
            "p50_ms": 1e3 * statistics.median(took_s),
            "cpu_ms": 1e3 * (process.cpu_s - before) / n_uploads,
        }


def _upload(client: httpx.Client, n: int) -> list[float]:
    file = io.BytesIO()
    radiograph(1).save(file, "PNG")
    took_s = []
    for _ in range(n):
        began = time.monotonic()
        answer = client.post(
            "/api/v1/analyses",
            content=file.getvalue(),
            headers={"Content-Type": "image/png", "Prefer": "wait=30"},
        )
        took_s.append(time.monotonic() - began)
        assert answer.status_code == httpx.codes.CREATED, answer.text
    return took_s


def main() -> None:
    """Measure in turns and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("checkouts", type=Path, nargs="+")
    options.add_argument("--uploads", type=int, default=45)
    options.add_argument("--rounds", type=int, default=2)
    chosen = options.parse_args()
    runs: dict[Path, list[dict[str, float]]] = {one: [] for one in chosen.checkouts}
    for _ in range(chosen.rounds):
        for checkout, measured in runs.items():
            measured.append(measure(checkout.absolute(), chosen.uploads))
            print(checkout, {name: round(value, 2) for name, value in measured[-1].items()})
    for checkout, measured in runs.items():
        medians = {
            name: round(statistics.median(run[name] for run in measured), 2) for name in measured[0]
        }
        print(checkout, "median", medians)


if __name__ == "__main__":
    main()
