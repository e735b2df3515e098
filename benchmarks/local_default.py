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
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from drawn_radiographs import radiograph

N_WARM_UP = 5
START_S = 120.0
CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SERVE = "from raiox.cli.app import main; main()"


def measure(checkout: Path, n_uploads: int) -> dict[str, float]:
    """One service, from its start to its end."""
    port = _free_port()
    environment = os.environ | {
        "PYTHONPATH": str(checkout / "src"),
        "RAIOX_WEB__ANALYSES_PER_MINUTE": "100000",
        "RAIOX_INFERENCE__N_THREADS": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", str(port), "--data-dir", folder],
            env=environment, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                _wait_until_ready(client, process)
                ready_s, ready_cpu_s = time.monotonic() - began, _cpu_s(process.pid)
                _upload(client, N_WARM_UP)
                before = _cpu_s(process.pid)
                took_s = _upload(client, n_uploads)
            return {
                "start_s": ready_s,
                "start_cpu_s": ready_cpu_s,
                "pss_mb": _pss_mb(process.pid),
                "p50_ms": 1e3 * statistics.median(took_s),
                "cpu_ms": 1e3 * (_cpu_s(process.pid) - before) / n_uploads,
            }
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


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


def _wait_until_ready(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            if client.get("/readyz").status_code == httpx.codes.OK:
                return
        time.sleep(0.02)
    raise AssertionError(process.returncode)


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += map(int, task.read_text().split())
    return [pid, *(one for child in children for one in _family(child))]


def _cpu_s(pid: int) -> float:
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / CLOCK_TICKS_PER_S


def _pss_mb(pid: int) -> float:
    lines = (
        line
        for one in _family(pid)
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    )
    return sum(int(line.split()[1]) for line in lines) / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
