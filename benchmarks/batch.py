# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What `raiox predict` makes of a large folder: how fast beside the bare engine, and how it takes kills.

Run:      .venv/bin/python benchmarks/batch.py DATA [--files N] [--rounds R]
Prints:   images per second of the bare engine (decoded before, as many passes at once) and of the
          command, in turn, with the ratio of the rates and that of the CPU time, which other work on the
          machine does not move; then the same folder as a table that is killed twice
          (SIGKILL after a third, SIGTERM after two) and resumed: rows, time, memory.
Expects:  exactly one row per file; a ratio of 0.85 or more on a quiet machine; memory that does not
          grow with the number of files.
"""

import argparse
import csv
import io
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from raiox.cli.batch.inputs import find_files
from raiox.entities import Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import Settings

COMMAND = str(Path(sys.executable).with_name("raiox"))
BAD_SHARE = 0.01
BAD_CONTENTS = (b"", b"a readme", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.7")
POLL_S = 0.2
N_BARE = 100


def make_files(data: Path, folder: Path, n_files: int) -> None:
    """Radiographs with one pixel of their own each, as PNG and JPEG in turn; one in a hundred is bad."""
    sources = sorted((data / "chest" / "images").rglob("*.jpg"))
    sources = sources[:: max(1, len(sources) // 200)]
    for i in range(n_files):
        file = folder / f"{i // 1000:03}" / f"{i:06}"
        file.parent.mkdir(exist_ok=True)
        if i % round(1 / BAD_SHARE) == 0:
            file.write_bytes(BAD_CONTENTS[i // 100 % len(BAD_CONTENTS)])
            continue
        pixels = np.array(Image.open(sources[i % len(sources)]).convert("L"))
        pixels[0, :4] = np.frombuffer(i.to_bytes(4), np.uint8)
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, ("PNG", "JPEG")[i % 2])
        file.write_bytes(content.getvalue())


def bare_rate(engine: LocalEngine, radiographs: Sequence[Radiograph], n_passes: int) -> float:
    """Images per second without reading, decoding and writing."""
    started = time.perf_counter()
    with ThreadPoolExecutor(n_passes) as pool:
        list(pool.map(lambda radiograph: engine.predict([radiograph]), radiographs))
    return len(radiographs) / (time.perf_counter() - started)


def command_s(folder: Path) -> float:
    """Seconds of the whole command over a folder or a file."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        table = Path(out, "scores.csv")
        command = [COMMAND, "predict", str(folder), "--csv", str(table)]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def compare(folder: Path, n_rounds: int) -> None:
    """The bare engine and the command in turn."""
    settings = Settings()
    n_passes = settings.inference.n_threads
    engine = LocalEngine.open(settings.inference.model_copy(update={"n_threads": 1}))
    files = [file for file in find_files([folder]) if isinstance(file, Path)]
    good = [file for i, file in enumerate(files) if i % round(1 / BAD_SHARE)][:N_BARE]
    with Intake(settings.intake) as intake:
        radiographs = [intake.load(file.read_bytes()) for file in good]
    bare_rate(engine, radiographs, n_passes)
    ratios = []
    for _ in range(n_rounds):
        bare_cpu_s = -time.process_time()
        before = bare_rate(engine, radiographs, n_passes)
        bare_cpu_s += time.process_time()
        bare_cpu_ms = 1e3 * bare_cpu_s / len(radiographs)
        start_cpu_s = -_children_cpu_s()
        start_s = command_s(good[0])
        start_cpu_s += _children_cpu_s()
        cpu_s = -_children_cpu_s() - start_cpu_s
        whole_s = command_s(folder)
        cpu_ms = 1e3 * (cpu_s + _children_cpu_s()) / (len(files) - 1)
        bare = statistics.mean((before, bare_rate(engine, radiographs, n_passes)))
        rate = (len(files) - 1) / (whole_s - start_s)
        ratios.append(rate / bare)
        print(
            f"bare engine {bare:.1f}/s, {bare_cpu_ms:.0f} ms of CPU per image; predict {rate:.1f}/s "
            f"after a start of {start_s:.1f} s, {cpu_ms:.0f} ms of CPU; "
            f"ratio {ratios[-1]:.2f}, of CPU time {bare_cpu_ms / cpu_ms:.2f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.2f}")


def kill_twice(folder: Path) -> None:
    """Interrupt and resume; print what the table holds in the end."""
    files = {str(file) for file in find_files([folder])}
    with tempfile.TemporaryDirectory() as out:
        table = Path(out, "scores.csv")
        started = time.perf_counter()
        stops = (
            (signal.SIGKILL, len(files) // 3),
            (signal.SIGTERM, 2 * len(files) // 3),
            (None, len(files) + 1),
        )
        for stop, n_rows in stops:
            peaks = list(run_until(folder, table, n_rows, stop))
            print(f"{stop and stop.name}: {_n_rows(table)} rows, peak {max(peaks) / 2**20:.0f} MiB")
        elapsed_s = time.perf_counter() - started
        with table.open(newline="", encoding="utf-8") as rows:
            paths = [row["path"] for row in csv.DictReader(rows)]
    once = len(paths) == len(set(paths)) and set(paths) == files
    print(f"{len(files)} files in {elapsed_s:.0f} s; exactly one row each: {once}")


def run_until(folder: Path, table: Path, n_rows: int, stop: signal.Signals | None) -> Iterator[int]:
    """Run the command until the table has so many rows; its memory, in bytes, again and again."""
    command = [COMMAND, "predict", str(folder), "--csv", str(table), "--resume"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            yield _memory_bytes(process.pid)
            if stop is not None and _n_rows(table) >= n_rows:
                process.send_signal(stop)
                stop = None
            time.sleep(POLL_S)


def _n_rows(table: Path) -> int:
    return table.read_bytes().count(b"\n") if table.exists() else 0


def _memory_bytes(pid: int) -> int:
    """Resident, of the process and all that came from it; pages that they share count once each."""
    total = 0
    for process in (pid, *_descendants(pid)):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += next(
            (int(x.split()[1]) << 10 for x in rollup.splitlines() if x.startswith("Pss:")), 0
        )
    return total


def _descendants(pid: int) -> Iterator[int]:
    try:
        tasks = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    for child in map(int, " ".join(tasks).split()):
        yield child
        yield from _descendants(child)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make the files, compare, kill."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        make_files(arguments.data, folder, arguments.files)
        if arguments.rounds:
            compare(folder, arguments.rounds)
        kill_twice(folder)


if __name__ == "__main__":
    main()
