"""Results as a CSV table."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

from raiox.cli.batch.documents import FileDocument
from raiox.cli.batch.records import Ending, Record, RecordFormat
from raiox.cli.language import terminal_language
from raiox.cli.options import CsvDialect
from raiox.result import CodedMessage

LEADING = ("path", "state", "outcome", "code", "reason", "kind", "rotation_deg", "frontal",
           "low_quality")  # fmt: skip
TRAILING = (
    "finding", "uncertainty", "findings_set", "abnormality", "out_of_distribution", "notes", "sha256",
    "model",
)  # fmt: skip
BOM = "\ufeff"


class Table(RecordFormat):
    """Rows of one dialect, with a column for the score of each label in the middle."""

    def __init__(self, dialect: CsvDialect, labels: tuple[str, ...]) -> None:
        """Describe the table.

        Args:
            labels: what the classifier scores.
        """
        self._dialect, self._labels = dialect, labels
        self.columns = (*LEADING, *labels, *TRAILING)
        mark = BOM if dialect is CsvDialect.EXCEL else ""
        self.header = mark.encode() + self._row(self.columns)

    def encode(self, document: FileDocument) -> bytes:
        """One row; a path keeps the bytes that the file system gave it."""
        return self._row([self._cell(value) for value in self.values(document)])

    def values(self, document: FileDocument) -> list[object]:
        """What stands in the columns."""
        return _values(document, self._labels)

    def end_of_records(self, stream: IO[bytes]) -> int:
        """Offset behind the last line break where every quote is closed."""
        end = end_of_rows(stream)
        stream.seek(0)
        beginning = stream.read(len(self.header))
        if beginning != self.header[: len(beginning)]:
            raise ValueError(beginning)
        return end

    def read(self, stream: IO[bytes], end: int) -> Iterator[Record]:
        """One record per row below the header."""
        stream.seek(0)
        text = stream.read(end)[len(self.header) :].decode("utf-8", "surrogateescape")
        for row in csv.reader(io.StringIO(text, ""), delimiter=self._dialect.delimiter):
            if len(row) != len(self.columns):
                raise ValueError(len(row))
            cells = dict(zip(self.columns, row, strict=True))
            ending = Ending(cells["outcome"], cells["code"], cells["finding"])
            yield Record(cells["path"], ending, cells["model"])

    def _row(self, cells: Sequence[str]) -> bytes:
        line = io.StringIO()
        csv.writer(line, delimiter=self._dialect.delimiter).writerow(cells)
        return line.getvalue().encode("utf-8", "surrogateescape")

    def _cell(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float) and self._dialect is CsvDialect.EXCEL:
            return str(value).replace(".", ",")
        return "" if value is None else str(value)


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
        document.uncertainty,
        " ".join(document.findings_set or ()),
        document.abnormality and document.abnormality.score,
        document.out_of_distribution,
        " ".join((*document.notes, *(document.positioning or ()))),
        document.sha256,
        document.model and document.model.id,
    ]


def _reason(refused: CodedMessage) -> str:
    sentences = refused.messages[terminal_language()]
    return f"{sentences.title}. {sentences.detail}"
