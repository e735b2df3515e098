"""Letters and boxes burnt in brighter than all of the radiograph, filled in for the networks.

They say nothing of the lungs, and a white box moves the scores of some images. The picture
that is kept and shown has them still. What lies within the grays of the radiograph, as a lead
letter does, stays as it is.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from raiox.entities import GrayArray

N_GRAYS: Final = 256
MIN_MARK_SHARE, MAX_MARK_SHARE = 0.0002, 0.02  # of the pixels; neither a hot one nor a border
MIN_GAP: Final = 24  # grays that hardly a pixel has, between the radiograph and what is burnt in
MAX_BETWEEN: Final = 0.25  # of the burnt-in pixels: edges, blurred by a resize or JPEG
EDGE_PX: Final = 5  # window that takes the blurred edges along
FIRST_SCALE: Final = 4  # pixels of a side that are averaged to blend in; twice as many, and so on
MIN_SEEN: Final = 64  # of 255, share of what is blended that is not burnt in

Mask = npt.NDArray[np.bool_]


def fill_burnt_in(pixels: GrayArray) -> GrayArray:
    """Fill in what is burnt in from around it; the same pixels where nothing is.

    Args:
        pixels: (H, W) uint8.
    """
    image = Image.fromarray(pixels)
    darkest = _darkest_burnt_in(np.array(image.histogram()))
    if darkest is None:
        return pixels
    burnt_in = Image.fromarray(pixels >= darkest).convert("L")
    return _filled(image, np.asarray(burnt_in.filter(ImageFilter.MaxFilter(EDGE_PX))) > 0)


def _darkest_burnt_in(counts: npt.NDArray[np.int64]) -> int | None:
    """The gray from which on pixels are burnt in: beyond a gap, a few of all; None without a gap."""
    n_pixels = counts.sum()
    from_here = np.append(np.cumsum(counts[::-1])[::-1], 0)  # pixels of this gray and brighter
    for gray in range(N_GRAYS - 1, MIN_GAP, -1):
        n_beyond = from_here[gray]
        if n_beyond > MAX_MARK_SHARE * n_pixels:
            return None
        n_between = from_here[gray - MIN_GAP] - n_beyond
        if n_beyond >= MIN_MARK_SHARE * n_pixels and n_between <= MAX_BETWEEN * n_beyond:
            return gray - MIN_GAP // 2
    return None


def _filled(image: Image.Image, mask: Mask) -> GrayArray:
    """Blend into the pixels of the mask what lies around them, as closely as there is enough of it."""
    pixels = np.array(image)
    seen = Image.fromarray(np.where(mask, np.uint8(0), np.uint8(255)))
    weighted = Image.merge("LA", (image, seen)).convert("La")
    left, scale = mask.copy(), FIRST_SCALE
    while left.any() and scale < max(image.size):
        size = (max(1, image.width // scale), max(1, image.height // scale))
        small = weighted.resize(size, Image.Resampling.BOX)
        around = small.resize(image.size, Image.Resampling.BILINEAR).convert("LA")
        grays, weights = (np.asarray(band) for band in around.split())
        found = left & (weights >= MIN_SEEN)
        pixels[found] = grays[found]
        left, scale = left & ~found, scale * 2
    return pixels
