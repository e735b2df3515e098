"""The pictures of the page: a radiograph, and what supports a finding in it, as SVG.

An SVG holds its picture as a JPEG inside of it, so that a page is set from texts alone: no file is
written, and no image lies in a folder that others could read.
"""

import base64
import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import FloatArray, GrayArray

BANDS: Final = (
    (0.2, (212, 72, 66)),
    (0.4, (245, 125, 21)),
    (0.6, (250, 193, 39)),
    (0.8, (252, 255, 164)),
)
"""Support from which a colour is shown, as on the page; it only brightens what lies below."""
OPACITY: Final = 0.35
LUNG: Final = 0.5
LUNG_COLOUR: Final = (143, 247, 160)
SIDE_PX: Final = 1_100
QUALITY: Final = 88

Colours = npt.NDArray[np.float32]
Levels = npt.NDArray[np.int64]


def shrink(pixels: GrayArray, side_px: int = SIDE_PX) -> Image.Image:
    """The radiograph, no larger than a printed page shows."""
    image = Image.fromarray(pixels)
    image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def overlay(image: Image.Image, support: FloatArray) -> Image.Image:
    """The radiograph with the bands of a heatmap and their contours.

    Args:
        support: (h, w) over the whole image; 1 is the top of the scale.
    """
    levels = np.searchsorted([level for level, _ in BANDS], _over(image, support), side="right")
    gray = np.asarray(image, np.float32)[..., None] / 255
    colours = np.array([(0, 0, 0), *(colour for _, colour in BANDS)], np.float32) / 255
    colour = colours[levels]
    screened = 1 - (1 - gray) * (1 - OPACITY * colour)
    return _image(np.where(_edges(levels)[..., None], colour, screened))


def outline(image: Image.Image, lungs: FloatArray) -> Image.Image:
    """The picture with the edge of the lungs.

    Args:
        lungs: (h, w) probability of lung over the whole image.
    """
    inside = (_over(image, lungs) >= LUNG).astype(np.int64)
    picture = np.array(image.convert("RGB"))
    picture[_edges(inside)] = LUNG_COLOUR
    return Image.fromarray(picture)


def to_svg(image: Image.Image) -> str:
    """As text."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    packed = base64.b64encode(file.getvalue()).decode()
    width, height = image.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{packed}"/></svg>'
    )


def marker(shape: str, colour: str) -> str:
    """The shape of a finding; a hatched one where there is no answer, an open one for none."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{_shape(shape, colour)}</svg>'
    )


def _shape(shape: str, colour: str) -> str:
    if shape == "circle":
        return f'<circle cx="8" cy="8" r="6.5" fill="{colour}"/>'
    if shape == "triangle":
        return f'<path d="M8 1 15 14H1Z" fill="{colour}"/>'
    if shape == "square":
        return f'<path d="M2 2H14V14H2Z" fill="{colour}"/>'
    line = f'fill="none" stroke="{colour}" stroke-width="1.2"'
    if shape == "open":
        return f'<circle cx="8" cy="8" r="6" {line}/>'
    return f'<path d="M8 1 15 8 8 15 1 8ZM4.5 11.5l7-7M2.8 9.8l7-7M6.2 13.2l7-7" {line}/>'


def _over(image: Image.Image, cells: FloatArray) -> FloatArray:
    smooth = Image.fromarray(cells.astype(np.float32)).resize(image.size, Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.float32)


def _edges(levels: Levels) -> npt.NDArray[np.bool_]:
    """Where a level borders on a lower one: two pixels wide, inside the higher one."""
    padded = np.pad(levels, 2, mode="edge")
    height, width = levels.shape
    edge = np.zeros(levels.shape, np.bool_)
    for down, right in ((0, 2), (4, 2), (2, 0), (2, 4), (1, 2), (3, 2), (2, 1), (2, 3)):
        edge |= padded[down : down + height, right : right + width] < levels
    return edge


def _image(colours: Colours) -> Image.Image:
    return Image.fromarray((np.clip(colours, 0, 1) * 255).astype(np.uint8))
