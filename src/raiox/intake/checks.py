"""Sizes that an image may declare and have, the same for every format."""

from typing import Final

from raiox.entities import GrayArray
from raiox.intake.errors import (
    BadGeometryError,
    CorruptImageError,
    TooFewPixelsError,
    TooManyPixelsError,
)
from raiox.intake.sandbox.decoder_api import DecodeLimits

MAX_ASPECT: Final = 10  # our choice: a chest radiograph is 1.3 times as long as wide


def check_geometry(width: int, height: int, limits: DecodeLimits) -> None:
    """Let only sizes pass that a radiograph may have.

    Args:
        width: columns in pixels, as the file declares them.
        height: rows in pixels, as the file declares them.
        limits: of one decode.

    Raises:
        CorruptImageError: a side is zero or less.
        TooManyPixelsError: more than `max_pixels`.
        BadGeometryError: one side is more than `MAX_ASPECT` times the other.
    """
    shorter, longer = sorted((width, height))
    if shorter <= 0:
        raise CorruptImageError
    if width * height > limits.max_pixels:
        raise TooManyPixelsError(max_pixels=limits.max_pixels)
    if longer > MAX_ASPECT * shorter:
        raise BadGeometryError(width=width, height=height, max_aspect=MAX_ASPECT)


def check_side(pixels: GrayArray, limits: DecodeLimits) -> None:
    """Refuse thumbnails; after decoding, so that a damaged one is called damaged.

    Raises:
        TooFewPixelsError: a side is shorter than `min_side_px`.
    """
    if min(pixels.shape) < limits.min_side_px:
        raise TooFewPixelsError(min_side_px=limits.min_side_px)
