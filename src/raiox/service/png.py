"""A radiograph's pixels as bytes and back: what is kept of an upload, and nothing else of it.

The image is written anew as a gray PNG from the decoded array, so neither the
original bytes nor a name, a tag or a comment can survive. The PNG is written
here, because it is on the way of every upload: one filter for all rows and ISA-L's deflate
take a tenth of the time of Pillow's, for as many bytes.
Source: PNG specification, 3rd edition (W3C, 2025), sections 5, 9 and 11.
"""

import io
import struct
from typing import Final

import numpy as np
from isal import isal_zlib
from PIL import Image

from raiox.entities import GrayArray, Radiograph, SampleArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_GRAY: Final = (0, 0, 0, 0)
_FILTER_UP: Final = 2


def to_png(pixels: GrayArray | SampleArray) -> bytes:
    """Encode (H, W) uint8 or uint16 losslessly, without any metadata."""
    height_px, width_px = pixels.shape
    n_bytes = pixels.dtype.itemsize
    in_bytes = pixels.astype(f">u{n_bytes}", copy=False).view(np.uint8)
    lines = np.empty((height_px, width_px * n_bytes + 1), np.uint8)
    lines[:, 0] = _FILTER_UP
    lines[0, 1:] = in_bytes[0]
    np.subtract(in_bytes[1:], in_bytes[:-1], out=lines[1:, 1:])
    packed = isal_zlib.compress(lines.data, level=1)
    header = struct.pack(">IIBBBBB", width_px, height_px, 8 * n_bytes, *_GRAY)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", packed), _chunk(b"IEND", b""))
    return _SIGNATURE + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def from_png(
    content: bytes, *, sha256: str, source_format: str, notes: tuple[str, ...]
) -> Radiograph:
    """The radiograph that `to_png` kept; our own file, so no sandbox is needed."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        pixels = np.asarray(image, dtype=np.uint8).copy()
    return Radiograph(pixels, sha256, source_format, notes)
