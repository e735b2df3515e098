"""Anybody's manifest, read for what its parts hold: names, parts, patients, no pixels.

Unlike `cases`, which refuses a split that shares a group, this takes every split
as it is: what is wrong with it is what the reader wants to know.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.lab.errors import ManifestColumnMissingError, ManifestUnreadableError

LEFT_OUT: Final = ("", "exclude")
"""Parts that are none."""

USUAL_ORDER: Final = ("train", "valid", "val", "validation", "test")


@dataclass(frozen=True, slots=True)
class ListedImage:
    """One line of a manifest; empty where it says nothing."""

    name: str
    """As the manifest writes it."""
    path: Path
    split: str
    patient_id: str
    group_id: str
    dataset: str


@dataclass(frozen=True, slots=True)
class SplitManifest:
    """The lines of a manifest that belong to a part."""

    images: tuple[ListedImage, ...]
    n_left_out: int
    """Lines without a part, or excluded."""

    @property
    def splits(self) -> dict[str, int]:
        """Images of each part: train, valid, test, then others by name."""
        counts = Counter(image.split for image in self.images)
        rank = {split: place for place, split in enumerate(USUAL_ORDER)}
        order = sorted(counts, key=lambda split: (rank.get(split, len(rank)), split))
        return {split: counts[split] for split in order}

    @property
    def train_and_test(self) -> tuple[str, str]:
        """The two parts that matter most: what is learnt from and what is tested on."""
        first, *others = self.splits
        return first, "test" if "test" in others else others[-1]


def read_split_manifest(manifest: Path, column: str = "split") -> SplitManifest:
    """Read a CSV with `image` (relative to it) and a column of parts.

    `patient_id`, `group_id` and `source` are used where they are.

    Raises:
        ManifestUnreadableError: it is not there, or no CSV in UTF-8.
        ManifestColumnMissingError: it has no `image`, or not the column asked for.
    """
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestUnreadableError(reason=type(error).__name__) from error
    for needed in ("image", column):
        if needed not in columns:
            raise ManifestColumnMissingError(column=needed)
    images = [_image(row, manifest.parent, column) for row in rows]
    kept = tuple(image for image in images if image.name and image.split not in LEFT_OUT)
    return SplitManifest(kept, len(images) - len(kept))


def _image(row: dict[str, str | None], folder: Path, column: str) -> ListedImage:
    name = _cell(row, "image")
    return ListedImage(
        name=name,
        path=folder / name,
        split=_cell(row, column),
        patient_id=_cell(row, "patient_id"),
        group_id=_cell(row, "group_id"),
        dataset=_cell(row, "source"),
    )


def _cell(row: dict[str, str | None], column: str) -> str:
    return (row.get(column) or "").strip()
