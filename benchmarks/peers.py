# ruff: noqa: INP001, T201  (a file that is run, not a package)
"""raiox beside the usual ways of serving a network, and beside what its own networks cost alone.

All servers run at the same time, and rounds go through all of them in turn, so that a noisy
minute meets them alike: read the ratios. Processor time is measured over all processes of a
server, so that it hardly depends on what else the machine does.

Run:  make performance   (prepares torch and LitServe, writes docs/reference/performance.*)
"""

import argparse
import base64
import io
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import numpy as np
from marked_page import PERFORMANCE, rewrite
from peers_page import CLIENTS, Measured, plot, table
from pictures import Picture
from PIL import Image
from processes import family_cpu_s
from visitor import exchange

from raiox.entities import Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import InferenceSettings, IntakeSettings

ROOT: Final = Path(__file__).parents[1]
SERVERS: Final = ROOT / "benchmarks" / "peers_servers"
OUTPUT: Final = ROOT / "docs" / "reference" / "performance"
PICTURE: Final = Picture(1_024**2 / 1e6, noise=0)
HOST: Final = "127.0.0.1"
OK: Final = 200
BUSY: Final = 503
START_S: Final = 120.0
STOP_S: Final = 10.0
MANY_CLIENTS: Final = 64
"""Of raiox alone: the others would take minutes."""


TORCH: Final = ROOT / ".venv-train/bin/python"
LITSERVE: Final = ROOT / "build/peers/bin/python"
KERAS: Final = ROOT / "build/peers-keras/bin/python"
OTHERS: Final = (
    ("FastAPI + torch, DenseNet-121, Grad-CAM", TORCH, ("fastapi_torch.py",),
     "image/png", "/openapi.json", CLIENTS, None),
    ("LitServe + torch, DenseNet-121, no map", LITSERVE, ("litserve_torch.py",),
     "application/json", "/health", CLIENTS, None),
    ("Keras kept, the paper's networks, Grad-CAM", KERAS, ("keras_paper.py", "kept"),
     "image/png", "/", (1,), 4),
    ("Keras started for each image", KERAS, ("keras_paper.py", "reloaded"),
     "image/png", "/", (1,), 2),
)  # fmt: skip
"""Name, interpreter, file and words after its port, content, an address that answers, clients, requests."""


@dataclass(frozen=True)
class Way:
    """One way to an answer: a server's address, or work in this process."""

    name: str
    prepare: Callable[[int], bytes]
    """The content of a request by its number, before the clock starts."""
    send: Callable[[bytes], object]
    clients: tuple[int, ...]
    pid: int | None = None
    requests: int | None = None
    """In a round, where not as many as of the others."""


