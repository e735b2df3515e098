"""The parts of a batch: one table for each shard, which is there as a whole or not at all.

A part is written under another name, synced and renamed, so that a process that is killed leaves
no half part, and a file of the batch has exactly one row however often it was begun.
"""

import fcntl
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from raiox.cli.batch.documents import FileDocument
from raiox.cli.batch.records import Ending
from raiox.cli.batch.table import Table
from raiox.cli.errors import require_extra
from raiox.cli.options import CsvDialect, PartFormat


class PartWriter(ABC):
    """Turns the documents of a shard into a file, and a file into how its images ended."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        """Describe the table.

        Args:
            labels: what the classifier scores.
        """
        self.table = Table(CsvDialect.STANDARD, labels)
        self.labels = labels

    @abstractmethod
    def encode(self, documents: Sequence[FileDocument]) -> bytes:
        """The whole file."""

    @abstractmethod
    def endings(self, part: Path) -> list[Ending]:
        """How the images of a part ended."""


class CsvParts(PartWriter):
    """Tables as `--csv` writes them."""

    def encode(self, documents: Sequence[FileDocument]) -> bytes:
        """Header and rows."""
        return self.table.header + b"".join(map(self.table.encode, documents))

    def endings(self, part: Path) -> list[Ending]:
        """Read the rows."""
        with part.open("rb") as stream:
            end = self.table.end_of_records(stream)
            return [record.ending for record in self.table.read(stream, end)]


class ParquetParts(PartWriter):
    """The same columns, with their types."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        """Describe the table. Raises: ExtraMissingError."""
        require_extra("parquet", "pyarrow")
        super().__init__(labels)

    def encode(self, documents: Sequence[FileDocument]) -> bytes:
        """One row group."""
        import pyarrow as pa
        from pyarrow import parquet

        types = {"rotation_deg": pa.int64(), "low_quality": pa.bool_(),
                 "out_of_distribution": pa.bool_()}  # fmt: skip
        types |= dict.fromkeys(("frontal", "abnormality", *self.labels), pa.float64())
        schema = pa.schema([(name, types.get(name, pa.string())) for name in self.table.columns])
        rows = [
            dict(zip(self.table.columns, map(_plain, self.table.values(one)), strict=True))
            for one in documents
        ]
        file = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows, schema), file)
        return file.getvalue()

    def endings(self, part: Path) -> list[Ending]:
        """Read two columns."""
        from pyarrow import parquet

        rows = parquet.read_table(part, columns=["outcome", "code"]).to_pylist()
        return [Ending(row["outcome"] or "", row["code"] or "") for row in rows]


def part_writer(part_format: PartFormat, labels: tuple[str, ...]) -> PartWriter:
    """The writer of a format. Raises: ExtraMissingError."""
    return (ParquetParts if part_format is PartFormat.PARQUET else CsvParts)(labels)


@contextmanager
def alone_at(part: Path) -> Iterator[bool]:
    """Whether a part is missing and no other process of this machine is at it."""
    lock = _hidden(part, "lock")
    descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield not part.exists()
    finally:
        os.close(descriptor)
        if part.exists():
            clear_leavings(part)


def write_part(part: Path, content: bytes) -> None:
    """Put a part into its folder, whole, and clear away what killed processes left of it."""
    own = _hidden(part, f"{os.uname().nodename}.{os.getpid()}.tmp")
    with own.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileNotFoundError):  # another host was faster and cleared it away
        own.rename(part)
    clear_leavings(part)


def clear_leavings(part: Path) -> None:
    """Delete what processes that were killed left beside a part that is there."""
    for left in part.parent.glob(f".{part.name}.*"):
        left.unlink(missing_ok=True)


def _hidden(part: Path, suffix: str) -> Path:
    return part.with_name(f".{part.name}.{suffix}")


def _plain(value: object) -> object:
    """Text for a path or a word; an empty cell where there is nothing."""
    return value if value is None or isinstance(value, bool | int | float) else str(value)
