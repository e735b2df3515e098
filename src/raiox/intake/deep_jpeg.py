"""JPEG of 12 bits a sample, which Pillow's JPEG decoder refuses and its TIFF decoder reads.

libtiff hands such a stream to the libjpeg-turbo that Pillow brings, so it is given one: the stream
as the only strip of a TIFF. No other library is needed, and 12 bits stay 12 bits.
Source: ITU-T T.81, processes 4 and 5; TIFF Technical Note 2; TIFF 6.0, 2 and 8.
"""

import struct
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import TiffImagePlugin

from raiox.intake.jpeg_markers import FrameHeader

DEEP_BITS: Final = 12
PROCESSES: Final = frozenset({0xC1, 0xC2})
"""Extended sequential and progressive, with Huffman codes."""
HEADER: Final = b"II*\0" + struct.pack("<L", 8)  # the directory follows at once
NO_OTHER_PAGE: Final = bytes(4)
N_ENTRIES, ENTRY_BYTES = 9, 12
SHORT, LONG = 3, 4
JPEG_COMPRESSION, BLACK_IS_ZERO = 7, 1


def is_deep(header: FrameHeader) -> bool:
    """Whether a JPEG is gray, of 12 bits, and of a process that is read here."""
    is_gray = header.n_samples == 1
    return header.precision == DEEP_BITS and is_gray and header.process in PROCESSES


def open_deep(stream: bytes, header: FrameHeader) -> TiffImagePlugin.TiffImageFile:
    """Wrap the stream; nothing is decoded yet. The mode is `I;16`, with values of 12 bits."""
    return TiffImagePlugin.TiffImageFile(BytesIO(_as_strip(stream, header)))


def decode_deep(stream: bytes, header: FrameHeader) -> npt.NDArray[Any]:
    """(H, W) uint16 of 12 bits. Raises: OSError, SyntaxError, ValueError: it is damaged."""
    return np.array(open_deep(stream, header))


def _as_strip(stream: bytes, header: FrameHeader) -> bytes:
    strip_start = len(HEADER) + 2 + N_ENTRIES * ENTRY_BYTES + len(NO_OTHER_PAGE)
    entries = [
        (TiffImagePlugin.IMAGEWIDTH, LONG, header.width),
        (TiffImagePlugin.IMAGELENGTH, LONG, header.height),
        (TiffImagePlugin.BITSPERSAMPLE, SHORT, DEEP_BITS),
        (TiffImagePlugin.COMPRESSION, SHORT, JPEG_COMPRESSION),
        (TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, SHORT, BLACK_IS_ZERO),
        (TiffImagePlugin.STRIPOFFSETS, LONG, strip_start),
        (TiffImagePlugin.SAMPLESPERPIXEL, SHORT, 1),
        (TiffImagePlugin.ROWSPERSTRIP, LONG, header.height),
        (TiffImagePlugin.STRIPBYTECOUNTS, LONG, len(stream)),
    ]
    directory = b"".join(struct.pack("<HHLL", tag, kind, 1, value) for tag, kind, value in entries)
    return HEADER + struct.pack("<H", N_ENTRIES) + directory + NO_OTHER_PAGE + stream
