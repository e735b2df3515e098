"""Stored values to shades, as the file says it wants to be shown.

The order is the Standard's: modality LUT or rescale, then VOI LUT or window,
then MONOCHROME1 turned over; padding is black. A radiograph has at most 65,536
different values, so each is worked out once, in a table, and the image looked up.
Source: DICOM PS3.3, C.7.5.1.1.2, C.7.6.3.1.2 and C.11; PS3.4, N.2.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from raiox.entities import GrayArray, PixelValues, ValueScale
from raiox.intake.bit_layout import Layout
from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.modality_lut import apply_modality_lut
from raiox.intake.dicom.voi_lut import read_voi, shows_the_image
from raiox.intake.grayscale import BLOCK_ROWS
from raiox.intake.tone import content_bins, white_beside_marks

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BYTE_BITS: Final = 8
MAX_BYTE: Final = 255
MAX_PADDED: Final = 0.95  # of the pixels; a padding that covers more is no padding


BETWEEN: Final = (0.02, 0.98)  # shades that are neither black nor white


class Rendered(NamedTuple):
    """A frame as it is shown."""

    pixels: GrayArray
    """(H, W) uint8, bright is dense."""
    is_mended: bool
    """Whether a display setting of the file had to be mended or ignored."""
    values: PixelValues | None
    """None where 8 bits hold what is there."""


def render(
    stored: npt.NDArray[Any], layout: Layout, photometric: str, elements: Elements
) -> Rendered:
    """Turn stored values into shades.

    Args:
        stored: (H, W) integers.
        layout: of the values.
        photometric: MONOCHROME1 or MONOCHROME2.
        elements: of the data set.
    """
    n_values = 2 ** (BYTE_BITS * stored.itemsize)
    half = n_values // 2 if layout.is_signed else 0
    index = stored.view(f"u{stored.itemsize}") + np.array(half).astype(f"u{stored.itemsize}")
    values = np.arange(n_values, dtype=np.float64) - half  # in order, so that index is a rank
    counts = _count(index, n_values)
    padding = _padding(values, counts, elements, is_signed=layout.is_signed)
    counts[padding] = 0
    modality, is_unusable = apply_modality_lut(values, elements, is_signed=layout.is_signed)
    white_is_low = photometric == "MONOCHROME1"
    shades, is_ignored = _shades(
        values, modality, counts, layout, elements, white_is_low=white_is_low
    )
    if white_is_low:
        shades = 1.0 - shades
    shades[padding] = 0.0
    pixels = _look_up(index, np.rint(shades * 255.0).astype(np.uint8))
    scale = _scale(modality, shades, counts)
    is_deep = index.dtype == np.uint16 and np.ptp(np.flatnonzero(counts)) > MAX_BYTE
    values_kept = PixelValues(index, scale) if is_deep and scale else None
    return Rendered(pixels, is_unusable or is_ignored, values_kept)


def _scale(modality: Values, shades: Values, counts: Counts) -> ValueScale | None:
    """What the ranks of the values mean, and the linear window that is closest to their shades.

    Where the modality transformation is a table, the stored values count; its window is none of
    theirs, but its shades are.
    """
    slope = float(modality[1] - modality[0])
    ranks = np.arange(len(modality), dtype=np.float64)
    is_linear = slope != 0 and np.allclose(modality, modality[0] + slope * ranks)
    slope, intercept = (slope, float(modality[0])) if is_linear else (1.0, 0.0)
    present = np.flatnonzero(counts)
    if len(present) < 2:  # noqa: PLR2004 - no window lies between fewer
        return None
    low, high = BETWEEN
    inside = present[(shades[present] > low) & (shades[present] < high)]
    first, last = (inside if len(inside) > 1 else present)[[0, -1]]
    rise = (shades[last] - shades[first]) / (last - first)
    if rise == 0:
        return None
    black = float(first - shades[first] / rise)
    ends = (intercept + slope * rank for rank in (black, black + 1.0 / float(rise)))
    return ValueScale(slope, intercept, *ends)


def _shades(
    values: Values,
    modality: Values,
    counts: Counts,
    layout: Layout,
    elements: Elements,
    *,
    white_is_low: bool,
) -> tuple[Values, bool]:
    """Each value as a shade in [0, 1], still as the photometric interpretation counts.

    Returns: the shades, and whether a display setting was mended or ignored.
    """
    wanted, is_mended = read_voi(modality, elements)
    if wanted is not None and shows_the_image(wanted, _without_background(counts)):
        return wanted, is_mended
    is_ignored = is_mended or wanted is not None
    is_whole_byte = layout.n_bits == BYTE_BITS and not layout.is_signed
    if is_whole_byte and np.array_equal(modality, values):
        return np.minimum(modality / 255.0, 1.0), is_ignored
    return _stretched(modality, counts, white_is_low=white_is_low), is_ignored


def _stretched(modality: Values, counts: Counts, *, white_is_low: bool) -> Values:
    """From the darkest to the brightest value of the picture; a hot pixel is none of it."""
    if not counts.any():
        return np.zeros(len(counts))
    ends = modality[list(content_bins(counts))]
    low, high = float(ends.min()), float(ends.max())
    shares = counts / counts.sum()
    if white_is_low:
        low = white_beside_marks(high, low, float(shares[modality < low].sum()))
    else:
        high = white_beside_marks(low, high, float(shares[modality > high].sum()))
    span = max(high - low, np.finfo(np.float64).tiny)
    shades: Values = np.clip((modality - low) / span, 0.0, 1.0)
    return shades


def _without_background(counts: Counts) -> Counts:
    """The pixels but for those of the smallest and the largest value: air, collimation, markers."""
    present = np.flatnonzero(counts)
    if len(present) <= 2:  # noqa: PLR2004 - both ends
        return counts
    body = counts.copy()
    body[present[[0, -1]]] = 0
    return body


def _padding(values: Values, counts: Counts, elements: Elements, *, is_signed: bool) -> Mask:
    """C.7.5.1.1.2: the values that only fill the frame."""
    one_end = elements.number("PixelPaddingValue", is_signed=is_signed)
    if one_end is None:
        return np.zeros(len(values), dtype=np.bool_)
    limit = elements.number("PixelPaddingRangeLimit", is_signed=is_signed)
    other_end = one_end if limit is None else limit
    padding = (values >= min(one_end, other_end)) & (values <= max(one_end, other_end))
    is_all = counts[padding].sum() > MAX_PADDED * counts.sum()
    return np.zeros(len(values), dtype=np.bool_) if is_all else padding


def _count(index: npt.NDArray[Any], n_values: int) -> Counts:
    counts = np.zeros(n_values, dtype=np.int64)
    for top in range(0, len(index), BLOCK_ROWS):
        counts += np.bincount(index[top : top + BLOCK_ROWS].ravel(), minlength=n_values)
    return counts


def _look_up(index: npt.NDArray[Any], table: GrayArray) -> GrayArray:
    shades = np.empty(index.shape, np.uint8)
    for top in range(0, len(index), BLOCK_ROWS):
        block = slice(top, top + BLOCK_ROWS)
        # All fit; clip checks least.
        np.take(table, index[block], out=shades[block], mode="clip")
    return shades
