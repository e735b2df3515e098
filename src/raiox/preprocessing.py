"""Pixels to network input: the same code in training and in serving.

Serving must see exactly what training saw, so this module imports numpy and
Pillow only. Training keeps the result of `fit_to_square` (whole bytes) and adds
its augmentation before `normalise`; serving calls both in one go.
Source: the paper, section 4.2 (resize, mean and standard deviation).
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, Field, PositiveFloat, PositiveInt

from raiox.entities import FloatArray, GrayArray

Fit = Literal["letterbox", "stretch"]


class Preprocessing(BaseModel, frozen=True):
    """How a network wants its input; travels in the bundle's manifest."""

    side_px: PositiveInt = Field(description="Input is square: (1, side_px, side_px).")
    fit: Fit = Field(description="letterbox keeps the aspect ratio, stretch (the paper) does not.")
    mean: float = Field(0.5, ge=0, le=1, description="Subtracted after scaling to [0, 1].")
    std: PositiveFloat = Field(0.5, description="Divided by, after the mean.")


def fit_to_square(pixels: GrayArray, spec: Preprocessing) -> GrayArray:
    """Resize with antialiasing to the network's square, black around what it does not fill.

    Args:
        pixels: (H, W) uint8.

    Returns: (side_px, side_px) uint8.
    """
    side = spec.side_px
    height, width = pixels.shape
    scale = side / max(height, width)
    size = (side, side)
    if spec.fit == "letterbox":
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    square = np.zeros((side, side), np.uint8)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def normalise(square: npt.NDArray[np.uint8], spec: Preprocessing) -> FloatArray:
    """Bytes to the numbers a network was trained on; any leading axes.

    Args:
        square: (..., side_px, side_px) uint8.

    Returns: (..., side_px, side_px) float32, (x / 255 - mean) / std.
    """
    scaled = square.astype(np.float32) / np.float32(255.0)
    return (scaled - np.float32(spec.mean)) / np.float32(spec.std)


def network_input(pixels: GrayArray, spec: Preprocessing) -> FloatArray:
    """One radiograph as (1, side_px, side_px) float32."""
    return normalise(fit_to_square(pixels, spec), spec)[np.newaxis]


def content_box(height: int, width: int, spec: Preprocessing) -> tuple[int, int, int, int]:
    """Where the image lies in the square: left, top, right, bottom in pixels of the input."""
    side = spec.side_px
    if spec.fit == "stretch":
        return 0, 0, side, side
    scale = side / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (side - w) // 2, (side - h) // 2
    return left, top, left + w, top + h
