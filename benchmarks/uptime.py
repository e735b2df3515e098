# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What a service keeps of many requests: memory and latency, twenty times.

Run:      .venv/bin/python benchmarks/uptime.py [--requests 50000] [--upload-each 20]
Measures: `raiox serve` with its networks, SQLite and sandbox; small drawn radiographs, each another
          one, and between them the history, one analysis, a heatmap and the health of the service.
Writes:   a table into docs/reference/performance.md: memory of each kind of process, p50 and p99.
Expects:  memory after the first twentieth of the requests grows by no more than 20 MB.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
import numpy as np
from marked_page import PERFORMANCE, rewrite
from PIL import Image

from raiox.phantom import draw_phantom

ANALYSES: Final = "/api/v1/analyses"
N_LINES: Final = 20
START_S: Final = 300.0
KINDS: Final = {"engine_process": "networks", "zygote": "decoders"}
"""What a command line holds, and what its process is; the others are the web server."""


def main() -> None:
    """Serve, send, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=50_000)
    options.add_argument("--upload-each", type=int, default=20)
    chosen = options.parse_args()
    lines = [
        "| requests | MB, all | web | networks | decoders | p50 ms | p99 ms |",
        "|---" * 7 + "|",
    ]
    with _served() as (url, pid), httpx.Client(base_url=url, timeout=120) as client:
        visitor, times = Visitor(client), []
        for number in range(chosen.requests):
            visit = visitor.upload if number % chosen.upload_each == 0 else visitor.look
            started = time.perf_counter()
            answer = visit(number)
            times.append(1e3 * (time.perf_counter() - started))
            if answer.is_server_error:
                answer.raise_for_status()
            if (number + 1) % (chosen.requests // N_LINES) == 0:
                lines.append(_line(number + 1, _memory_mb(pid), times))
                print(lines[-1], flush=True)
                times.clear()
    conditions = (
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores at a load of"
        f" {os.getloadavg()[0]:.0f}; one request in {chosen.upload_each} was an upload."
    )
    rewrite(PERFORMANCE, "uptime", "\n".join([conditions, "", *lines]))


class Visitor:
    """Uploads, and looks at what was uploaded last."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._newest = ""

    def upload(self, number: int) -> httpx.Response:
        """Send another radiograph and wait for its result."""
        answer = self._client.post(
            ANALYSES, content=_picture(number), headers={"Prefer": "wait=60"}
        )
        self._newest = answer.headers.get("location", "")
        return answer

    def look(self, number: int) -> httpx.Response:
        """The history, an analysis, its heatmap and the health of the service, in turn."""
        addresses = (ANALYSES, self._newest, f"{self._newest}/heatmap/covid19.png", "/healthz")
        return self._client.get(addresses[number % len(addresses)])


@contextmanager
def _served() -> Iterator[tuple[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("raiox"), "serve", "--port", "0"],
            env=os.environ | {"RAIOX_DATA_DIR": folder, "RAIOX_WEB__LIMITS": "false"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1]
            _wait_until_ready(url)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}readyz").is_success:
                return
        time.sleep(0.2)
    raise SystemExit("the service did not become ready")


_CHEST: Final = np.array(Image.fromarray(draw_phantom()).resize((320, 320)))


def _picture(number: int) -> bytes:
    pixels = _CHEST.copy()
    pixels[0, :4] = list(number.to_bytes(4, "little"))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _memory_mb(pid: int) -> Counter[str]:
    """Proportional share of memory by kind of process: what several share counts once."""
    found: Counter[str] = Counter()
    waiting = [pid]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        with suppress(OSError):
            command = (process / "cmdline").read_text()
            kind = next((name for part, name in KINDS.items() if part in command), "web")
            for line in (process / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    found[kind] += int(line.split()[1])
            for thread in (process / "task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
    return Counter({kind: n_kb // 1_000 for kind, n_kb in found.items()})


def _line(number: int, memory: Counter[str], times: list[float]) -> str:
    p50, p99 = np.quantile(times, (0.5, 0.99))
    kinds = " | ".join(str(memory[kind]) for kind in ("web", "networks", "decoders"))
    return f"| {number:,} | {memory.total()} | {kinds} | {p50:.1f} | {p99:.1f} |"


if __name__ == "__main__":
    main()
