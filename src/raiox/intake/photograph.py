"""A radiograph on a light box or a monitor, photographed: seen as such, and cropped to itself.

Only where it is certain. A camera leaves what no export has: noise in the dark, and dark surroundings
on every side of something lit; often a tint over everything. A scan with an even margin and a tinted
export without surroundings are none, nor is a smooth hill on black. Of 22,866 radiographs, all gray, 83
have dark margins on all four sides, and none of them noise in more than two.
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
N_SIDES: Final = 4
PATCH_PX: Final = 256  # of a margin, at the middle of its side

Box = tuple[int, int, int, int]


def find_photographed(image: Image.Image) -> Box | None:
    """Where the radiograph lies in a photograph: left, top, right, bottom in pixels.

    Args:
        image: decoded, mode RGB or L.

    Returns: None where this is no photograph of a radiograph, or not certainly one.
    """
    scale = SIDE_PX / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = np.asarray(image.resize(size, Image.Resampling.BOX, reducing_gap=2.0), np.float32)
    small = small.reshape(*small.shape[:2], -1)
    luma = small.mean(axis=2)
    columns, rows = _lit_run(luma), _lit_run(luma.T)
    if columns is None or rows is None:
        return None
    (left, right), (top, bottom) = columns, rows
    tint = float(np.ptp(small[top:bottom, left:right].mean(axis=(0, 1))))
    outside = np.ones(luma.shape, bool)
    outside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
    if luma[outside].mean() < DARKEST:
        return None
    left, top, right, bottom = (round(edge / scale) for edge in (left, top, right, bottom))
    box = (left, top, right, bottom)
    n_noisy = sum(_noise(image.crop(margin)) >= MIN_NOISE for margin in _margins(image.size, box))
    return box if n_noisy == N_SIDES or (n_noisy and tint >= MIN_TINT) else None


def _margins(size: tuple[int, int], box: Box) -> tuple[Box, ...]:
    """A part of each margin."""
    (width, height), (left, top, right, bottom) = size, box
    x, y = max(0, (width - PATCH_PX) // 2), max(0, (height - PATCH_PX) // 2)
    right_end, bottom_end = min(width, x + PATCH_PX), min(height, y + PATCH_PX)
    return (
        (x, 0, right_end, min(top, PATCH_PX)),
        (x, max(bottom, height - PATCH_PX), right_end, height),
        (0, y, min(left, PATCH_PX), bottom_end),
        (max(right, width - PATCH_PX), y, width, bottom_end),
    )


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


def _noise(margin: Image.Image) -> float:
    """By how much a step to the side differs from that of the row above: a smooth slope has none.

    Returns: in shades; nothing in a margin of hardly a pixel.
    """
    across = np.diff(np.asarray(margin.convert("L"), np.float32), axis=1)
    steps = np.abs(np.diff(across, axis=0))
    return float(_quantile(steps.ravel(), 0.5)) if steps.size else 0.0


def _quantile(values: FloatArray, share: float) -> FloatArray:
    """Along the first axis. `np.quantile` imports a module, which a confined process cannot."""
    at = round(share * (len(values) - 1))
    return np.asarray(np.sort(values, axis=0)[at])
