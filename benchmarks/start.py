# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How long raiox takes to start, and what a service at rest holds in memory, beside the targets.

Run:      .venv/bin/python benchmarks/start.py [--runs 5]
Measures: in turns, `raiox --help`; `raiox serve` with the folder of an earlier start, until it answers at all
          and until its networks are ready, and its memory at rest; `raiox predict` of a PNG of one megapixel.
Writes:   a table into docs/reference/performance.md.
Expects:  the targets below, on a machine that does nothing else and has read the files before.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

from marked_page import PERFORMANCE, conditions, rewrite
from pictures import Picture
from processes import MAIN, Process, interrupt_at_sigterm

from raiox.settings import InferenceSettings

REST_S: Final = 5.0
"""After which a service that is ready rests."""
HELP: Final = "`raiox --help`, s"
LIVE: Final = "`raiox serve` to the first answer of `/healthz`, s"
CPU: Final = "processor time of all its processes until then, s"
READY: Final = "`raiox serve` to the first answer of `/readyz` that it is ready, s"
MEMORY: Final = f"memory of all its processes (PSS) {REST_S:.0f} s later, MB"
PREDICT: Final = "`raiox predict` of one file, s"
TARGETS: Final = {HELP: 0.3, LIVE: 1.0, READY: 2.0, CPU: None, MEMORY: 400.0, PREDICT: None}


def main() -> None:
    """Measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    interrupt_at_sigterm()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode
    found: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 + chosen.runs):
            for name, value in _one_run(Path(folder)).items():
                found[name].append(value)
    measured = {name: values[1:] for name, values in found.items()}
    said = (
        f"{conditions()}, {chosen.runs} runs after one that reads files, compiles"
        " bytecode and makes tables, and does not count."
    )
    text = f"{said}\n\n{_table(measured)}"
    rewrite(PERFORMANCE, "start", text)
    print(text)


def _one_run(folder: Path) -> dict[str, float]:
    file = folder / "radiograph.png"
    file.write_bytes(Picture(1).png(0))
    threads = {"RAIOX_INFERENCE__N_THREADS": str(InferenceSettings().n_threads)}
    found = {HELP: _command_s("--help"), PREDICT: _command_s("predict", str(file))}
    with Process("serve", data_dir=folder / "var", variables=threads) as service:
        found |= {LIVE: service.live_s, READY: service.start_s, CPU: service.cpu_s}
        time.sleep(REST_S)
        return found | {MEMORY: service.pss_mb}


def _command_s(*words: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", MAIN, *words], check=True, capture_output=True)
    return time.monotonic() - began


def _table(measured: dict[str, list[float]]) -> str:
    lines = ["| | median | smallest to largest | target |", "|---|---|---|---|"]
    for name, target in TARGETS.items():
        values, digits = measured[name], 0 if name is MEMORY else 2
        median, low, high = statistics.median(values), min(values), max(values)
        aim = "–" if target is None else f"{target:g}"
        lines.append(
            f"| {name} | {median:.{digits}f} | {low:.{digits}f}-{high:.{digits}f} | {aim} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
