"""The range of values that carries a picture, whatever else a file holds.

A hot pixel, a marker burnt in at full scale or a border of another value lies far
from everything else. A range from the smallest to the largest value would spend
nearly all shades on the empty values between.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import GrayArray

Counts = npt.NDArray[np.int64]

N_BINS: Final = 2**16
TAIL_SHARE: Final = 0.0005  # of the pixels at either end; may lie out of the fence
FENCE_SPANS: Final = 1.0  # how far beyond the other pixels a tail still belongs to the picture
GAP_SHARE: Final = 0.5  # of the picture's own range, left empty: what lies beyond is no part of it
MIN_LEVELS: Final = 16  # fewer different values are a drawing, not a radiograph
MARKER_SHARE: Final = 0.02  # of the pixels; more than a marker covers belongs to the picture
BORDER_LEVELS: Final = 2  # a border may cover any share, but has hardly more than one value
NO_DATA: Final = 1e37  # geographers write the largest float where they have no value
MIN_MARK_SHARE: Final = 0.0002  # of the pixels: what is burnt in far beyond the range, no hot pixel
MARK_ROOM: Final = 32 / 223  # of the range, between its brightest and what is burnt in: 32 grays
FEW_SHADES: Final = 64  # six bits
MIN_SHADE_SHARE: Final = 0.0001  # of the pixels: a shade that fewer have is none of the picture's
MAX_PASSES: Final = 8
BLOCK: Final = 2**20  # values at once: their copies stay small


def robust_range(values: npt.NDArray[Any]) -> tuple[float, float] | None:
    """Find the darkest and the brightest value of the picture in (H, W) numbers.

    Values that are not finite, or as large as no picture is, count as missing.

    Returns: `None` where fewer than half of the values are finite.
    """
    if values.dtype.kind == "f":
        finite = np.abs(values) < NO_DATA  # false for what is not a number, too
        if finite.mean() < 0.5:  # noqa: PLR2004 - half, as said above
            return None
        if not finite.all():
            values = values[finite]
    low, high = float(values.min()), float(values.max())
    for _ in range(MAX_PASSES):
        counts, width = _histogram(values, low, high)
        first, last = content_bins(counts)
        narrowed = low + first * width, min(high, low + last * width)
        if narrowed == (low, high) or width == 1.0:  # the bins are the values: nothing is finer
            return narrowed
        low, high = low + first * width, min(high, low + (last + 1) * width)
    return low, high


def has_few_shades(pixels: GrayArray) -> bool:
    """Whether hardly any shades are left of (H, W) bytes, as darkening, dots or 4 bits leave them.

    One of 22,866 radiographs has so few (60).
    """
    # `bincount` would copy them to 8 bytes each.
    counts = np.asarray(Image.fromarray(pixels).histogram())
    return int((counts >= MIN_SHADE_SHARE * pixels.size).sum()) <= FEW_SHADES


def white_beside_marks(black: float, white: float, share_beyond: float) -> float:
    """The value to show as white: where marks are burnt in beyond the picture, a gap above it.

    Then the marks alone are white, and can be seen for what they are.

    Args:
        black: the darkest value of the picture.
        white: its brightest, which may be the smaller number.
        share_beyond: of the pixels, brighter than that.
    """
    are_marks = MIN_MARK_SHARE <= share_beyond <= MARKER_SHARE
    return white + (white - black) * MARK_ROOM if are_marks else white


def content_bins(counts: Counts) -> tuple[int, int]:
    """Find the first and the last bin of a histogram that belong to the picture.

    Args:
        counts: (N,) pixels of each value, in the order of the values.
    """
    present = np.flatnonzero(counts)
    for _ in range(MAX_PASSES):
        kept = _main_cluster(_within_fence(present, counts), counts)
        if len(kept) == len(present):
            break
        present = kept
    return int(present[0]), int(present[-1])


def _within_fence(present: npt.NDArray[np.intp], counts: Counts) -> npt.NDArray[np.intp]:
    """Drop a few pixels that lie farther out than the range of all others."""
    cumulated = np.cumsum(counts[present])
    n_tail = TAIL_SHARE * cumulated[-1]
    low = present[np.searchsorted(cumulated, n_tail, side="right")]
    high = present[np.searchsorted(cumulated, cumulated[-1] - n_tail)]
    if high == low:
        return present
    margin = FENCE_SPANS * (high - low)
    kept: npt.NDArray[np.intp] = present[(present >= low - margin) & (present <= high + margin)]
    return kept


def _main_cluster(present: npt.NDArray[np.intp], counts: Counts) -> npt.NDArray[np.intp]:
    """Drop a marker or a border that a wide gap separates from the side with more values."""
    if len(present) < MIN_LEVELS:
        return present
    gaps = np.diff(present)
    at = int(np.argmax(gaps)) + 1
    left, right = present[:at], present[at:]
    richer, poorer = (left, right) if len(left) >= len(right) else (right, left)
    is_beside = (
        counts[poorer].sum() < MARKER_SHARE * counts[present].sum() or len(poorer) <= BORDER_LEVELS
    )
    is_picture = (
        is_beside
        and len(richer) >= MIN_LEVELS
        and gaps[at - 1] > GAP_SHARE * (richer[-1] - richer[0])
    )
    return richer if is_picture else present


def _histogram(values: npt.NDArray[Any], low: float, high: float) -> tuple[Counts, float]:
    """Counts of equal bins from `low` on, and their width: 1 where whole numbers fit."""
    are_bins = values.dtype.kind in "iu" and high - low < N_BINS
    width = 1.0 if are_bins else (high - low) / (N_BINS - 1) or 1.0
    counts = np.zeros(int((high - low) / width) + 2, np.int64)
    for start in range(0, values.size, BLOCK):
        block = values.reshape(-1)[start : start + BLOCK]
        block = block[(block >= low) & (block <= high)].astype(np.float32 if not are_bins else int)
        bins = block - int(low) if are_bins else ((block - low) / width).astype(np.int32)
        counts += np.bincount(bins, minlength=len(counts))
    return counts, width
