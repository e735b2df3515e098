"""How a part of a batch is written: the table of one shard, as CSV or Parquet."""

import io
from abc import ABC, abstractmethod
from collections.abc import Sequence

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
    def endings(self, part: bytes) -> list[Ending]:
        """How the images of a part ended."""


class CsvParts(PartWriter):
    """Tables as `--csv` writes them."""

    def encode(self, documents: Sequence[FileDocument]) -> bytes:
        """Header and rows."""
        return self.table.header + b"".join(map(self.table.encode, documents))

    def endings(self, part: bytes) -> list[Ending]:
        """Read the rows."""
        return [record.ending for record in self.table.read(io.BytesIO(part), len(part))]


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

    def endings(self, part: bytes) -> list[Ending]:
        """Read three columns."""
        from pyarrow import parquet

        rows = parquet.read_table(io.BytesIO(part), columns=list(Ending._fields)).to_pylist()
        return [Ending(*(row[name] or "" for name in Ending._fields)) for row in rows]


def part_writer(part_format: PartFormat, labels: tuple[str, ...]) -> PartWriter:
    """The writer of a format. Raises: ExtraMissingError."""
    return (ParquetParts if part_format is PartFormat.PARQUET else CsvParts)(labels)


def _plain(value: object) -> object:
    """Text for a path or a word; an empty cell where there is nothing."""
    return value if value is None or isinstance(value, bool | int | float) else str(value)
