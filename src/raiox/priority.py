"""Who goes first where the cores do not suffice: whoever answers, before whoever computes.

Two things: how much of the time a process gets, and how soon it gets its turn. Linux gives those
who want short turns their turn first, at no cost to what others get of the time; before 6.12 it
does not know the wish.
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
"""Leaves two thirds of the time of those who did not; less would starve on a machine that others use."""
GROUP: Final = Path("/proc/self/autogroup")
SHORT_TURN_NS: Final = 200_000
"""To read a request and to answer it takes a few of them."""
LONG_TURN_NS: Final = 5_000_000

_SYS_SCHED_SETATTR: Final = {"x86_64": 314, "aarch64": 274}
_SCHED_ATTR: Final = struct.Struct("=IIQiIQQQII")
"""`struct sched_attr`: size, policy, flags, nice, priority, runtime, deadline, period, utilisation."""
_SCHED_NORMAL: Final = 0


def step_back() -> None:
    """Let other processes of the service go first; for one whose work takes long anyway.

    Where Linux groups processes by their session, as it does outside of containers and services,
    only the group's own number counts. Source: sched(7), "The autogroup feature".
    """
    os.nice(STEP_BACK)
    with suppress(OSError):
        GROUP.write_text(str(STEP_BACK), encoding="ascii")
    _take_turns(LONG_TURN_NS)


def take_short_turns() -> None:
    """Go on soon after what is waited for has come; for one that answers many, each in short.

    Counts for this thread and for threads and processes that it starts later.
    """
    _take_turns(SHORT_TURN_NS)


def _take_turns(length_ns: int) -> None:
    number = _SYS_SCHED_SETATTR.get(platform.machine())
    if number is None:
        return
    nice, size = os.nice(0), _SCHED_ATTR.size
    wish = _SCHED_ATTR.pack(size, _SCHED_NORMAL, 0, nice, 0, length_ns, 0, 0, 0, 0)
    with suppress(OSError, AttributeError):  # no Linux
        ctypes.CDLL(None).syscall(number, 0, wish, 0)
