"""How large a pixel is, and pixels that are not square: shown as tall and as wide as the patient is.

A viewer corrects them, so a radiologist never sees a flattened chest, and the
networks saw none. Source: DICOM PS3.3, C.7.6.3.1.7 (Pixel Aspect Ratio) and 10.7.1 (spacings).
"""

from typing import Final

import numpy as np
from PIL import Image

from raiox.entities import GrayArray
from raiox.intake.dicom.elements import Elements
from raiox.intake.sandbox.decoder_api import MAX_PIXEL_SPACING_MM

SPACINGS: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
"""Millimetres: calibrated, at the detector, of a scanned sheet."""
RATIOS: Final = (*SPACINGS, "PixelAspectRatio")
"""Each gives the vertical distance first, then the horizontal; the first that is there counts."""
TOLERANCE: Final = 0.01  # rounding of the spacings
MAX_RATIO: Final = 4.0  # our choice: beyond it the element is wrong rather than the pixel


def read_pixel_aspect(elements: Elements) -> float:
    """Height of a pixel over its width; 1 where they are equal, or nothing sensible is said."""
    for keyword in RATIOS:
        match elements.numbers(keyword):
            case [float(vertical), float(horizontal)] if vertical > 0 and horizontal > 0:
                ratio = vertical / horizontal
                is_square = abs(ratio - 1.0) <= TOLERANCE
                is_possible = 1.0 / MAX_RATIO <= ratio <= MAX_RATIO
                return 1.0 if is_square or not is_possible else ratio
    return 1.0


def read_horizontal_spacing_mm(elements: Elements) -> float | None:
    """Width of a pixel in millimetres; None where nothing sensible is said."""
    for keyword in SPACINGS:
        match elements.numbers(keyword):
            case [float(vertical), float(horizontal)] if vertical > 0 and horizontal > 0:
                return horizontal if horizontal <= MAX_PIXEL_SPACING_MM else None
    return None


def square_pixels(pixels: GrayArray, aspect: float, max_pixels: int) -> GrayArray:
    """Stretch the image along the longer side of its pixels.

    Args:
        pixels: (H, W) uint8.
        aspect: height of a pixel over its width.
        max_pixels: of the outcome, which becomes coarser where that would be exceeded.
    """
    height, width = pixels.shape
    tall, wide = height * max(aspect, 1.0), width * max(1.0 / aspect, 1.0)
    scale = min(1.0, (max_pixels / (tall * wide)) ** 0.5)
    size = max(1, int(wide * scale)), max(1, int(tall * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
