"""A PostgreSQL of the tests' own: started when a test needs it, by a user that is not root."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

START_S = 60.0
USER = "raiox"
OPTIONS = {
    # These tests kill the server's process, never the machine, so nothing needs the disk itself.
    "fsync": "off",
    "full_page_writes": "off",
    # Else a restart after a kill syncs every file of every database, one by one.
    "recovery_init_sync_method": "syncfs",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "max_connections": "200",
    "timezone": "UTC",
}


def find_program(name: str) -> str | None:
    """Where a program of PostgreSQL's server lies: Debian keeps them out of PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [str(folder / name) for folder in folders if (folder / name).is_file()]
    return found[0] if found else shutil.which(name)


class PostgresServer:
    """One server; databases come and go."""

    def __init__(self, address: str = "127.0.0.1", *, n_connections: int = 200) -> None:
        in_memory = Path("/dev/shm")
        folder = in_memory if os.access(in_memory, os.W_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="raiox-pg-", dir=folder))
        self._data = self._folder / "data"
        self._options = OPTIONS | {
            "max_connections": str(n_connections),
            "listen_addresses": address,
        }
        self.address = address
        self._user = _unprivileged() if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "--auth=trust", f"--username={USER}", "--no-sync", "--no-locale",
                  "--encoding=UTF8", f"--pgdata={self._data}")  # fmt: skip
        with (self._data / "pg_hba.conf").open("a") as trusted:
            trusted.write(f"host all all {address}/24 trust\n")
        self.port = _free_port()
        self.start()

    def start(self) -> None:
        """Start it, also after it was killed, and wait until it answers."""
        options = [f"--{name}={value}" for name, value in self._options.items()]
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [find_program("postgres"), "-D", str(self._data), "-k", str(self._folder),
                 "-p", str(self.port), *options],
                user=self._user, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509  (it only makes a system call)
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(Exception):
                self.run("SELECT 1")
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """SIGQUIT ends it at once, as a crash does; SIGINT in order, without waiting for clients."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str = "postgres", driver: str = "postgresql") -> str:
        return f"{driver}://{USER}@{self.address}:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple]:
        """Statements outside of transactions; the rows of the last."""
        engine = create_engine(
            self.url(database, "postgresql+pg8000"), isolation_level="AUTOCOMMIT"
        )
        try:
            with engine.connect() as connection:
                for statement in statements:
                    result = connection.execute(text(statement))
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()

    def empty(self) -> str:
        """The URL of a database without tables; a new one each time would cost a second."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        )
        return self.url()

    def _run(self, name: str, *words: str) -> None:
        program = find_program(name)
        assert program is not None
        subprocess.run([program, *words], user=self._user, check=True, capture_output=True)


_PRCTL = ctypes.CDLL(None).prctl
_PR_SET_PDEATHSIG = 1


def _end_with_the_tests() -> None:
    """Tests that are killed leave no server behind: prctl(2)."""
    _PRCTL(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _unprivileged() -> str:
    """A user that PostgreSQL agrees to run as."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise AssertionError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
