# ruff: noqa: INP001, S606, S607, T201  (a file that is run and prints, not a package; programs of Linux)
"""What Ray costs a batch that local processes would do as well, in a namespace without a network.

Run:      .venv/bin/python benchmarks/ray_cost.py [--rounds 2] [--images 12], as root
Needs:    ray (`make ray`); unshare, ip, ss.
Measures: in turns, `raiox predict FOLDER --out DIR --shards 4 --jobs 2` with the local engine and with Ray:
          time, the bytes of their parts, and the addresses that they listen on. The namespace
          has a loopback interface alone, so nothing can listen outside it.
Prints:   one line of JSON.
Expects:  the same bytes; at most 60 s more than the local engine; addresses of loopback alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from raiox.phantom import draw_phantom, phantom_png

MAIN = "from raiox.cli.app import main; main()"
SHARDS = ["--shards", "4", "--jobs", "2"]
ENGINES = ("local", "ray")
LOOK_EVERY_S = 0.2
INSIDE = "--inside"


def run(folder: Path, out: Path, engine: str) -> dict[str, object]:
    """One batch to its end."""
    command = [sys.executable, "-c", MAIN, "predict", str(folder), "--out", str(out), *SHARDS]
    addresses: set[str] = set()
    began = time.monotonic()
    with subprocess.Popen([*command, "--engine", engine], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            addresses |= _listening()
            time.sleep(LOOK_EVERY_S)
    took_s = time.monotonic() - began
    assert process.returncode == 0, process.returncode
    return {
        "took_s": round(took_s, 1),
        "addresses": sorted(addresses),
        "parts": {file.name: file.read_bytes() for file in out.iterdir()},
    }


def _listening() -> set[str]:
    """In this namespace."""
    table = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
    return {line.split()[3].rpartition(":")[0].strip("[]") for line in table.splitlines()}


def main() -> None:
    """Measure in turns and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--images", type=int, default=12)
    options.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if not chosen.inside:
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, INSIDE])
    subprocess.run(["/usr/sbin/ip", "link", "set", "lo", "up"], check=True)
    runs: dict[str, list[dict[str, object]]] = {engine: [] for engine in ENGINES}
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "images"
        folder.mkdir()
        pixels = draw_phantom().copy()
        for i in range(chosen.images):
            pixels[0, 0] = i
            (folder / f"{i:02}.png").write_bytes(phantom_png(pixels))
        for i in range(chosen.rounds):
            for engine, measured in runs.items():
                measured.append(run(folder, Path(parent) / f"{engine}-{i}", engine))
    parts = [one.pop("parts") for measured in runs.values() for one in measured]
    took_s = {
        engine: statistics.median(float(str(one["took_s"])) for one in measured)
        for engine, measured in runs.items()
    }
    found = {
        "load": round(os.getloadavg()[0], 1),
        "runs": runs,
        "same_bytes": all(one == parts[0] for one in parts),
        "ray_costs_s": round(took_s["ray"] - took_s["local"], 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
