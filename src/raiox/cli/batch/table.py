"""Where results go: a CSV table that survives an interruption, or JSON lines.

A row is written as soon as its image is done. A process that is killed may leave half a row
behind; whoever resumes the table cuts it off first, so that every file has exactly one row.
"""

import csv
import fcntl
import io
import os
import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

from raiox.cli.batch.documents import FileDocument
from raiox.cli.errors import (
    OutputExistsError,
    OutputInUseError,
    ResumeMismatchError,
    path_refused,
    printable,
)
from raiox.cli.language import terminal_language
from raiox.cli.options import CsvDialect
from raiox.result import CodedMessage

LEADING = ("path", "state", "outcome", "code", "reason", "kind", "rotation_deg", "frontal",
           "low_quality")  # fmt: skip
TRAILING = ("finding", "findings_set", "out_of_distribution", "notes", "sha256", "model")
BOM = "\ufeff"


class Ending(NamedTuple):
    """How a file ended."""

    outcome: str
    """`analysed`, `rejected`, or nothing if it failed."""
    code: str
    """Why it was rejected or failed."""


class Output(AbstractContextManager["Output"]):
    """Takes one document after the other; a context that closes what it opened."""

    done: Mapping[str, Ending] = MappingProxyType({})
    """How the files ended whose results it holds already, by path."""

    @abstractmethod
    def write(self, document: FileDocument) -> None:
        """Write one, so that a kill loses none before it."""


class JsonLines(Output):
    """One JSON object per line on a binary stream, which stays open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def __exit__(self, *_: object) -> None:
        self._stream.flush()

    def write(self, document: FileDocument) -> None:
        """Write one."""
        self._stream.write(document.to_json())
        self._stream.flush()


class Table(Output):
    """Rows on a binary stream."""

    def __init__(
        self,
        stream: IO[bytes],
        dialect: CsvDialect,
        labels: tuple[str, ...],
    ) -> None:
        """Write on; the stream stands at its end.

        Args:
            labels: what the classifier scores; a column each.
        """
        self._stream, self._dialect, self._labels = stream, dialect, labels

    def __exit__(self, *_: object) -> None:
        if self._stream is sys.stdout.buffer:
            self._stream.flush()
        else:
            self._stream.close()

    @property
    def columns(self) -> tuple[str, ...]:
        """The header; a column for the score of each label in the middle."""
        return (*LEADING, *self._labels, *TRAILING)

    def write_header(self) -> None:
        """Begin the table."""
        self._write(self._header())

    def begins(self, rows: Sequence[Sequence[str]], torn: bytes) -> bool:
        """Whether whole rows and half a row behind them can be the beginning of this table."""
        if rows:
            return tuple(rows[0]) == self.columns
        return self._header().encode().startswith(torn)

    def write(self, document: FileDocument) -> None:
        """Add the row of one document."""
        self._write(self._line([self._cell(value) for value in _values(document, self._labels)]))

    def _write(self, text: str) -> None:
        # A path is written in the bytes that the file system gave it.
        self._stream.write(text.encode("utf-8", "surrogateescape"))
        self._stream.flush()

    def _header(self) -> str:
        return (BOM if self._dialect is CsvDialect.EXCEL else "") + self._line(self.columns)

    def _line(self, cells: Sequence[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=self._dialect.delimiter).writerow(cells)
        return line.getvalue()

    def _cell(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float) and self._dialect is CsvDialect.EXCEL:
            return str(value).replace(".", ",")
        return "" if value is None else str(value)


def open_output(
    file: Path | None,
    dialect: CsvDialect,
    labels: tuple[str, ...],
    model_id: str,
    *,
    overwrite: bool,
    resume: bool,
) -> Output:
    """JSON lines on standard output if no file is named, otherwise a table; `-` is standard output.

    Args:
        model_id: of the classifier, which must have written the rows of a resumed table.

    Raises:
        OutputExistsError: the file holds something, and neither flag says what to do with it.
        OutputInUseError: another process is writing it.
        ResumeMismatchError: its rows are not of this table.
        PathUnusableError: it cannot be written.
    """
    if file is None:
        return JsonLines(sys.stdout.buffer)
    if str(file) == "-":
        table = Table(sys.stdout.buffer, dialect, labels)
        table.write_header()
        return table
    with ExitStack() as on_error:
        stream = on_error.enter_context(_open(file))
        if os.fstat(stream.fileno()).st_size and not (overwrite or resume):
            raise OutputExistsError(path=printable(file))
        if overwrite:
            stream.truncate(0)
        end = end_of_rows(stream)
        rows = list(_read_rows(stream, end, dialect))
        table = Table(stream, dialect, labels)
        if not table.begins(rows, stream.read()) or _other_model(rows[1:], model_id):
            raise ResumeMismatchError(path=printable(file))
        table.done = {row[0]: Ending(row[2], row[3]) for row in rows[1:]}
        stream.truncate(end)
        stream.seek(end)
        if not rows:
            table.write_header()
        on_error.pop_all()
        return table


def is_table(head: bytes) -> bool:
    """Whether a file that begins so is a table of this module."""
    text = head.decode("utf-8", "replace").removeprefix(BOM)
    return any(text.startswith(d.delimiter.join(LEADING)) for d in CsvDialect)


def end_of_rows(stream: IO[bytes]) -> int:
    """Offset behind the last whole row: a line break where every quote is closed."""
    stream.seek(0)
    end = at = n_quotes = 0
    for line in stream:
        at += len(line)
        n_quotes += line.count(b'"')
        if line.endswith(b"\n") and n_quotes % 2 == 0:
            end = at
    return end


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


def _read_rows(stream: IO[bytes], end: int, dialect: CsvDialect) -> Iterator[list[str]]:
    stream.seek(0)
    text = io.StringIO(stream.read(end).decode("utf-8", "surrogateescape").removeprefix(BOM), "")
    yield from csv.reader(text, delimiter=dialect.delimiter)


def _other_model(rows: Iterable[Sequence[str]], model_id: str) -> bool:
    """Whether a row is another model's; failed ones name none."""
    return any(row[-1] not in {"", model_id} for row in rows)


def _values(document: FileDocument, labels: Sequence[str]) -> list[object]:
    refused, seen = document.rejection or document.error, document.filter
    scores = document.scores or {}
    return [
        document.path,
        document.state,
        document.outcome,
        refused and refused.code,
        refused and _reason(refused),
        seen and seen.kind,
        seen and seen.rotation_deg,
        seen and seen.frontal,
        seen and seen.low_quality,
        *(scores.get(label) for label in labels),
        document.finding,
        " ".join(document.findings_set or ()),
        document.out_of_distribution,
        " ".join(document.notes),
        document.sha256,
        document.model and document.model.id,
    ]


def _reason(refused: CodedMessage) -> str:
    sentences = refused.messages[terminal_language()]
    return f"{sentences.title}. {sentences.detail}"
