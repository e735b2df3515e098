"""Who goes first where the cores do not suffice: whoever answers, before whoever computes."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

STEP_BACK: Final = 2
"""Leaves two thirds of the time of those who did not; less would starve on a machine that others use."""
GROUP: Final = Path("/proc/self/autogroup")


def step_back() -> None:
    """Let other processes of the service go first; for one whose work takes long anyway.

    Where Linux groups processes by their session, as it does outside of containers and services,
    only the group's own number counts. Source: sched(7), "The autogroup feature".
    """
    os.nice(STEP_BACK)
    with suppress(OSError):
        GROUP.write_text(str(STEP_BACK), encoding="ascii")
