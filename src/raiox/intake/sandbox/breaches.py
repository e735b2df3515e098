"""What a confined decoder process can still do: it attacks its own confinement and reports.

The zygote runs this once, in a child confined like every decoder, before it says that it is
ready. What is reported is what succeeded, whatever the kernel claims to support.
"""

import ctypes
import os
import socket
from collections.abc import Callable
from enum import IntFlag
from typing import Final


class Breach(IntFlag):
    """A way out of the sandbox that is open."""

    NONE = 0
    FILES = 1
    NETWORK = 2
    PROCESSES = 4
    MEMORY = 8
    """Of the zygote, and through it of every later decode."""


def find_breaches(parent_pid: int) -> Breach:
    """Try each way out; this process must be confined already, and end afterwards."""
    found = Breach.NONE
    for breach, attacks in ATTACKS.items():
        if any(_succeeds(attack, parent_pid) for attack in attacks):
            found |= breach
    return found


def _succeeds(attack: Callable[[int], object], parent_pid: int) -> bool:
    try:
        attack(parent_pid)
    except (OSError, AttributeError):
        return False
    return True


def _read_a_file(_parent_pid: int) -> None:
    os.close(os.open("/", os.O_RDONLY))


def _send_a_datagram(_parent_pid: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.sendto(b"", ("127.0.0.1", 9))


def _open_a_local_socket(_parent_pid: int) -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def _signal_the_parent(parent_pid: int) -> None:
    os.kill(parent_pid, 0)


def _fork(_parent_pid: int) -> None:
    if os.fork() == 0:
        os._exit(0)


def _read_the_parents_memory(parent_pid: int) -> None:
    """process_vm_readv(2) of one byte that both processes have at the same address."""
    byte = ctypes.create_string_buffer(1)
    copy = ctypes.create_string_buffer(1)
    here = _IoVector(ctypes.addressof(copy), 1)
    there = _IoVector(ctypes.addressof(byte), 1)
    read = ctypes.CDLL(None, use_errno=True).process_vm_readv
    if read(parent_pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


class _IoVector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


ATTACKS: Final[dict[Breach, tuple[Callable[[int], object], ...]]] = {
    Breach.FILES: (_read_a_file,),
    Breach.NETWORK: (_send_a_datagram, _open_a_local_socket),
    Breach.PROCESSES: (_signal_the_parent, _fork),
    Breach.MEMORY: (_read_the_parents_memory,),
}
