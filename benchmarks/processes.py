# ruff: noqa: INP001  (beside files that are run, not a package)
"""Processes of raiox for the benchmarks: started, awaited, weighed and ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx

ROOT = Path(__file__).parents[1]
STOP_S = 20
CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MAIN = "from raiox.cli.app import main; main()"
WITHOUT_LIMITS = {
    "RAIOX_WEB__ANALYSES_PER_MINUTE": "1000000",
    "RAIOX_WEB__ANALYSES_PER_DAY": "10000000",
    "RAIOX_RECORDS__MAX_MEGAPIXELS": "1000000",
}


def interrupt_at_sigterm() -> None:
    """Let SIGTERM end a benchmark as Ctrl-C does, so that what it started is ended, too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Process:
    """`raiox serve` or `raiox work` on a free port, with one thread for the networks, and without limits.

    It ends with the context.
    """

    def __init__(
        self,
        *command: str,
        data_dir: Path,
        checkout: Path = ROOT,
        variables: Mapping[str, str] = MappingProxyType({}),
        program: Sequence[str] = ("-c", MAIN),
    ) -> None:
        """Start it and wait until it is ready.

        Args:
            program: what Python runs, another one with the same options `--port` and `--data-dir`.
            checkout: whose code runs.
            variables: of the environment, besides.
        """
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = os.environ | WITHOUT_LIMITS | {"RAIOX_INFERENCE__N_THREADS": "1"}
        environment |= {**variables, "PYTHONPATH": _path_with(checkout / "src")}
        words = [*command, "--port", str(port), "--data-dir", str(data_dir)]
        self._began = time.monotonic()
        self.live_s = 0.0
        self._process = subprocess.Popen(
            [sys.executable, *program, *words], env=environment, cwd=checkout,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        self.start_s = time.monotonic() - self._began

    def _wait_until_ready(self) -> None:
        with httpx.Client(base_url=self.url) as client:
            while self._process.poll() is None:
                with suppress(httpx.TransportError):
                    self.live_s = self.live_s or self._answered_s(client)
                    if client.get("/readyz").status_code == httpx.codes.OK:
                        return
                time.sleep(0.02)
        raise SystemExit("raiox did not start")

    def _answered_s(self, client: httpx.Client) -> float:
        client.get("/healthz")
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it in order."""
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    @property
    def cpu_s(self) -> float:
        """Processor time of it and all that it started, in seconds."""
        return family_cpu_s(self._process.pid)

    @property
    def pss_mb(self) -> float:
        """Memory of it and all that it started; shared pages count by their share."""
        lines = (
            line
            for one in _family(self._process.pid)
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )
        return sum(int(line.split()[1]) for line in lines) / 1024


def family_cpu_s(pid: int) -> float:
    """Processor time of a process and all that it started, what ended and was waited for as well."""
    return sum(_cpu_s(one) for one in _family(pid))


def _cpu_s(pid: int) -> float:
    """Of one process and what it waited for, in seconds; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / CLOCK_TICKS_PER_S


def on_one_database(url: str) -> dict[str, str]:
    """The environment of processes that share a database and a folder."""
    return {
        "RAIOX_RECORDS__DATABASE_URL": url,
        "RAIOX_FILES__SHARED": "true",
        "RAIOX_WEB__SESSION_KEY": "of all",
    }


def _path_with(folder: Path) -> str:
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([str(folder), *others])


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += map(int, task.read_text().split())
    return [pid, *(one for child in children for one in _family(child))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
