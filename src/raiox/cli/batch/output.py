"""Where results go: standard output, or a file that survives an interruption.

A record is written as soon as its image is done. A process that is killed may leave half a
record behind; whoever resumes cuts it off first, so that every file has exactly one record.
"""

import fcntl
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from raiox.cli.batch.documents import FileDocument
from raiox.cli.batch.json_lines import JsonLines
from raiox.cli.batch.records import Ending, RecordFormat
from raiox.cli.batch.table import Table
from raiox.cli.errors import (
    OutputExistsError,
    OutputInUseError,
    ResumeMismatchError,
    path_refused,
    printable,
)
from raiox.cli.options import CsvDialect


@dataclass(frozen=True, slots=True)
class Destination:
    """What the options say of the results."""

    file: Path | None = None
    """Standard output where there is none."""
    dialect: CsvDialect | None = None
    """Of a table; JSON lines where there is none."""
    overwrite: bool = False
    resume: bool = False

    def record_format(self, labels: tuple[str, ...]) -> RecordFormat:
        """How a record is written.

        Args:
            labels: what the classifier scores.
        """
        return JsonLines() if self.dialect is None else Table(self.dialect, labels)


class Output(AbstractContextManager["Output"]):
    """Takes one document after the other; a context that closes what it opened."""

    def __init__(
        self,
        stream: IO[bytes],
        record_format: RecordFormat,
        done: Mapping[str, Ending] = MappingProxyType({}),
    ) -> None:
        """Write on; the stream stands at its end.

        Args:
            done: how the files ended whose results it holds already, by path.
        """
        self._stream, self._format, self.done = stream, record_format, done

    def write(self, document: FileDocument) -> None:
        """Write one, so that a kill loses none before it."""
        self._stream.write(self._format.encode(document))
        self._stream.flush()

    def __exit__(self, *_: object) -> None:
        if self._stream is sys.stdout.buffer:
            self._stream.flush()
        else:
            self._stream.close()


def open_output(destination: Destination, labels: tuple[str, ...], model_id: str) -> Output:
    """Begin the results, or continue them.

    Args:
        labels: what the classifier scores.
        model_id: of the classifier, which must have made the results that are continued.

    Raises:
        OutputExistsError: the file holds something, and neither flag says what to do with it.
        OutputInUseError: another process is writing it.
        ResumeMismatchError: its records are not of this format or model.
        PathUnusableError: it cannot be written.
    """
    record_format = destination.record_format(labels)
    if destination.file is None:
        sys.stdout.buffer.write(record_format.header)
        return Output(sys.stdout.buffer, record_format)
    with ExitStack() as on_error:
        stream = on_error.enter_context(_open(destination.file))
        if destination.overwrite:
            stream.truncate(0)
        elif os.fstat(stream.fileno()).st_size and not destination.resume:
            raise OutputExistsError(path=printable(destination.file))
        try:
            done = _take_up(stream, record_format, model_id)
        except ValueError as error:
            raise ResumeMismatchError(path=printable(destination.file)) from error
        on_error.pop_all()
        return Output(stream, record_format, done)


def _take_up(stream: IO[bytes], record_format: RecordFormat, model_id: str) -> Mapping[str, Ending]:
    """Read what is there, cut off half a record, begin where there is nothing.

    Raises:
        ValueError: it is of another format or model; nothing was changed.
    """
    end = record_format.end_of_records(stream)
    records = list(record_format.read(stream, end))
    if any(record.model_id not in {"", model_id} for record in records):
        raise ValueError(model_id)
    stream.truncate(end)
    stream.seek(end)
    if end == 0:
        stream.write(record_format.header)
    return {record.path: record.ending for record in records}


def _open(file: Path) -> IO[bytes]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    except OSError as error:
        raise path_refused(error, file) from error
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        stream.close()
        raise OutputInUseError(path=printable(file)) from error
    return stream
