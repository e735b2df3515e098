"""Whether the wall clock can be believed: it is compared with one that nobody can set.

Instants in the records are of the wall clock, because they outlive the process and are shown
to people. When it is set, by a person, NTP or a wrong battery, or when the machine slept, every
instant stored before seems to have moved. After such a step nothing is deleted and nothing
expires until it would be due for certain, whichever of both times was right.
Source: clock_gettime(2), CLOCK_MONOTONIC.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from raiox.records.rows import Clock

TOLERANCE_S = 5.0
"""Smaller steps are corrections that harm nobody."""
REMEMBER_EVERY_S = 1.0
"""Both clocks go on alike, so a moment that lies a little back serves the next run as well."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_FILE = "clock.json"


def boot_id() -> str:
    """Which start of the machine this is; empty where it does not say."""
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Both clocks at one moment; `elapsed` and what follows it count from the machine's start."""

    boot_id: str
    wall: float
    elapsed: float
    stepped_at: float
    held_until: float


class ClockWatch:
    """Notices steps of the wall clock, also those that happened while the service was down."""

    def __init__(
        self,
        data_dir: Path,
        wall: Clock = time.time,
        elapsed: Clock = time.monotonic,
        boot: Callable[[], str] = boot_id,
    ) -> None:
        self._file = data_dir / _FILE
        self._wall = wall
        self._elapsed = elapsed
        self._boot_id = boot()
        self._started = elapsed()
        self._stepped_at = self._held_until = float("-inf")
        self._last = (wall(), elapsed())
        self._remembered_at = float("-inf")
        self._compare_with_last_run()

    def look(self) -> None:
        """Compare the clocks; called often, so that a step is noticed before it does harm."""
        wall, elapsed = self._wall(), self._elapsed()
        stepped = self._note_step((wall - self._last[0]) - (elapsed - self._last[1]), elapsed)
        self._last = (wall, elapsed)
        if stepped or elapsed - self._remembered_at >= REMEMBER_EVERY_S:
            self._remember()
            self._remembered_at = elapsed

    def steady_for(self, duration_s: float) -> bool:
        """Whether this process has run that long since its start and the latest step ahead."""
        return self._elapsed() - max(self._started, self._stepped_at) >= duration_s

    def lies_back(self, instant: float, duration_s: float) -> bool:
        """Whether an instant of the records lies so long back for certain, not for a step."""
        self.look()
        return self.steady_for(duration_s) and self._wall() - instant > duration_s

    def held(self, lifetime_s: float) -> bool:
        """Whether what seems to be due after such a lifetime may only seem so."""
        return self._elapsed() < min(self._held_until, self._stepped_at + lifetime_s)

    def _note_step(self, step_s: float, elapsed: float) -> bool:
        if abs(step_s) <= TOLERANCE_S:
            return False
        structlog.get_logger().warning("clock_stepped", seconds=round(step_s, 1))
        if step_s > 0:
            # After so long, whatever existed before the step has had its whole time.
            self._stepped_at = elapsed
            self._held_until = max(self._held_until, elapsed) + step_s
        return True

    def _compare_with_last_run(self) -> None:
        try:
            seen = _Seen(**json.loads(self._file.read_text()))
        except (OSError, ValueError, TypeError):
            return
        if seen.boot_id != self._boot_id or not self._boot_id:
            return  # only the wall clock knows how long the machine was off
        self._stepped_at, self._held_until = seen.stepped_at, seen.held_until
        wall, elapsed = self._last
        self._note_step((wall - seen.wall) - (elapsed - seen.elapsed), elapsed)

    def _remember(self) -> None:
        seen = _Seen(self._boot_id, *self._last, self._stepped_at, self._held_until)
        unfinished = self._file.with_suffix(".tmp")
        with suppress(OSError):  # a full disk; the next look writes it
            unfinished.write_text(json.dumps(asdict(seen)))
            unfinished.replace(self._file)
