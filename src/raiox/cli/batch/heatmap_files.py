"""A PNG for each image and finding, under names that every file system takes."""

from pathlib import Path

from raiox.cli.batch.file_names import file_name
from raiox.cli.batch.image_files import ImageFile
from raiox.entities import Prediction
from raiox.inference.heatmap import render


def write_heatmaps(
    folder: Path, file: ImageFile, sha256: str, prediction: Prediction, size_px: tuple[int, int]
) -> dict[str, str]:
    """Write them; the absolute path of each by finding."""
    written = {}
    for finding, activation_map in zip(prediction.scores, prediction.activation_maps, strict=True):
        picture = folder / file_name(file, sha256, f"-{finding}.png")
        picture.write_bytes(render(activation_map, *size_px))
        written[str(finding)] = str(picture.absolute())
    return written
