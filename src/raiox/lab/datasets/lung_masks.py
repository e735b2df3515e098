"""Lung-field masks of the data set, by who drew them.

Masks drawn by hand hold the lung behind the heart and consolidated lung (`hand`), or leave the heart
and destroyed lung out (`hand_noheart`). Those of a network (`unet`) leave the heart out and often miss
consolidated lung, so their shape can reveal the label: never compare masks of two annotators.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.lab.aliases import Mask, Reader
from raiox.lab.datasets.manifest import Sample, read_finding_samples

HALF_GRAY = 127

ANATOMIES = {"hand": "lungs", "hand_noheart": "lungs_without_heart"}
"""What is drawn, by annotator; the masks of a network are not trained on."""


@dataclass(frozen=True, slots=True)
class Masks:
    """Where the masks lie."""

    by_annotator: dict[str, dict[Path, Path]]
    """Annotator to image to mask."""

    def read(self, annotator: str, image: Path, read: Reader) -> Mask:
        """(H, W) true in the lung fields of this image."""
        return np.asarray(read(self.by_annotator[annotator][image].read_bytes()).pixels > HALF_GRAY)


def find_masks(datasets: Path | None) -> Masks:
    """The masks of `chest/`; none where `datasets` holds none."""
    manifest = (datasets or Path()) / "chest" / "lung_masks" / "manifest.csv"
    found: dict[str, dict[Path, Path]] = {}
    if datasets is not None and manifest.is_file():
        chest = manifest.parents[1]
        with manifest.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["annotator"], {})[chest / row["image"]] = chest / row["mask"]
    return Masks(found)


def drawn_masks(datasets: Path | None) -> dict[Path, tuple[Path, str]]:
    """Image to the mask drawn by hand and the anatomy that it shows."""
    return {
        image: (mask, ANATOMIES[annotator])
        for annotator, masks in find_masks(datasets).by_annotator.items()
        if annotator in ANATOMIES
        for image, mask in masks.items()
    }


def read_mask_samples(datasets: Path | None, split: str = "grouped") -> list[Sample]:
    """Upright radiographs with a mask drawn by hand, labelled by the anatomy that it shows.

    Raises:
        DataSetMissingError: `datasets` holds no `chest/manifest.csv`.
    """
    drawn, samples = drawn_masks(datasets), read_finding_samples(datasets, split)
    return [replace(one, label=drawn[one.path][1]) for one in samples if one.path in drawn]
