"""Any picture or array of values to one byte a pixel, the same way each time.

Eight-bit values stay as they are. Deeper ones are stretched from the darkest to
the brightest value present, because files with 16 bits seldom say how many of
them they use (detectors fill 10 to 14): a full-range rule would show those black.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from raiox.entities import GrayArray
from raiox.intake.errors import CorruptImageError, UnsupportedFormatError

BLOCK_ROWS: Final = (
    256  # arithmetic in floats on all pixels at once would need eight times the image
)
DEEP_MODES: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
GRAY_MODES: Final = frozenset({"1", "L"})
COLOUR_MODES: Final = frozenset(
    {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "LA", "La", "CMYK", "YCbCr"}
)

COLOUR_SAMPLE_SIDE_PX: Final = 512  # enough to see a colour that a reader would see
COLOUR_SPREAD: Final = 32  # of 255 between channels; chroma noise of JPEG stays below
COLOUR_SHARE: Final = 0.002  # of the pixels: a small coloured marker counts, a stray pixel does not


def flatten(image: Image.Image) -> tuple[GrayArray, bool]:
    """Make any Pillow image grey: ITU-R 601 luma, what is transparent is black.

    Returns: (H, W) uint8, and whether colour was lost.

    Raises:
        UnsupportedFormatError: a mode without a rule.
        CorruptImageError: values that are no numbers.
    """
    if image.mode in GRAY_MODES:
        return np.array(image.convert("L")), False
    if image.mode in DEEP_MODES:
        return stretch(np.asarray(image)), False
    if image.mode not in COLOUR_MODES:
        raise UnsupportedFormatError(format=f"{image.mode} colour")
    if image.mode in {"P", "PA", "CMYK", "YCbCr", "LA", "La", "RGBa"}:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    luma = image.convert("L")
    if image.mode == "RGBA":
        luma = ImageChops.multiply(luma, image.getchannel("A"))
    return np.array(luma), _is_coloured(image)


def stretch(values: npt.NDArray[Any]) -> GrayArray:
    """Stretch (H, W) numbers to 0..255 from the smallest to the largest present.

    Raises:
        CorruptImageError: not a number, or infinite.
    """
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise CorruptImageError
    scale = 255.0 / (high - low) if high > low else 0.0
    shades = np.empty(values.shape, np.uint8)
    for top in range(0, len(values), BLOCK_ROWS):
        block = values[top : top + BLOCK_ROWS].astype(np.float64)
        shades[top : top + BLOCK_ROWS] = np.rint((block - low) * scale)
    return shades


def _is_coloured(image: Image.Image) -> bool:
    width, height = (min(side, COLOUR_SAMPLE_SIDE_PX) for side in image.size)
    sample = np.asarray(image.resize((width, height), Image.Resampling.NEAREST))[..., :3]
    spread = sample.max(axis=2) - sample.min(axis=2)
    return bool(np.mean(spread > COLOUR_SPREAD) > COLOUR_SHARE)
