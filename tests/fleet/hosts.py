"""Hosts on one machine: a network namespace for each, on a bridge, whose links can be cut."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

IP = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin")
NETWORK = f"10.77.{os.getpid() % 250}"


class Host:
    """A namespace with one link to the bridge."""

    def __init__(self, number: int, bridge: str) -> None:
        self.name = f"raiox-{os.getpid()}-{number}"
        self.address = f"{NETWORK}.{number + 10}"
        self._link = f"v{os.getpid()}-{number}"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("link", "set", self._link, "master", bridge, "up")
        for words in (
            ("addr", "add", f"{self.address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", self.name, *words)

    @property
    def within(self) -> tuple[str, ...]:
        """The command that runs another one there."""
        assert IP is not None
        return (IP, "netns", "exec", self.name)

    def cut(self) -> None:
        """End the link at the bridge: packets vanish, and the host does not notice."""
        _ip("link", "set", self._link, "down")

    def heal(self) -> None:
        _ip("link", "set", self._link, "up")

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "delete", self.name)


@contextmanager
def bridged(n: int) -> Iterator[list[Host]]:
    """So many hosts; this machine has the address `NETWORK.1` on their bridge."""
    bridge, hosts = f"b{os.getpid()}", []
    _ip("link", "add", bridge, "type", "bridge")
    try:
        _ip("addr", "add", f"{NETWORK}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for number in range(n):
            hosts.append(Host(number, bridge))  # noqa: PERF401  (those that were made are closed)
        yield hosts
    finally:
        for host in hosts:
            host.close()
        _ip("link", "delete", bridge)


def can_bridge() -> bool:
    """Whether this user may make namespaces here."""
    if IP is None or os.geteuid() != 0:
        return False
    with suppress(subprocess.CalledProcessError), bridged(1):
        return True
    return False


def _ip(*words: str) -> None:
    subprocess.run([str(IP), *words], check=True, capture_output=True)
