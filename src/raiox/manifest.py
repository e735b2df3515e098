"""The manifest of a data set: a CSV in UTF-8 with one row per image.

The laboratory trains and measures on its rows; the service only reads them to attribute an image.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.errors import ErrorKind, RaioxError

MANIFEST_FILE: Final = "manifest.csv"


class ManifestError(RaioxError):
    """A list of images cannot be used."""

    kind = ErrorKind.INVALID_INPUT


class ManifestUnreadableError(ManifestError):
    """The file is not there, or is no CSV in UTF-8 (`reason`)."""

    code = "manifest_unreadable"


class ManifestColumnMissingError(ManifestError):
    """The file lacks a `column` that is needed."""

    code = "manifest_column_missing"


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One image of a manifest."""

    folder: Path
    cells: Mapping[str, str]

    @property
    def path(self) -> Path:
        """Of the image, which the manifest names relative to its own folder."""
        return self.folder / self["image"]

    def __getitem__(self, column: str) -> str:
        """A cell without surrounding blanks; empty where the row or the column ends before it."""
        return (self.cells.get(column) or "").strip()


def read_rows(
    file: Path, needed: Iterable[str] = (), columns: Mapping[str, str] | None = None
) -> list[ManifestRow]:
    """Every row that names an image; parameters and errors as of `iterate_rows`."""
    return list(iterate_rows(file, needed, columns))


def iterate_rows(
    file: Path, needed: Iterable[str] = (), columns: Mapping[str, str] | None = None
) -> Iterator[ManifestRow]:
    """Every row that names an image, one by one: the rest of a file is not read in vain.

    Args:
        file: the manifest.
        needed: columns that must be there beside `image`, by our names.
        columns: the file's name of a column, by our name, where the two differ.

    Raises:
        ManifestUnreadableError: the file is not there, or is no CSV in UTF-8.
        ManifestColumnMissingError: a column is missing, named as the file should name it.
    """
    theirs = dict(columns or {})
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened)
            _check_columns(reader.fieldnames or (), (theirs.get(c, c) for c in ("image", *needed)))
            for cells in reader:
                renamed = {ours: cells.get(name, "") for ours, name in theirs.items()}
                row = ManifestRow(file.parent, cells | renamed)
                if row["image"]:
                    yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestUnreadableError(reason=type(error).__name__) from error


def _check_columns(names: Collection[str], needed: Iterable[str]) -> None:
    for column in needed:
        if column not in names:
            raise ManifestColumnMissingError(column=column)
