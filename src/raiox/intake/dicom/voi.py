"""Stored DICOM values to shades, as the file says it wants to be shown.

The order is the Standard's: modality LUT or rescale, then VOI LUT or window,
then MONOCHROME1 turned over; padding is black. A radiograph has at most 65,536
different values, so each is worked out once, in a table, and the image looked up.
Source: DICOM PS3.3, C.11.1, C.11.2 and C.7.5.1.1.2.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_modality_lut, apply_voi

from raiox.entities import GrayArray
from raiox.intake.dicom.header import number
from raiox.intake.errors import CorruptImageError
from raiox.intake.grayscale import BLOCK_ROWS

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

EIGHT_BITS: Final = 8
FLAT: Final = 1.0 / 255.0  # a display that spans less than one grey level shows nothing


def render(stored: npt.NDArray[Any], header: Dataset) -> GrayArray:
    """Turn (H, W) stored integers into (H, W) uint8, bright is dense."""
    stored = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    unsigned = stored.view(f"u{stored.itemsize}")  # an index; negative values come after the others
    values = np.arange(2 ** (8 * stored.itemsize)).astype(unsigned.dtype).view(stored.dtype)
    padding = _padding(values, header)
    shown = _present(unsigned, len(values)) & ~padding
    shades = _shades(values.astype(np.int32), shown, header)
    if header.PhotometricInterpretation == "MONOCHROME1":
        shades = 1.0 - shades
    shades[padding] = 0.0
    return _look_up(unsigned, np.rint(shades * 255.0).astype(np.uint8))


def _shades(values: npt.NDArray[np.int32], shown: Mask, header: Dataset) -> Values:
    """Each value as a shade in [0, 1], still as the photometric interpretation counts."""
    if not shown.any():
        return np.zeros(len(values))
    modality: Values = apply_modality_lut(values, header).astype(np.float64)
    if not np.isfinite(modality).all():
        raise CorruptImageError
    asked = _voi(modality, header)
    if asked is not None and np.ptp(asked[shown]) > FLAT:
        return asked
    if header.BitsStored == EIGHT_BITS and values.min() >= 0 and np.array_equal(modality, values):
        return _clip(modality / 255.0)
    low, high = modality[shown].min(), modality[shown].max()
    return _clip((modality - low) / max(high - low, np.finfo(np.float64).tiny))


def _voi(modality: Values, header: Dataset) -> Values | None:
    """The first VOI LUT, else the first window, else nothing. Source: C.11.2.1."""
    if header.get("VOILUTSequence"):
        lut = apply_voi(np.rint(modality).astype(np.int32), header)
        n_bits = header.VOILUTSequence[0].LUTDescriptor[2]
        return _clip(lut.astype(np.float64) / (2**n_bits - 1))
    centre, width = _first(header.get("WindowCenter")), _first(header.get("WindowWidth"))
    if centre is None or width is None or not np.isfinite([centre, width]).all():
        return None
    return _window(modality, centre, width, str(header.get("VOILUTFunction") or "LINEAR"))


def _window(modality: Values, centre: float, width: float, function: str) -> Values | None:
    """C.11.2.1.2 and C.11.2.1.3, with 0 and 1 as the smallest and largest output."""
    if width <= 0 or (function == "LINEAR" and width <= 1):
        return None
    if function == "SIGMOID":
        slope = np.clip(-4.0 * (modality - centre) / width, -700.0, 700.0)  # exp overflows at 709
        return np.asarray(1.0 / (1.0 + np.exp(slope)))
    if function == "LINEAR":
        centre, width = centre - 0.5, width - 1.0
    return _clip((modality - centre) / width + 0.5)


def _clip(shades: Values) -> Values:
    return np.minimum(np.maximum(shades, 0.0), 1.0)


def _first(value: Any) -> float | None:
    if isinstance(value, MultiValue):
        value = value[0] if value else None
    return None if value in (None, "") else float(value)


def _padding(values: npt.NDArray[Any], header: Dataset) -> Mask:
    """C.7.5.1.1.2: the values that only fill the frame."""
    if header.get("PixelPaddingValue") is None:
        return np.zeros(len(values), dtype=np.bool_)
    one_end = number(header, "PixelPaddingValue")
    other_end = number(header, "PixelPaddingRangeLimit", default=one_end)
    return (values >= min(one_end, other_end)) & (values <= max(one_end, other_end))


def _present(unsigned: npt.NDArray[Any], n_values: int) -> Mask:
    present = np.zeros(n_values, dtype=np.bool_)
    for top in range(0, len(unsigned), BLOCK_ROWS):
        present[unsigned[top : top + BLOCK_ROWS]] = True
    return present


def _look_up(unsigned: npt.NDArray[Any], table: GrayArray) -> GrayArray:
    shades = np.empty(unsigned.shape, np.uint8)
    for top in range(0, len(unsigned), BLOCK_ROWS):
        block = slice(top, top + BLOCK_ROWS)
        np.take(
            table, unsigned[block], out=shades[block], mode="clip"
        )  # all fit; clip checks least
    return shades
