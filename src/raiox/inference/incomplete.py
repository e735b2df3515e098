"""A picture of which one side is missing: filled with one shade, as an interrupted transfer leaves it.

What is left of the chest would be read as if it were whole. A page has margins on opposite sides,
or black or white ones, and what is on it has the proportions of a radiograph.
"""

from typing import Final

import numpy as np

from raiox.entities import GrayArray, Rejection
from raiox.inference.margins import Box

INCOMPLETE_IMAGE: Final = "incomplete_image"

MIN_MISSING: Final = 0.28  # of a side; closest of 4,000 radiographs, in gray: 0.14
MAX_OPPOSITE: Final = 0.05  # of a side: the margin opposite, where there is one at all
GRAYS: Final = (24, 231)  # black and white are the shades of pages and collimators
ASPECTS: Final = (0.6, 1.6)
"""Width over height of what is left, whatever the shade; closest radiographs: 0.76, 1.35."""


def reject_incomplete(pixels: GrayArray, box: Box) -> Rejection | None:
    """Refuse a picture of which a side seems to be missing.

    Args:
        pixels: (H, W) uint8.
        box: of what even margins surround.

    Returns: the refusal, with `missing_percent`; None where nothing seems to be missing.
    """
    height, width = pixels.shape
    sides = (
        (box.top, height - box.bottom, height, pixels[0], pixels[-1]),
        (box.left, width - box.right, width, pixels[:, 0], pixels[:, -1]),
    )
    for before, after, length, first, last in sides:
        missing, opposite = max(before, after) / length, min(before, after) / length
        if missing < MIN_MISSING or opposite > MAX_OPPOSITE:
            continue
        shade = float(np.mean(first if before > after else last))
        if GRAYS[0] <= shade <= GRAYS[1] or not _has_proportions(box):
            return Rejection(INCOMPLETE_IMAGE, {"missing_percent": round(100 * missing)})
    return None


def _has_proportions(box: Box) -> bool:
    """Whether a chest radiograph may be as wide as that beside its height."""
    return ASPECTS[0] <= (box.right - box.left) / (box.bottom - box.top) <= ASPECTS[1]
