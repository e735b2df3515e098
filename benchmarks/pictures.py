# ruff: noqa: INP001  (beside files that are run, not a package)
"""Radiographs of any size for the benchmarks, and files of them that differ in a word of text."""

import io
import os
import zlib
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from raiox.phantom import draw_phantom

NOISE: Final = 3
"""Standard deviation in shades: a detector's; without it, what was enlarged is as easy as a plain."""
_END: Final = 12
"""Bytes of a PNG's last chunk (RFC 2083, section 3.2)."""


class Picture:
    """A square radiograph, enlarged, with a detector's noise or less; without data a drawing."""

    def __init__(self, megapixels: float, noise: float = NOISE) -> None:
        self.megapixels = megapixels
        self._noise = noise
        self.side_px = round((megapixels * 1e6) ** 0.5)

    @cached_property
    def pixels(self) -> np.ndarray:
        """(side, side) uint8."""
        shape = (self.side_px, self.side_px)
        smooth = np.asarray(_radiograph().resize(shape, Image.Resampling.BICUBIC), np.float32)
        noise = np.random.default_rng(0).normal(0, self._noise, shape)
        return np.clip(smooth + noise, 0, 255).astype(np.uint8)

    def png(self, number: int) -> bytes:
        """A file of it, each number another one."""
        chunk = b"tEXtComment\0" + str(number).encode()
        length, check = len(chunk) - 4, zlib.crc32(chunk)
        return b"".join(
            [self._png[:-_END], length.to_bytes(4), chunk, check.to_bytes(4), self._png[-_END:]]
        )

    @cached_property
    def _png(self) -> bytes:
        file = io.BytesIO()
        Image.fromarray(self.pixels).save(file, "PNG", compress_level=1)
        return file.getvalue()


def _radiograph() -> Image.Image:
    if folder := os.environ.get("RAIOX_DATASETS"):
        first = min((Path(folder) / "chest" / "images" / "siim").glob("*.jpg"))
        return Image.open(first).convert("L")
    return Image.fromarray(draw_phantom())
