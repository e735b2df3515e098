"""Colour to gray: secondary captures, screen shots and scans that came as RGB, YBR or a palette.

Source: DICOM PS3.3, C.7.6.3.1.2 and C.7.6.3.1.5; ITU-R BT.601 for the luma.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import GrayArray
from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.lookup_table import LookupTable, read_lookup_table
from raiox.intake.errors import CorruptImageError
from raiox.intake.grayscale import BLOCK_ROWS, flatten
from raiox.intake.tone import robust_range, white_beside_marks

CHANNELS: Final = ("Red", "Green", "Blue")
BYTE_BITS: Final = 8


def flatten_colour(
    words: npt.NDArray[Any], photometric: str, n_bits: int
) -> tuple[GrayArray, tuple[str, ...]]:
    """Make (H, W, 3) integers gray.

    Args:
        words: as decoded.
        photometric: what they are left in.
        n_bits: of a sample.

    Returns: (H, W) uint8, and codes of what was lost of the colours.
    """
    if photometric.startswith("YBR"):  # its luma comes first
        luma = np.ascontiguousarray(words[..., 0])
        return (luma if n_bits <= BYTE_BITS else _shallow(luma)), ()
    pixels, notes, _ = flatten(Image.fromarray(words if n_bits <= BYTE_BITS else _shallow(words)))
    return pixels, notes


def apply_palette(
    words: npt.NDArray[Any], elements: Elements, *, is_signed: bool
) -> tuple[GrayArray, tuple[str, ...], bool]:
    """Look (H, W) integers up in the three tables.

    Returns: (H, W) uint8, codes of what was lost of the colours, and whether a table was mended.

    Raises:
        CorruptImageError: a table is missing, or ends before the values do (`element`).
    """
    largest = int(words.max())
    tables = [_palette(elements, channel, largest, is_signed=is_signed) for channel in CHANNELS]
    n_bits = max(table.n_bits for table in tables)
    colours = np.empty((*words.shape, len(CHANNELS)), np.uint8)
    for channel, table in enumerate(tables):
        shades = np.rint(table.entries * 255.0 / (2**n_bits - 1)).astype(np.uint8)
        for top in range(0, len(words), BLOCK_ROWS):
            index = words[top : top + BLOCK_ROWS].astype(np.intp) - table.first
            np.take(shades, index, out=colours[top : top + BLOCK_ROWS, :, channel], mode="clip")
    pixels, notes, _ = flatten(Image.fromarray(colours))
    return pixels, notes, any(table.is_repaired for table in tables)


def _palette(elements: Elements, channel: str, largest: int, *, is_signed: bool) -> LookupTable:
    descriptor = f"{channel}PaletteColorLookupTableDescriptor"
    data = f"{channel}PaletteColorLookupTableData"
    table = read_lookup_table(elements, descriptor, data, is_signed=is_signed)
    if table is None:
        raise CorruptImageError(element=data if elements.data(descriptor) else descriptor)
    if not table.is_whole and largest - table.first >= len(table.entries):
        raise CorruptImageError(element=data)
    return table


def _shallow(words: npt.NDArray[Any]) -> GrayArray:
    """Deep samples to bytes by the range that the picture has; all channels alike."""
    low, high = robust_range(words) or (0.0, 0.0)
    high = white_beside_marks(low, high, float((words > high).mean()))
    scale = 255.0 / (high - low) if high > low else 0.0
    shades = np.empty(words.shape, np.uint8)
    for top in range(0, len(words), BLOCK_ROWS):
        block = words[top : top + BLOCK_ROWS].astype(np.float64)
        shades[top : top + BLOCK_ROWS] = np.rint(np.clip((block - low) * scale, 0.0, 255.0))
    return shades
