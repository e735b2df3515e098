"""From the network's square back to the image that was put into it."""

import numpy as np
from PIL import Image

from raiox.entities import FloatArray
from raiox.preprocessing import Preprocessing, content_box

MAP_SIDE_CELLS = 40
"""Longest side of a map laid over the image; finer than any network's stride."""


def over_image(
    maps: FloatArray,
    shape: tuple[int, ...],
    spec: Preprocessing,
    *,
    side_cells: int = MAP_SIDE_CELLS,
) -> FloatArray:
    """Maps over the square to maps over the image, without the padding.

    Args:
        maps: (K, h, w) float32 over the square.
        shape: height and width of the image, in pixels.
        spec: how the image was put into the square.
        side_cells: longest side of the result.

    Returns: (K, h, w) float32 of the image's aspect ratio.
    """
    height, width = shape
    cell_px = spec.side_px / maps.shape[-1]
    box = tuple(v / cell_px for v in content_box(height, width, spec))
    scale = side_cells / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    over = [
        Image.fromarray(one.astype(np.float32)).resize(size, Image.Resampling.BICUBIC, box=box)
        for one in maps
    ]
    return np.stack([np.asarray(one, np.float32) for one in over])
