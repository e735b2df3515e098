"""Drawn radiographs for tests: one chest for all, and structure of their own for each."""

import io
from functools import cache

import numpy as np
from PIL import Image


def radiograph(seed: int, side: int = 256) -> Image.Image:
    """A chest whose bones and vessels are drawn from `seed`."""
    return Image.fromarray(_shades(seed, side))


@cache
def _shades(seed: int, side: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    lungs = sum(np.exp(-(((x - c) / 0.3) ** 2) - (y / 0.6) ** 2) for c in (-0.45, 0.45))
    own = np.zeros((side, side))
    for n_waves in (4, 8, 16):
        coarse = Image.fromarray(rng.normal(0, 1, (n_waves, n_waves)).astype(np.float32))
        own += np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC)) / n_waves**0.5
    shades = 170 - 110 * lungs + 40 * own + rng.normal(0, 2, (side, side))
    return shades.clip(0, 255).astype(np.uint8)


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Encoded and decoded again."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Without margins, in parts of a side."""
    width, height = image.size
    box = left * width, top * height, (1 - right) * width, (1 - bottom) * height
    return image.crop(tuple(map(round, box)))
