"""A manifest read for its splits: image names, splits, patients and groups, no pixels.

Unlike `manifest`, which refuses splits that share a group, this takes every split as it is: what
is wrong with it is what the reader wants to know.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.manifest import read_rows

EXCLUDED: Final = ("", "exclude")
"""Values of the column that name no split."""

USUAL_ORDER: Final = ("train", "valid", "val", "validation", "test")


@dataclass(frozen=True, slots=True)
class ListedImage:
    """One row of a manifest; a field is empty where the manifest says nothing."""

    name: str
    """As the manifest writes it."""
    path: Path
    split: str
    patient_id: str
    group_id: str
    dataset: str


@dataclass(frozen=True, slots=True)
class SplitManifest:
    """The rows of a manifest that belong to a split."""

    images: tuple[ListedImage, ...]
    n_left_out: int
    """Rows without a split, or excluded."""

    @property
    def splits(self) -> dict[str, int]:
        """Images of each split: train, valid, test, then others by name."""
        counts = Counter(image.split for image in self.images)
        rank = {split: position for position, split in enumerate(USUAL_ORDER)}
        order = sorted(counts, key=lambda split: (rank.get(split, len(rank)), split))
        return {split: counts[split] for split in order}

    @property
    def train_and_test(self) -> tuple[str, str]:
        """The two splits that matter most: the one trained on and the one tested on."""
        first, *others = self.splits
        return first, "test" if "test" in others else others[-1]


def read_split_manifest(manifest: Path, column: str = "split") -> SplitManifest:
    """Read a CSV with `image` (relative to it) and a column of splits.

    `patient_id`, `group_id` and `source` are used where they are present.

    Raises:
        ManifestUnreadableError: the file is not there, or is no CSV in UTF-8.
        ManifestColumnMissingError: the file lacks `image` or the column of splits.
    """
    images = [
        ListedImage(
            name=row["image"],
            path=row.path,
            split=row[column],
            patient_id=row["patient_id"],
            group_id=row["group_id"],
            dataset=row["source"],
        )
        for row in read_rows(manifest, needed=(column,))
    ]
    kept = tuple(image for image in images if image.split not in EXCLUDED)
    return SplitManifest(kept, len(images) - len(kept))
