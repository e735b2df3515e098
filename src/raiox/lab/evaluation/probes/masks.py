"""Lung-field masks of the data set, by who drew them.

Hand-drawn masks hold the lung behind the heart and consolidated lung; those of a network
leave the heart out and often miss consolidated lung, so their shape can give the label away:
the two never stand in one comparison.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from raiox.entities import GrayArray
from raiox.lab.evaluation.predictions import Reader
from raiox.lab.evaluation.probes.perturbations import Mask

HALF_GRAY = 127


@dataclass(frozen=True, slots=True)
class Masks:
    """Where the masks lie."""

    by_annotator: dict[str, dict[Path, Path]]
    """`hand` and `unet`: image to mask."""

    def read(self, annotator: str, image: Path, film: GrayArray, read: Reader) -> Mask:
        """(H, W) true in the lung fields of this film."""
        mask = read(self.by_annotator[annotator][image].read_bytes()).pixels > HALF_GRAY
        if mask.shape != film.shape:
            raise ValueError(f"mask of another size: {annotator}")
        return np.asarray(mask)


def find_masks(data: Path | None) -> Masks:
    """The masks that `data` holds; none where it holds none."""
    manifest = (data or Path()) / "chest" / "lung_masks" / "manifest.csv"
    found: dict[str, dict[Path, Path]] = {}
    if data is not None and manifest.is_file():
        chest = manifest.parents[1]
        with manifest.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["annotator"], {})[chest / row["image"]] = chest / row["mask"]
    return Masks(found)
