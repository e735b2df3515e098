"""Boxes that radiologists drew around opacities."""

import csv
from pathlib import Path

Box = tuple[float, float, float, float]
"""x, y, width and height in pixels of the stored image."""


def find_boxes(data: Path | None) -> dict[Path, Box]:
    """One radiologist's box of each image that has one; none where `data` holds none."""
    file = (data or Path()) / "chest" / "opacity_boxes.csv"
    if data is None or not file.is_file():
        return {}
    with file.open(newline="", encoding="utf-8") as opened:
        return {
            file.parent / row["image"]: (
                float(row["x_px"]), float(row["y_px"]),
                float(row["width_px"]), float(row["height_px"]),
            )
            for row in csv.DictReader(opened)
        }  # fmt: skip
