# ruff: noqa: INP001  (a file that is run, not a package)
"""Every hostile file against the whole service over HTTP: answers counted, slowness measured.

The corpus is not part of the project: a folder with `manifest.csv` (columns `file`, `expected`).

Run:      python benchmarks/hostile_files.py FOLDER
Expects:  no 5xx, no answer above 10 s, no disagreement with the manifest.
"""

import csv
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
from processes import Process

ANALYSES = "/api/v1/analyses"
LIMIT_S = 10.0


def main() -> None:
    """Send all files one after the other, then print what came of them."""
    folder = Path(sys.argv[1])
    with (folder / "manifest.csv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest))
    counts, times, astray = Counter[str](), [], []
    with (
        tempfile.TemporaryDirectory() as data_dir,
        Process("serve", data_dir=Path(data_dir)) as service,
        httpx.Client(base_url=service.url, timeout=3 * LIMIT_S) as client,
    ):
        for row in rows:
            started = time.perf_counter()
            status = _send(client, folder / row["file"])
            times.append(time.perf_counter() - started)
            counts[f"{status // 100}xx"] += 1
            if not _fits(status, row["expected"]):
                astray.append(f"{row['file']}: {row['expected']}, answered {status}")
    slow = sum(taken > LIMIT_S for taken in times)
    p50, p99 = np.quantile(times, (0.5, 0.99))
    sys.stdout.write(f"files {len(rows)}, answers {dict(counts)}, above {LIMIT_S:.0f} s: {slow}, ")
    sys.stdout.write(f"p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, astray {len(astray)}\n")
    sys.stdout.writelines(f"  {line}\n" for line in astray)


def _send(client: httpx.Client, file: Path) -> int:
    content = file.read_bytes()
    return client.post(ANALYSES, content=content, headers={"Prefer": "wait=20"}).status_code


def _fits(status: int, expected: str) -> bool:
    if expected == "accept":
        return status == httpx.codes.CREATED
    if expected == "either":
        return status == httpx.codes.CREATED or httpx.codes.is_client_error(status)
    return httpx.codes.is_client_error(status)


if __name__ == "__main__":
    main()
