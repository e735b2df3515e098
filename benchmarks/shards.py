# ruff: noqa: INP001, S311, T201  (a file that is run and prints, not a package; nothing secret)
"""A batch in shards whose workers are killed: is every file there once, and how much is done again?

Run:      .venv/bin/python benchmarks/shards.py FOLDER [--shards 40] [--jobs 2] [--kills 10] [--seed 0]
Needs:    a folder of images; 10,000 for the figures of docs/explanation/scale.md.
Measures: `raiox predict FOLDER --out DIR --shards N --jobs J`, whose processes are killed (SIGKILL) at
          moments spread over the whole run; the command itself begins their shards again.
Expects:  one row per file, and at most one shard repeated per kill; exit status 1 otherwise.
"""

import argparse
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

RAIOX = Path(sys.executable).with_name("raiox")
LOOK_EVERY_S = 0.1
MODULE = "raiox.cli.batch.shard_process"


def workers_of(parent: int) -> dict[int, int]:
    """The processes of shards by their ids, and their shards."""
    found = {}
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            continue
        if MODULE.encode() in words:
            found[int(pid)] = json.loads(words[words.index(MODULE.encode()) + 1])["shard"]
    return found


def run(
    command: list[str], out: Path, n_shards: int, n_kills: int, chance: random.Random
) -> dict[str, float]:
    """Run the command to its end and kill as many of its workers."""
    # A kill in each of so many stretches of the run, but not before the stretch has begun to work.
    moments = sorted(chance.uniform(0, n_shards - 1) for _ in range(n_kills))
    begun: dict[int, int] = {}
    killed: list[int] = []
    started = time.monotonic()
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            workers = workers_of(process.pid)
            begun |= workers
            n_done = len(list(out.glob("part-*")))
            alive = [pid for pid in workers if pid not in killed]
            if len(killed) < n_kills and n_done >= moments[len(killed)] and alive:
                time.sleep(chance.uniform(0, 5))
                pid = chance.choice(alive)
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue  # it ended in time
                killed.append(pid)
            time.sleep(LOOK_EVERY_S)
    return {
        "exit_status": process.returncode,
        "took_s": round(time.monotonic() - started),
        "kills": len(killed),
        "processes": len(begun),
        "shards_repeated": len(begun) - len(set(begun.values())),
    }


def main() -> int:
    """Run, kill, count."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--shards", type=int, default=40)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        command = [str(RAIOX), "predict", str(chosen.folder), "--out", folder]
        command += ["--shards", str(chosen.shards), "--jobs", str(chosen.jobs)]
        report = run(command, out, chosen.shards, chosen.kills, random.Random(chosen.seed))
        rows: Counter[str] = Counter()
        for part in out.glob("part-*"):
            with part.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
                rows.update(row["path"] for row in csv.DictReader(file))
        report["leavings"] = len(list(out.glob(".part-*")))
    report["files"] = sum(file.is_file() for file in chosen.folder.rglob("*"))
    report["rows"] = rows.total()
    report["files_with_one_row"] = sum(n == 1 for n in rows.values())
    print(json.dumps(report, indent=1))
    once = report["files"] == report["rows"] == report["files_with_one_row"]
    return 0 if once and report["shards_repeated"] <= report["kills"] else 1


if __name__ == "__main__":
    sys.exit(main())
