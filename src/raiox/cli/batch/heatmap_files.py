"""A PNG for each image and finding, under names that every file system takes."""

import os
from pathlib import Path

from raiox.entities import Prediction
from raiox.inference.heatmap import render

MAX_NAME_BYTES = 255
"""Of ext4, XFS, APFS and NTFS alike, at most."""


def write_heatmaps(
    folder: Path, file: Path, sha256: str, prediction: Prediction, size_px: tuple[int, int]
) -> dict[str, str]:
    """Write them; the absolute path of each by finding."""
    written = {}
    for finding, activation_map in zip(prediction.scores, prediction.activation_maps, strict=True):
        picture = folder / heatmap_name(file, sha256, finding)
        picture.write_bytes(render(activation_map, *size_px))
        written[str(finding)] = str(picture.absolute())
    return written


def heatmap_name(file: Path, sha256: str, finding: str) -> str:
    """As much of the image's name as fits, the start of its checksum, and the finding."""
    ending = f"-{sha256[:8]}-{finding}.png"
    stem = "stdin" if str(file) == "-" else file.stem
    while len(os.fsencode(stem + ending)) > MAX_NAME_BYTES:
        stem = stem[:-1]
    return stem + ending
