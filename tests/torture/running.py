"""The real service, `raiox serve` with the shipped networks, that attacks may kill and start again."""

import http.client
import io
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from drawn_radiographs import radiograph

ROOT = Path(__file__).parents[2]
ANALYSES = "/api/v1/analyses"
START_S = 120.0
HTTP_ERRORS = (OSError, http.client.HTTPException)
N_IMAGES = 40
NO_LIMITS = {"web__limits": "false"}
_PROGRAM = "from raiox.cli.app import main; main()"


class Service:
    """`raiox serve` on a free port; settings are `RAIOX_*` variables without the prefix."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        named = {f"RAIOX_{name.upper()}": str(value) for name, value in settings.items()}
        self._environment = os.environ | named | {
            "RAIOX_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        self.start()

    def start(self) -> float:
        """Start, and wait until it is ready; returns the seconds that took."""
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, "serve", "--port", str(self.port)],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # as whoever manages services starts them
            )
        while time.monotonic() - began < START_S:
            with suppress(*HTTP_ERRORS):
                if self.get("/readyz")[0] == 200:
                    return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(self.log()[-2_000:])

    def kill(self) -> None:
        """As a power cut would end it."""
        self.process.kill()
        self.process.wait()

    def children(self, module: str) -> list[int]:
        """The running processes of a module that the service has started."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        pids = [pid for one in tasks.glob("*/children") for pid in _words(one)]
        return [int(pid) for pid in pids if module.encode() in _bytes(Path(f"/proc/{pid}/cmdline"))]

    def kill_child(self, pid: int) -> None:
        """As the kernel would, short of memory."""
        os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """As an operator would end it."""
        self.process.terminate()
        self.process.wait(30)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def resident_bytes(self) -> int:
        """Memory of the service's own process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1_024

    def get(self, path: str, headers: dict[str, str] | None = None, timeout: float = 20):
        return self.request("GET", path, b"", headers, timeout)

    def request(
        self, method: str, path: str, body: bytes, headers=None, timeout: float = 30
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            content = response.read()
            return response.status, content, {k.lower(): v for k, v in response.getheaders()}
        finally:
            connection.close()

    def upload(self, image: bytes, headers: dict[str, str], timeout: float = 40):
        return self.request(
            "POST", ANALYSES, image, {"Content-Type": "image/png"} | headers, timeout
        )

    def cookie(self) -> str:
        """A session's cookie, as the header `Cookie` wants it."""
        _, _, headers = self.get("/plain")
        return headers["set-cookie"].partition(";")[0]

    def export(self, cookie: str) -> list[dict]:
        status, content, _ = self.get(f"{ANALYSES}/export", {"Cookie": cookie}, timeout=120)
        assert status == 200, content
        return json.loads(content)["analyses"]


def _words(path: Path) -> list[str]:
    return _bytes(path).decode().split()


def _bytes(path: Path) -> bytes:
    """Of a file of /proc; none once its process has gone."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def id_in(document: bytes) -> str:
    """The id of the analysis that a document of the API describes."""
    return str(json.loads(document)["id"])


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[Service]:
    service = Service(folder, **settings)
    try:
        yield service
    finally:
        service.kill()


def drawn_images() -> list[bytes]:
    """PNG files of drawn chests, each another."""
    images = []
    for seed in range(N_IMAGES):
        file = io.BytesIO()
        radiograph(seed).save(file, "PNG")
        images.append(file.getvalue())
    return images


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def healths(service: Service, seconds: float) -> list[float]:
    """How long the service takes to say that it lives, asked again and again."""
    return times_of(lambda: service.get("/healthz"), seconds)


def times_of(request: Callable[[], object], seconds: float) -> list[float]:
    """How long a request takes, sent again and again."""
    times, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        times.append(timed(request))
        time.sleep(0.01)
    return times


def p99(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))] if times else float("nan")


def p50(times: list[float]) -> float:
    return statistics.median(times) if times else float("nan")
