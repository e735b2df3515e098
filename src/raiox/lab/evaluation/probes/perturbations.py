"""Changes to a radiograph that say nothing of the lungs: overlays, borders, compression, gamma.

Each takes pixels (H, W) uint8 and returns as many; the same image always gives the same result.
Source: DeGrave et al., 2021, doi:10.1038/s42256-021-00338-7; Zech et al., 2018,
doi:10.1371/journal.pmed.1002683; Maguolo and Nanni, 2021, doi:10.1016/j.inffus.2021.04.008
(lungs out).
"""

import io
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from raiox.entities import GrayArray
from raiox.lab.aliases import Mask

Alter = Callable[[GrayArray], GrayArray]

LUNG_BOX: Final = (0.12, 0.12, 0.88, 0.85)
"""Left, top, right, bottom as fractions of the side: where the lungs of nearly every image lie."""
BORDER_WIDTH: Final = 0.15
STRIP_HEIGHT: Final = 1 / 6
BLACK_BORDER_WIDTH: Final = 0.08


def draw_text(letters: str, x: float, y: float, height: float) -> Alter:
    """White letters; position of their centre and height as fractions of the side."""

    def alter(pixels: GrayArray) -> GrayArray:
        image = Image.fromarray(pixels)
        rows, columns = pixels.shape
        font = ImageFont.load_default(max(6.0, height * rows))
        at = (x * columns, y * rows)
        ImageDraw.Draw(image).text(at, letters, fill=255, font=font, anchor="mm")
        return np.array(image, np.uint8)

    return alter


def draw_arrow(x: float, y: float) -> Alter:
    """A white arrow from the right; position of its tip as fractions of the side."""

    def alter(pixels: GrayArray) -> GrayArray:
        image = Image.fromarray(pixels)
        rows, columns = pixels.shape
        pen, tip = ImageDraw.Draw(image), (x * columns, y * rows)
        length, head = 0.14 * columns, 0.03 * columns
        pen.line([tip, (tip[0] + length, tip[1])], fill=255, width=max(1, columns // 80))
        pen.polygon([tip, (tip[0] + head, tip[1] - head), (tip[0] + head, tip[1] + head)], fill=255)
        return np.array(image, np.uint8)

    return alter


def as_jpeg(quality: int) -> Alter:
    """Compress and decode again."""

    def alter(pixels: GrayArray) -> GrayArray:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        return np.array(Image.open(file), np.uint8)

    return alter


def resampled(fraction: float) -> Alter:
    """Downsample to a fraction of the size and upsample again."""

    def alter(pixels: GrayArray) -> GrayArray:
        rows, columns = pixels.shape
        small = (max(1, round(columns * fraction)), max(1, round(rows * fraction)))
        image = Image.fromarray(pixels).resize(small, Image.Resampling.BILINEAR)
        return np.array(image.resize((columns, rows), Image.Resampling.BILINEAR), np.uint8)

    return alter


def gamma(gamma: float) -> Alter:
    """Gray levels to the power of gamma: below 1 brighter, above darker."""
    curve = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return lambda pixels: curve[pixels]


def darkened(divisor: int) -> Alter:
    """Gray levels divided, as in an image of few bits stored in more."""
    return lambda pixels: (pixels // divisor).astype(np.uint8)


def lifted(pixels: GrayArray) -> GrayArray:
    """A constant added to gray levels compressed to four fifths."""
    return (pixels * 0.8 + 45).astype(np.uint8)


def with_hot_pixel(pixels: GrayArray) -> GrayArray:
    """Half as bright, except for one pixel at full scale."""
    hot = darkened(2)(pixels)
    hot[hot.shape[0] // 10, hot.shape[1] // 10] = 255
    return hot


def with_bright_marker(pixels: GrayArray) -> GrayArray:
    """A third as bright, except for a marker at full scale."""
    return draw_text("R", 0.08, 0.1, 0.09)(darkened(3)(pixels))


def only(mask: Mask, pixels: GrayArray) -> GrayArray:
    """Keep the pixels inside the mask (H, W), black elsewhere."""
    return np.where(mask, pixels, 0).astype(np.uint8)


def lung_box(shape: tuple[int, ...]) -> Mask:
    """(H, W) true inside LUNG_BOX."""
    rows, columns = shape
    left, top, right, bottom = LUNG_BOX
    mask = np.zeros((rows, columns), bool)
    mask[
        round(top * rows) : round(bottom * rows), round(left * columns) : round(right * columns)
    ] = 1
    return mask


def border(shape: tuple[int, ...], width: float) -> Mask:
    """(H, W) true within a fraction of the side from any border."""
    rows, columns = shape
    mask = np.ones((rows, columns), bool)
    down, across = round(width * rows), round(width * columns)
    mask[down : rows - down, across : columns - across] = False
    return mask


def top_strip(shape: tuple[int, ...]) -> Mask:
    """(H, W) true in the top sixth."""
    mask = np.zeros(shape, bool)
    mask[: round(STRIP_HEIGHT * shape[0])] = True
    return mask


OVERLAYS: Final[Mapping[str, Alter]] = {
    "marker": draw_text("R", 0.08, 0.1, 0.09),
    "marker_left": draw_text("L", 0.92, 0.1, 0.09),
    "arrow": draw_arrow(0.7, 0.45),
    "text": draw_text("PORTABLE 07:42", 0.5, 0.95, 0.05),
    "black_border": lambda pixels: only(~border(pixels.shape, BLACK_BORDER_WIDTH), pixels),
    "jpeg_30": as_jpeg(30),
    "jpeg_50": as_jpeg(50),
    "jpeg_70": as_jpeg(70),
    "jpeg_95": as_jpeg(95),
    "resampled": resampled(0.5),
    "brighter": gamma(0.7),
    "darker": gamma(1.4),
    "gamma_0_5": gamma(0.5),
    "gamma_2": gamma(2.0),
    "darkened_4": darkened(4),
    "darkened_16": darkened(16),
    "lifted": lifted,
    "hot_pixel": with_hot_pixel,
    "bright_marker": with_bright_marker,
    "flipped": lambda pixels: pixels[:, ::-1].copy(),
    "inverted": lambda pixels: 255 - pixels,
}
"""None of these should change an answer; an inverted image may, and the frontal filter rejects it."""

OCCLUSIONS: Final[Mapping[str, Alter]] = {
    "lungs_out.box": lambda pixels: only(~lung_box(pixels.shape), pixels),
    "lungs_only.box": lambda pixels: only(lung_box(pixels.shape), pixels),
    "borders_only": lambda pixels: only(border(pixels.shape, BORDER_WIDTH), pixels),
    "top_strip_only": lambda pixels: only(top_strip(pixels.shape), pixels),
}
"""The lungs, or everything but the lungs, occluded."""
