"""Who goes first where the cores do not suffice: whoever answers, before whoever computes.

Two things are set: how much of the time a process gets, and how soon it gets its turn. A process
that sets a short slice gets its turn first and takes nothing from what others get of the time.
Before Linux 6.12 the slice has no effect.
Sources: sched(7), sched_setattr(2); Linux 6.12, `Documentation/scheduler/sched-eevdf.rst`.
"""

import ctypes
import os
import platform
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

STEP_BACK: Final = 2
"""Leaves two thirds of the time that the others get; with less it would starve on a shared machine."""
GROUP: Final = Path("/proc/self/autogroup")
SHORT_TURN_NS: Final = 200_000
"""Reading a request and answering it takes a few of them."""
LONG_TURN_NS: Final = 5_000_000

_SYS_SCHED_SETATTR: Final = {"x86_64": 314, "aarch64": 274}
_SCHED_ATTR: Final = struct.Struct("=IIQiIQQQII")
"""`struct sched_attr`: size, policy, flags, nice, priority, runtime, deadline, period, utilisation."""
_SCHED_NORMAL: Final = 0


def step_back() -> None:
    """Let other processes of the service go first; for a process whose work takes long anyway.

    Where Linux groups processes by their session, as it does outside of containers and services,
    only the group's own number counts. Source: sched(7), "The autogroup feature".
    """
    os.nice(STEP_BACK)
    with suppress(OSError):
        GROUP.write_text(str(STEP_BACK), encoding="ascii")
    _take_turns(LONG_TURN_NS)


def take_short_turns() -> None:
    """Continue soon after what it waits for has come; for a process that answers many short requests.

    Counts for this thread and for threads and processes that it starts later.
    """
    _take_turns(SHORT_TURN_NS)


def _take_turns(length_ns: int) -> None:
    number = _SYS_SCHED_SETATTR.get(platform.machine())
    if number is None:
        return
    nice, size = os.nice(0), _SCHED_ATTR.size
    attributes = _SCHED_ATTR.pack(size, _SCHED_NORMAL, 0, nice, 0, length_ns, 0, 0, 0, 0)
    with suppress(OSError, AttributeError):  # no Linux
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)
