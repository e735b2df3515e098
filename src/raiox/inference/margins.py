"""The part of a picture that is not margin, and the way back to the whole.

Viewers, converters and scanners put a radiograph on a black, white or gray page.
The networks see what is on it, so that a margin moves no score, nor a mark that is burnt in;
the picture that is kept and shown stays whole, and evidence is laid over it where it belongs.
"""

from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import FloatArray, GrayArray
from raiox.inference.burnt_in import fill_burnt_in
from raiox.inference.halftone import smooth_halftone

MAX_SPREAD: Final = 8  # of 255, within a line of margin: what JPEG leaves of an even page
MIN_KEPT: Final = 0.25  # of a side; what is smaller is no radiograph on a page
MAX_FRAMES: Final = 4  # one inside another, each of its own shade


Pixel = TypeVar("Pixel", bound=np.generic)


class Box(NamedTuple):
    """Pixels, counted from the top left; right and bottom are the first outside."""

    left: int
    top: int
    right: int
    bottom: int


def find_content(pixels: GrayArray) -> Box:
    """Find what even margins surround; the whole picture where there is none.

    Args:
        pixels: (H, W) uint8.
    """
    height, width = pixels.shape
    box = whole = Box(0, 0, width, height)
    for _ in range(MAX_FRAMES):
        inner = _strip(pixels, box)
        if inner == box:
            break
        box = inner
    kept = min((box.right - box.left) / width, (box.bottom - box.top) / height)
    return box if kept >= MIN_KEPT else whole


def crop(pixels: npt.NDArray[Pixel], box: Box) -> npt.NDArray[Pixel]:
    """The pixels of an image or of a mask inside a box."""
    return np.ascontiguousarray(pixels[box.top : box.bottom, box.left : box.right])


def content(pixels: GrayArray) -> GrayArray:
    """What the networks see of a picture."""
    return as_networks_see(crop(pixels, find_content(pixels)))


def as_networks_see(pixels: GrayArray) -> GrayArray:
    """Content without burnt-in marks, and with grays instead of dots."""
    return smooth_halftone(fill_burnt_in(pixels))


def uncrop(maps: FloatArray, box: Box, shape: tuple[int, ...]) -> FloatArray:
    """Lay maps over the content of a picture on the whole of it; margins have no evidence.

    Args:
        maps: (K, h, w) float32 over the content.
        box: of the content.
        shape: height and width of the whole picture, in pixels.

    Returns: (K, h', w') float32 with as many cells on the longer side as `maps` has.
    """
    height, width = shape
    if box == (0, 0, width, height):
        return maps
    scale = max(maps.shape[1:]) / max(height, width)
    whole = np.zeros(
        (len(maps), max(1, round(height * scale)), max(1, round(width * scale))), np.float32
    )
    left, top = round(box.left * scale), round(box.top * scale)
    right = max(left + 1, round(box.right * scale))
    bottom = max(top + 1, round(box.bottom * scale))
    for laid, one in zip(whole, maps, strict=True):
        image = Image.fromarray(one).resize((right - left, bottom - top), Image.Resampling.BICUBIC)
        room = laid[top:bottom, left:right]
        room[:] = np.asarray(image)[: room.shape[0], : room.shape[1]]
    return whole


def _strip(pixels: GrayArray, box: Box) -> Box:
    """Take one frame away: on each side, the lines of the shade that the outermost has."""
    inside = crop(pixels, box)
    top, bottom = _even_ends(inside)
    left, right = _even_ends(inside[top : len(inside) - bottom].T)
    return Box(box.left + left, box.top + top, box.right - right, box.bottom - bottom)


def _even_ends(lines: GrayArray) -> tuple[int, int]:
    """Count the lines at the start and at the end that are margin; none where all are."""
    if not lines.size:
        return 0, 0
    low, high = lines.min(axis=1).astype(np.int16), lines.max(axis=1).astype(np.int16)
    start, end = _run(low, high), _run(low[::-1], high[::-1])
    return (0, 0) if start + end >= len(lines) else (start, end)


def _run(low: npt.NDArray[np.int16], high: npt.NDArray[np.int16]) -> int:
    is_even = (np.maximum(high, high[0]) - np.minimum(low, low[0])) <= MAX_SPREAD
    return len(is_even) if is_even.all() else int(np.argmin(is_even))
