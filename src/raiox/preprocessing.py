"""Pixels to network input: the same code in training and in serving.

Serving must see exactly what training saw, so this module imports numpy and
Pillow only. Training keeps the result of `fit_to_square` (whole bytes) and adds
its augmentation before `normalise`; serving calls both in one go.
Source: the paper, section 4.2 (resize, mean and standard deviation); levels: robust
percentiles and a gamma that moves the median to the middle (docs/evidence/tone.md).
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, Field, PositiveFloat, PositiveInt

from raiox.entities import FloatArray, GrayArray

Fit = Literal["letterbox", "stretch"]
Tone = Literal["as_stored", "levels"]

BLACK_POINT: Final = 0.01
WHITE_POINT: Final = 0.99
"""Quantiles of the central pixels that become black and white: no marker, no hot pixel decides."""

MIN_GAMMA: Final = 0.25
MAX_GAMMA: Final = 4.0
"""Between which the median is moved to the middle."""

CENTRE_MARGIN: Final = 1 / 8
"""Share of a side, at each end, whose pixels are not looked at: frames and collimation lie there."""

N_GRAYS: Final = 256

REDUCING_GAP: Final = 2
"""A picture that is more than twice as large as this many squares is averaged over whole blocks before it
is resized, as Pillow means it by this name: a third of the time, and hardly another gray."""


class Preprocessing(BaseModel, frozen=True):
    """How a network wants its input; travels in the bundle's manifest."""

    side_px: PositiveInt = Field(description="Input is square: (1, side_px, side_px).")
    fit: Fit = Field(description="letterbox keeps the aspect ratio, stretch (the paper) does not.")
    mean: float = Field(0.5, ge=0, le=1, description="Subtracted after scaling to [0, 1].")
    std: PositiveFloat = Field(0.5, description="Divided by, after the mean.")
    tone: Tone = Field(
        "as_stored",
        description="levels: black, white and middle gray are set, so that exposure is not seen.",
    )


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
    across, down = (
        max(1, length // (wanted * REDUCING_GAP))
        for length, wanted in zip((width, height), size, strict=True)
    )
    image = Image.fromarray(pixels).reduce((across, down))
    if spec.tone == "levels":
        image = image.point(levels_table(np.asarray(image)).tolist())
    # The last blocks may be smaller: they are not stretched.
    box = (0, 0, width / across, height / down)
    small = np.asarray(image.resize(size, Image.Resampling.BILINEAR, box))
    square = np.zeros((side, side), np.uint8)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def levels_table(pixels: GrayArray) -> GrayArray:
    """What each gray becomes: the same for a radiograph however it was exposed, or exported.

    Multiplied, offset or bent by a gamma, a radiograph gets another table and nearly the same
    levels. A constant image becomes middle gray.

    Args:
        pixels: (H, W) uint8.

    Returns: (256,) uint8, never falling.
    """
    height, width = pixels.shape
    y, x = int(height * CENTRE_MARGIN), int(width * CENTRE_MARGIN)
    centre = Image.fromarray(pixels).crop((x, y, width - x, height - y))
    shares = np.cumsum(centre.histogram()) / (centre.width * centre.height)
    low, middle, high = (_gray_at(shares, q) for q in (BLACK_POINT, 0.5, WHITE_POINT))
    span = max(high - low, 1e-6)
    gamma = np.log(0.5) / np.log(np.clip((middle - low) / span, 1e-3, 1 - 1e-3))
    level = np.clip((np.arange(N_GRAYS) + 0.5 - low) / span, 0, 1)
    table: GrayArray = np.round(255 * level ** np.clip(gamma, MIN_GAMMA, MAX_GAMMA)).astype(
        np.uint8
    )
    return table


def _gray_at(shares: npt.NDArray[np.float64], quantile: float) -> float:
    """Where the share of pixels reaches a quantile; a gray's pixels are spread over [gray, gray + 1)."""
    gray = int(np.searchsorted(shares, quantile))
    below = shares[gray - 1] if gray else 0.0
    return float(gray + (quantile - below) / (shares[gray] - below))


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
