"""The real server in its own process with fakes inside, for tests that kill it or speak raw TCP."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import MappingProxyType
from unittest import mock

import httpx
from fakes import FakeEngine, FakeIntake
from migrated import with_tables

from raiox.service.roles import Role
from raiox.settings import Settings
from raiox.web.server import run_server

ROOT = Path(__file__).parents[1]
PYTHONPATH = f"{ROOT / 'src'}:{ROOT / 'tests'}"
START_S = 90.0


class Served:
    """A service on a free port; settings travel as `RAIOX_*` variables.

    A setting that is None is left out.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        variables: Mapping[str, str] = MappingProxyType({}),
        address: str = "127.0.0.1",
        within: Sequence[str] = (),
        **settings: object,
    ) -> None:
        """Start it.

        Args:
            variables: of the environment, besides the settings.
            address: that it listens on.
            within: a command that runs it, e.g. in a network namespace.
        """
        self.address, self._within = address, within
        self.data_dir = with_tables(data_dir)
        self._environment = dict(variables) | {
            f"RAIOX_{name.upper()}": str(value)
            for name, value in settings.items()
            if value is not None
        }
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    @property
    def log(self) -> str:
        return (self.data_dir / "log").read_text()

    def start(self) -> None:
        environment = {
            **os.environ,
            **self._environment,
            "PYTHONPATH": PYTHONPATH,
            "RAIOX_DATA_DIR": str(self.data_dir),
        }
        log = self.data_dir / "log"
        log.touch()
        if self._within:
            program = [*self._within, sys.executable, __file__]
            self.process = subprocess.Popen(
                [*program, self.address, str(self.port), str(log)], env=environment
            )
        else:
            self.process = Forked(self.address, self.port, log, environment)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_S
        with httpx.Client(verify=False) as client:  # else it reads all certificates, for nothing
            while time.monotonic() < deadline:
                with suppress(httpx.TransportError):
                    if client.get(f"{self.url}/readyz").status_code == 200:
                        return
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.kill()
        raise AssertionError(self.log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.settimeout(10)
        return connection


@cache
def _forks() -> ForkServerContext:
    """Makes processes that have imported all that a service needs, which takes it seconds."""
    forks = get_context("forkserver")
    forks.set_forkserver_preload([Path(__file__).stem])
    with mock.patch.dict(os.environ, PYTHONPATH=PYTHONPATH):
        forkserver.ensure_running()
    return forks


class Forked:
    """A service in a fork, with what `subprocess.Popen` offers."""

    def __init__(self, address: str, port: int, log: Path, environment: Mapping[str, str]) -> None:
        arguments = (address, port, log, dict(environment))
        self._process = _forks().Process(target=_serve, args=arguments, daemon=True)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the service", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._process.pid, number)


def answer(connection: socket.socket) -> bytes:
    """Everything the server says until it closes."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65_536):
            received += chunk
    return received


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(address: str, port: int, log: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    n_files = int(os.environ.get("RAIOX_TEST_OPEN_FILES", "0"))
    if n_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (n_files, n_files))
    delay_s = float(os.environ.get("RAIOX_TEST_DELAY_S", "0"))
    skew_s = float(os.environ.get("RAIOX_TEST_CLOCK_SKEW_S", "0"))
    if skew_s:
        time.time = partial(_skewed, time.time, skew_s)
    run_server(
        Settings(),
        partial(FakeEngine, delay_s=delay_s),
        FakeIntake,
        role=Role(os.environ.get("RAIOX_TEST_ROLE", "all")),
        host=address,
        port=port,
    )


def _skewed(clock: Callable[[], float], skew_s: float) -> float:
    """What a host believes whose clock is wrong."""
    return clock() + skew_s


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), dict(os.environ))
