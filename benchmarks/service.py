# ruff: noqa: INP001  (a file that is run, not a package)
"""What the service adds to the networks: an upload's answer against decode and engine alone.

Starts the service on a free port, sends a one-megapixel PNG again and again, and
compares with the floor measured in the same run on the same machine: Pillow's
decode of that PNG and one pass of the same engine. Read the ratios; the times
belong to the machine.

Run:  python benchmarks/service.py [--n 50] [--engine=MODULE:FUNCTION] [--intake=MODULE:FUNCTION]
"""

import argparse
import hashlib
import importlib
import io
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import numpy as np
from PIL import Image

from raiox.entities import Radiograph
from raiox.inference.local import LocalEngine
from raiox.settings import Settings, WebSettings

SIDE_PX = 1_024
N_WARM_UP = 5
START_S = 60.0
ANALYSES = "/api/v1/analyses"
ENGINE_OPTIONS = [word for word in sys.argv[1:] if word.startswith(("--engine=", "--intake="))]


def main() -> None:
    """Measure, then print one table."""
    options = _options()
    if options.serve:
        _serve(options)
        return
    content = _image()
    engine = _factory(options.engine or "")()
    first_floor = [_floor(engine, content) for _ in range(options.n)]
    with served() as url, httpx.Client(base_url=url, timeout=60) as client:
        waited = _times(options.n, lambda: _upload(client, content))
        stored = _times(options.n, lambda: _upload(client, content, wait_s=0))
        health = _times(options.n, lambda: client.get("/healthz"))
    floor = first_floor + [_floor(engine, content) for _ in range(options.n)]
    _print_table({
        "floor: decode + engine": floor[N_WARM_UP:],
        "POST, waiting for the result": waited,
        "POST, accepted only (wait=0)": stored,
        "GET /healthz": health,
    })  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=50, help="requests of each kind")
    parser.add_argument("--engine", help="MODULE:FUNCTION that opens another engine")
    parser.add_argument("--intake", help="MODULE:FUNCTION that opens another intake")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _factory(name: str) -> Callable[[], Any]:
    if not name:
        return lambda: LocalEngine.open(Settings().inference)
    module, _, function = name.partition(":")
    found: Callable[[], Any] = getattr(importlib.import_module(module), function)
    return found


def _intake_factory(name: str) -> Callable[[], Any]:
    if name:
        return _factory(name)
    from raiox.intake import Intake  # noqa: PLC0415  (only the process that serves needs it)

    return lambda: Intake(Settings().intake)


def _serve(options: argparse.Namespace) -> None:
    from raiox.web.server import run_server  # noqa: PLC0415  (as above)

    settings = Settings().model_copy(update={"web": WebSettings(limits=False)})
    engine, intake = _factory(options.engine or ""), _intake_factory(options.intake or "")
    run_server(settings, engine, intake, host="127.0.0.1", port=options.serve)


@contextmanager
def served() -> Iterator[str]:
    """A fresh service on a free port, with the shipped networks and without limits."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, __file__, *ENGINE_OPTIONS, "--serve", str(port)],
            env=os.environ | {"RAIOX_DATA_DIR": folder},
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_ready(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").is_success:
                return
        time.sleep(0.1)
    raise SystemExit("the service did not become ready")


def _image() -> bytes:
    """An image of one megapixel with noise; without data a drawing, which the filter refuses."""
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(30, 220, (16, 16), np.uint8))
    data = Settings().data
    if data is None:
        _say(
            "RAIOX_DATASETS names no data: a drawing is sent, and the classifier has nothing to do"
        )
    else:
        small = Image.open(min((data / "chest" / "images" / "siim").glob("*.jpg"))).convert("L")
    smooth = np.asarray(small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC), np.float32)
    pixels = np.clip(smooth + rng.normal(0, 3, smooth.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _floor(engine: Any, content: bytes) -> float:
    started = time.perf_counter()
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("L"), np.uint8)
    engine.predict([Radiograph(pixels, hashlib.sha256(content).hexdigest(), "png")])
    return time.perf_counter() - started


def _upload(client: httpx.Client, content: bytes, wait_s: int = 30) -> None:
    headers = {"Content-Type": "image/png", "Prefer": f"wait={wait_s}"}
    client.post(ANALYSES, content=content, headers=headers).raise_for_status()


def _times(n: int, work: Callable[[], object]) -> list[float]:
    measured = []
    for _ in range(n + N_WARM_UP):
        started = time.perf_counter()
        work()
        measured.append(time.perf_counter() - started)
    return measured[N_WARM_UP:]


def _print_table(measured: dict[str, list[float]]) -> None:
    base = statistics.median(next(iter(measured.values())))
    _say(f"{'':32} {'p50 ms':>8} {'p95 ms':>8} {'p50 / floor':>12}")
    for name, times in measured.items():
        p50, p95 = statistics.median(times), float(np.quantile(times, 0.95))
        _say(f"{name:32} {p50 * 1e3:8.1f} {p95 * 1e3:8.1f} {p50 / base:12.2f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
