"""Writes that reach the disk together: what waits when the writer is free is one transaction.

A commit waits for the disk, the longer the busier it is. Where many wait for one writer, they
would wait for as many commits one after the other.
Source: DeWitt et al., "Implementation techniques for main memory database systems", SIGMOD 1984.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from raiox.records.errors import (
    RecordsDamagedError,
    RecordsUnavailableError,
    StorageFullError,
)

MAX_TOGETHER: Final = 64
RETRY_AFTER_S: Final = 2
_TROUBLE: Final = (RecordsDamagedError, RecordsUnavailableError, StorageFullError)
"""Of the database, and so of all that share a transaction; any other error is of one work alone."""


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[], Any]
    deadline: float
    written: Future[Any] = field(default_factory=Future)


class GroupCommit:
    """Work that waits for the one thread that writes."""

    def __init__(self, sharing: Callable[[], AbstractContextManager[None]]) -> None:
        """Prepare.

        Args:
            sharing: one transaction for all that is written in it, as `Database.sharing`.
        """
        self._sharing = sharing
        self._waiting: deque[_Write] = deque()

    def add(self, work: Callable[[], Any], timeout_s: float) -> "Future[Any]":
        """Let work wait for the next `commit`; it fails if that does not come soon enough."""
        write = _Write(work, time.monotonic() + timeout_s)
        self._waiting.append(write)
        return write.written

    def commit(self) -> None:
        """Do all that waits; in the thread that writes."""
        group = self._take()
        if len(group) <= 1 or not self._commit_together(group):
            for write in group:
                _give(write.written, *_outcome(write.work))

    def _take(self) -> list[_Write]:
        group: list[_Write] = []
        while self._waiting and len(group) < MAX_TOGETHER:
            write = self._waiting.popleft()
            if not write.written.set_running_or_notify_cancel():
                continue
            if time.monotonic() > write.deadline:
                _give(write.written, None, RecordsUnavailableError(retry_after_s=RETRY_AFTER_S))
            else:
                group.append(write)
        return group

    def _commit_together(self, group: list[_Write]) -> bool:
        """Returns: False where the database was in trouble; then nothing of it was kept."""
        try:
            with self._sharing():
                outcomes = [_outcome(write.work) for write in group]
                _raise_trouble(error for _, error in outcomes)
        except Exception:  # noqa: BLE001  (whatever it was, each is tried alone; none is left waiting)
            return False
        for write, outcome in zip(group, outcomes, strict=True):
            _give(write.written, *outcome)
        return True


def _raise_trouble(errors: Iterable[BaseException | None]) -> None:
    for error in errors:
        if isinstance(error, _TROUBLE):
            raise error


def _outcome(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  (raised where the work is waited for)
        return None, error


def _give(written: "Future[Any]", result: Any, error: BaseException | None) -> None:
    if error is None:
        written.set_result(result)
    else:
        written.set_exception(error)
