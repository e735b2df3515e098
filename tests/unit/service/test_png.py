"""Pixels come back from their bytes."""

import io

import numpy as np
from PIL import Image

from raiox.service.png import from_png, to_png


def test_pixels_come_back_exactly():
    pixels = np.random.default_rng(0).integers(0, 256, (33, 57), np.uint8)

    back = from_png(to_png(pixels), sha256="0" * 64, source_format="png", notes=("x",))

    np.testing.assert_array_equal(back.pixels, pixels)
    assert back.pixels.flags["C_CONTIGUOUS"]


def test_values_of_16_bits_come_back_exactly():
    values = np.random.default_rng(0).integers(0, 2**16, (33, 57), np.uint16)

    with Image.open(io.BytesIO(to_png(values))) as image:
        np.testing.assert_array_equal(np.asarray(image), values)