def main() -> None:
    """Measure, then write table, figures and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=24, help="of each way, in each round")
    options = parser.parse_args()
    with ExitStack() as stack:
        ways = [*_here(stack), *_servers(stack)]
        measured = _measure(ways, options.rounds, options.requests)
    conditions = _conditions(options)
    document = {"conditions": conditions, "measured": [asdict(m) for m in measured]}
    OUTPUT.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    OUTPUT.with_suffix(".svg").write_text(plot(measured))
    rewrite(PERFORMANCE, "peers", table(measured, conditions))
    print(table(measured, conditions))


def _conditions(options: argparse.Namespace) -> dict[str, object]:
    load = os.getloadavg()[0]
    return {
        "date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "machine": platform.machine(),
        "rounds": options.rounds, "requests": options.requests, "load_at_end": round(load, 1),
    }  # fmt: skip


def _here(stack: ExitStack) -> Iterator[Way]:
    """What the hardware can do: Pillow, and the networks without a service around them."""
    radiograph = Radiograph(PICTURE.pixels, "0" * 64, "png", ())
    intake = stack.enter_context(Intake(IntakeSettings()))
    zygote = intake._pictures.zygote_pid  # noqa: SLF001  (its processor time)
    yield Way("Pillow alone", PICTURE.png, _decode, (1,))
    yield Way("sandboxed decode", PICTURE.png, intake.load, (1,), zygote)
    for bundle, name in (("mobilenet", "default"), ("densenet", "DenseNet")):
        engine = LocalEngine.open(InferenceSettings(classifier_bundle=bundle))
        for n, said in ((1, name), (8, f"{name}, 8 at once")):
            several = partial(_predict, engine, [radiograph] * n)
            yield Way(f"networks alone, {said}", lambda _: b"", several, (1,))


def _predict(engine: LocalEngine, radiographs: list[Radiograph], _: bytes) -> None:
    engine.predict(radiographs)


def _decode(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


def _servers(stack: ExitStack) -> Iterator[Way]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    raiox = [sys.executable, "-c", "from raiox.cli.app import main; main()", "serve", "--port"]
    environment = {"RAIOX_DATA_DIR": str(folder), "RAIOX_WEB__LIMITS": "false"}
    upload = ("/api/v1/analyses", {"Content-Type": "image/png", "Prefer": "wait=30"})
    own = _serve(stack, "raiox", raiox, upload, "/readyz", environment)
    yield replace(own, clients=(*CLIENTS, MANY_CLIENTS))
    for name, python, arguments, media_type, path, clients, n_requests in OTHERS:
        predict = ("/predict", {"Content-Type": media_type})
        if python.exists():
            command = [str(python), str(SERVERS / arguments[0])]
            way = _serve(stack, name, command, predict, path, {}, arguments[1:])
            yield replace(way, clients=clients, requests=n_requests)
        else:
            print(f"{name}: left out, {python} is not there (benchmarks/peers.sh makes it)")


def _serve(
    stack: ExitStack, name: str, command: list[str], request: tuple[str, dict[str, str]],
    ready_path: str, environment: dict[str, str], more: Sequence[str] = (),
) -> Way:  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = stack.enter_context(_running([*command, str(port), *more], environment))
    _wait_until_ready(name, port, ready_path)
    path, headers = request
    of_thread = threading.local()  # one connection of each client

    def prepare(number: int) -> bytes:
        content = PICTURE.png(number)
        if headers["Content-Type"] == "application/json":
            content = json.dumps({"image": base64.b64encode(content).decode()}).encode()
        return content

    def send(content: bytes) -> None:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = HTTPConnection(HOST, port, timeout=120)
        answer = exchange(of_thread.connection, "POST", path, content, headers)
        while answer.status == BUSY:  # it says when to come again, and the clock goes on
            time.sleep(int(answer.headers["Retry-After"]))
            answer = exchange(of_thread.connection, "POST", path, content, headers)
        if cookie := answer.headers.get("Set-Cookie"):
            headers["Cookie"] = cookie.partition(";")[0]
        document = json.loads(answer.body)
        if document.get("state", "done") != "done" or not document.get("scores"):
            raise SystemExit(f"{name} answered {answer.status}: {document}")

    return Way(name, prepare, send, CLIENTS, process.pid)


def _wait_until_ready(name: str, port: int, path: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            if exchange(HTTPConnection(HOST, port), "GET", path, b"", {}).status == OK:
                return
        time.sleep(0.2)
    raise SystemExit(f"{name} did not become ready")


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # LitServe leaves its workers behind
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _measure(ways: list[Way], n_rounds: int, n_requests: int) -> list[Measured]:
    found = {(w.name, n): Measured(w.name, n) for w in ways for n in w.clients}
    for way in ways:
        for number in range(3):
            way.send(way.prepare(number))
    print("all ways answer", flush=True)
    number = 1_000
    for _ in range(n_rounds):
        for way in ways:
            for n_clients in way.clients:
                n = way.requests or max(n_requests, 2 * n_clients)
                _one_round(way, found[way.name, n_clients], range(number, number + n))
                number += n
    return list(found.values())


def _one_round(way: Way, measured: Measured, numbers: range) -> None:
    contents = [way.prepare(number) for number in numbers]
    before, started = _cpu_s(way.pid), time.perf_counter()
    with ThreadPoolExecutor(measured.clients) as clients:
        times = list(clients.map(lambda content: _timed(way.send, content), contents))
    took_s = time.perf_counter() - started
    time.sleep(0.1)  # processes that ended are counted once they are reaped
    measured.per_s.append(len(numbers) / took_s)
    measured.p50_ms.append(1e3 * statistics.median(times))
    measured.p99_ms.append(1e3 * float(np.quantile(times, 0.99)))
    measured.cpu_ms.append(1e3 * (_cpu_s(way.pid) - before) / len(numbers))


def _timed(send: Callable[[bytes], object], content: bytes) -> float:
    started = time.perf_counter()
    send(content)
    return time.perf_counter() - started


def _cpu_s(pid: int | None) -> float:
    """Of a process and all that it started; of this process without one."""
    return time.process_time() if pid is None else family_cpu_s(pid)


if __name__ == "__main__":
    main()
