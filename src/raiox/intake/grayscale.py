"""Any picture or array of values to one byte a pixel, the same way each time.

Eight-bit values stay as they are. Deeper ones are stretched over the range that
carries the picture, because files with 16 bits seldom say how many of them they
use (detectors fill 10 to 14): a full-range rule would show those black.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from raiox.entities import FloatArray, GrayArray, PixelValues, ValueScale
from raiox.intake.bit_layout import (
    MAX_ROUGHNESS,
    MIN_NEGATIVE_SHARE,
    Layout,
    has_negative,
    is_wrapped,
    roughness,
    sample,
)
from raiox.intake.colour_notes import LUMA, colour_notes
from raiox.intake.errors import CorruptImageError, UnsupportedFormatError
from raiox.intake.tone import NO_DATA, robust_range, white_beside_marks

BLOCK_ROWS: Final = 256
"""Arithmetic in floats on all pixels at once would need eight times the memory of the image."""
DEEP_MODES: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
GRAY_MODES: Final = frozenset({"1", "L"})
COLOUR_MODES: Final = frozenset(
    {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "LA", "La", "CMYK", "YCbCr"}
)
WORD_BITS: Final = 16

COLOUR_SAMPLE_SIDE_PX: Final = 512  # enough to see a colour that a reader would see

MAX_BYTE: Final = 255
MAX_SAMPLE: Final = 2**16 - 1

Samples = npt.NDArray[Any]


class Flattened(NamedTuple):
    """A picture in shades of gray."""

    pixels: GrayArray
    """(H, W) uint8."""
    notes: tuple[str, ...] = ()
    """Codes of what was lost of its colours."""
    values: PixelValues | None = None
    """Of integers that need more than 8 bits."""


def flatten(image: Image.Image) -> Flattened:
    """Make any Pillow image gray: ITU-R 601 luma, what is transparent is black.

    Transparency that is the same everywhere says nothing, and the image is taken as opaque.

    Raises:
        UnsupportedFormatError: a mode without a rule.
        CorruptImageError: values that are no numbers.
    """
    if image.mode in GRAY_MODES:
        return Flattened(np.asarray(image if image.mode == "L" else image.convert("L")))
    if image.mode in DEEP_MODES:
        return stretch(np.asarray(image))
    if image.mode not in COLOUR_MODES:
        raise UnsupportedFormatError(format=f"{image.mode} colour")
    if image.mode in {"P", "PA", "CMYK", "YCbCr", "LA", "La", "RGBa"}:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    luma = image.convert("L")
    if alpha := _alpha(image):
        luma = ImageChops.multiply(luma, alpha)
    return Flattened(np.asarray(luma), colour_notes(_sample(image)))


def flatten_halves(high: Image.Image, low: Image.Image) -> Flattened:
    """Make a colour image of 16 bits a channel gray, without losing a bit.

    Pillow holds 8 bits of each channel: such an image is decoded twice.

    Args:
        high: the upper bytes of every sample, mode RGB or RGBA.
        low: the lower bytes, the same mode.
    """
    values = np.zeros((high.height, high.width), np.float32)
    for image, weight in ((high, 256.0), (low, 1.0)):
        _add_luma(values, image, weight)
    bottom, top = _range(values)
    top = white_beside_marks(bottom, top, float((values > top).mean()))
    some = _sample(high).astype(np.float32) * 256.0 + _sample(low)
    in_bytes = (np.clip(some, bottom, top) - bottom) * (255.0 / max(top - bottom, 1.0))
    shades = _to_bytes(values, bottom, top)
    if alpha := _alpha(high):
        shades = np.array(ImageChops.multiply(Image.fromarray(shades), alpha))
    return Flattened(shades, colour_notes(in_bytes))


def flatten_gray_alpha(pairs: Samples) -> Flattened:
    """Stretch gray with alpha; what is transparent is black and has no part in the range.

    Args:
        pairs: (H, W, 2) uint16, gray and alpha.
    """
    gray, alpha = pairs[..., 0], pairs[..., 1]
    if not np.ptp(alpha):
        return stretch(gray)
    shades = _to_bytes(gray, *_range(gray[alpha > 0]))
    pictures = map(Image.fromarray, (shades, _upper_bytes(alpha)))
    return Flattened(np.array(ImageChops.multiply(*pictures)))


def stretch(values: Samples, *, white_is_zero: bool = False) -> Flattened:
    """Stretch (H, W) numbers to 0..255 over the range that carries the picture.

    Args:
        white_is_zero: the smallest number is the brightest.

    What is not a number is black. Marks that are burnt in beyond that range are white, a gap above
    the picture.

    Raises:
        CorruptImageError: most are not a number, or infinite.
    """
    values = _as_meant(values.astype(values.dtype.newbyteorder("="), copy=False))
    low, high = _range(values)
    black, white = (high, low) if white_is_zero else (low, high)
    beyond = values < white if white_is_zero else values > white
    if values.dtype.kind == "f":
        beyond &= np.abs(values) < NO_DATA
    white = white_beside_marks(black, white, float(beyond.mean()))
    return Flattened(_to_bytes(values, black, white), values=_deep_values(values, black, white))


def _deep_values(values: Samples, black: float, white: float) -> PixelValues | None:
    """The numbers as they are, where 16 bits hold them and 8 do not."""
    if values.dtype.kind not in "iu" or black == white:
        return None
    first, last = int(values.min()), int(values.max())
    if last - first <= MAX_BYTE or last - first > MAX_SAMPLE:
        return None
    intercept = 0 if first >= 0 and last <= MAX_SAMPLE else first
    samples = np.ascontiguousarray(values - intercept if intercept else values, np.uint16)
    return PixelValues(samples, ValueScale(1.0, float(intercept), float(black), float(white)))


def _as_meant(values: Samples) -> Samples:
    """Numbers below zero in words without a sign, and bytes in the other order, where neighbours show it."""
    if values.dtype != np.uint16 or int(values.max()) < 1 << (WORD_BITS - 1):
        return values
    unsigned, signed = (Layout(0, WORD_BITS, is_signed) for is_signed in (False, True))
    swapped = Layout(0, WORD_BITS, is_signed=False, is_swapped=True)
    rows = sample(values)
    if is_wrapped(rows, unsigned, signed) and has_negative(signed.values(rows), MIN_NEGATIVE_SHARE):
        return signed.values(values)
    is_swapped = roughness(rows, swapped) < MAX_ROUGHNESS * roughness(rows, unsigned)
    return swapped.values(values) if is_swapped else values


def _alpha(image: Image.Image) -> Image.Image | None:
    """The transparency, unless there is none or it is the same everywhere."""
    if image.mode != "RGBA":
        return None
    alpha = image.getchannel("A")
    lowest, highest = alpha.getextrema()
    return None if lowest == highest else alpha


def _range(values: Samples) -> tuple[float, float]:
    found = robust_range(values)
    if found is None:
        raise CorruptImageError
    return found


def _to_bytes(values: Samples, black: float, white: float) -> GrayArray:
    """Map black to 0 and white to 255, either of which may be the larger number."""
    if values.dtype == np.uint16:
        return _shades(np.arange(2**16), black, white).take(values)
    shades = np.empty(values.shape, np.uint8)
    for top in range(0, len(values), BLOCK_ROWS):
        rows = slice(top, top + BLOCK_ROWS)
        shades[rows] = _shades(values[rows], black, white)
    return shades


def _shades(values: Samples, black: float, white: float) -> GrayArray:
    scale = 255.0 / (white - black) if white != black else 0.0
    shades = np.clip((values - np.float64(black)) * scale, 0.0, 255.0)
    return np.rint(np.nan_to_num(shades, copy=False, nan=0.0)).astype(np.uint8)


def _upper_bytes(values: Samples) -> GrayArray:
    return (values >> 8).astype(np.uint8)


def _add_luma(values: FloatArray, image: Image.Image, weight: float) -> None:
    weights = np.array(LUMA, np.float32) * np.float32(weight)
    for top in range(0, image.height, BLOCK_ROWS):
        bottom = min(top + BLOCK_ROWS, image.height)
        band = image.crop((0, top, image.width, bottom)).convert("RGB")
        values[top:bottom] += np.asarray(band, np.float32) @ weights


def _sample(image: Image.Image) -> Samples:
    width, height = (min(side, COLOUR_SAMPLE_SIDE_PX) for side in image.size)
    return np.asarray(image.resize((width, height), Image.Resampling.NEAREST))[..., :3]
