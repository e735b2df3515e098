"""A radiograph on a light box or a monitor, photographed: seen as such, and cropped to itself.

Only where it is certain. A camera leaves what no export has: a tint over everything, noise in
the dark, and dark, tinted surroundings on every side of something lit. A scan with an even
margin, a gray picture and a tinted export without surroundings are none.
"""

from typing import Final

import numpy as np
from PIL import Image

from raiox.entities import FloatArray

SIDE_PX: Final = 192  # averaged to this, noise is gone and edges are still sharp to 1 %
LIT_QUANTILE: Final = 0.9  # of a line: lungs are dark, but bones and mediastinum cross every line
MAX_SURROUNDING: Final = 0.5  # of the lit level
LIT: Final = 0.7  # of the lit level, at which a line belongs to the radiograph
MIN_MARGIN: Final = 0.03  # of a side, around the radiograph
MIN_SIDE: Final = 0.4  # of a side, of the radiograph
MIN_TINT: Final = 5.0  # of 255 between channels, on average over the radiograph
MIN_NOISE: Final = 0.8  # of 255, in the surroundings; a digital margin has none
DARKEST: Final = 2.0  # of 255: surroundings seen by a camera are not black all over

Box = tuple[int, int, int, int]


def find_photographed(image: Image.Image) -> Box | None:
    """Where the radiograph lies in a photograph: left, top, right, bottom in pixels.

    Args:
        image: decoded, mode RGB.

    Returns: None where this is no photograph of a radiograph, or not certainly one.
    """
    scale = SIDE_PX / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = np.asarray(image.resize(size, Image.Resampling.BOX, reducing_gap=2.0), np.float32)
    luma = small.mean(axis=2)
    columns, rows = _lit_run(luma), _lit_run(luma.T)
    if columns is None or rows is None:
        return None
    (left, right), (top, bottom) = columns, rows
    inside = small[top:bottom, left:right]
    tint = float(np.ptp(inside.mean(axis=(0, 1))))
    outside = np.ones(luma.shape, bool)
    outside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
    if tint < MIN_TINT or luma[outside].mean() < DARKEST:
        return None
    box = tuple(round(edge / scale) for edge in (left, top, right, bottom))
    return (box[0], box[1], box[2], box[3]) if _noise(image, box[0], box[1]) >= MIN_NOISE else None


def _lit_run(luma: FloatArray) -> tuple[int, int] | None:
    """First and last but one column that is lit; None unless dark columns lie on both sides."""
    height, width = luma.shape
    middle = luma[height // 4 : height - height // 4]
    level = _quantile(middle, LIT_QUANTILE)
    lit_level = float(_quantile(level, 0.75))
    lit = np.flatnonzero(level >= LIT * lit_level)
    start, end = int(lit[0]), int(lit[-1]) + 1
    margin = max(1, round(MIN_MARGIN * width))
    if start < margin or width - end < margin or end - start < MIN_SIDE * width:
        return None
    around: FloatArray = np.concatenate(
        (level[: start // 2 + 1], level[end + (width - end) // 2 :])
    )
    return (start, end) if around.max() <= MAX_SURROUNDING * lit_level else None


def _noise(image: Image.Image, left: int, top: int) -> float:
    """What neighbouring pixels of the surroundings differ by, in the corner at the top left."""
    corner = np.asarray(image.crop((0, 0, max(2, left), max(2, top))).convert("L"), np.float32)
    return float(_quantile(np.abs(np.diff(corner, axis=1)).ravel(), 0.5))


def _quantile(values: FloatArray, share: float) -> FloatArray:
    """Along the first axis. `np.quantile` imports a module, which a confined process cannot."""
    at = round(share * (len(values) - 1))
    return np.asarray(np.sort(values, axis=0)[at])
