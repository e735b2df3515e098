"""The skeleton of a JPEG or JPEG-LS stream, read without decoding it.

A decoder obeys what these markers declare, so they are looked at first: how big
the image says it is, in how many scans it comes, and whether it ends.
Source: ITU-T T.81, annex B; T.87, annex C (JPEG-LS).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from raiox.intake.errors import CorruptImageError

SOI: Final = b"\xff\xd8"
EOI: Final = 0xD9
SOS: Final = 0xDA
DHT: Final = 0xC4
TABLE_HEAD_BYTES: Final = 17  # class and destination, then how many codes there are of each length
END_OF_BLOCK: Final = 0x00
HOLE: Final = bytes(64)
SEQUENTIAL: Final = frozenset({0xC0, 0xC1})  # with Huffman codes, by blocks
START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
# Inside a scan 0xFF is followed by zero (JPEG), by less than 0x80 (JPEG-LS) or by a restart
# marker: none of them counts.
MARKER: Final = re.compile(rb"\xff+[\x80-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What one compressed image declares of itself."""

    height: int
    width: int
    n_samples: int
    precision: int
    """Bits of a sample."""
    process: int
    """The start-of-frame marker's second byte; 0 in JPEG 2000, which has none."""


def read_jpeg_header(stream: bytes) -> FrameHeader:
    """Read the first start-of-frame segment.

    Raises:
        CorruptImageError: there is none.
    """
    for marker, position in _segments(stream):
        if marker in START_OF_FRAME and position + 8 <= len(stream):
            height = int.from_bytes(stream[position + 3 : position + 5])
            width = int.from_bytes(stream[position + 5 : position + 7])
            return FrameHeader(height, width, stream[position + 7], stream[position + 2], marker)
        if marker == SOS:
            break
    raise CorruptImageError


def exceeds_scan_limit(stream: bytes, max_scans: int) -> bool:
    """Whether the stream comes in more scans than allowed.

    A small progressive file may repeat its scans thousands of times, and each
    costs a pass over all pixels (libjpeg advisory LJT-01-004).
    """
    # The cheap count also sees what only looks like a scan: it may accuse, not convict.
    if stream.count(b"\xff\xda") <= max_scans:
        return False
    return sum(marker == SOS for marker, _ in _segments(stream)) > max_scans


def has_hole(stream: bytes) -> bool:
    """Whether a run of zeros lies in a scan whose code has none, as an interrupted transfer leaves it.

    Zeros are the first code of a table over and over: blocks that end at once, if that is the end
    of block in the tables of all components. A progressive stream has other codes and is not
    looked at, nor is one with a scan for each component.
    """
    if HOLE not in stream:
        return False
    segments = list(_segments(stream))
    header = read_jpeg_header(stream)
    is_in_scan = any(
        marker == SOS
        and stream[start + 2 : start + 3] == bytes([header.n_samples])
        and stream.find(HOLE, start, end) >= 0
        for (marker, start), (_, end) in pairwise([*segments, (EOI, len(stream))])
    )
    tables = [_first_codes(stream, start) for marker, start in segments if marker == DHT]
    return is_in_scan and header.process in SEQUENTIAL and set().union(*tables) != {END_OF_BLOCK}


def is_complete(stream: bytes) -> bool:
    """Whether the stream reaches its end marker."""
    return any(marker == EOI for marker, _ in _segments(stream))


def _first_codes(stream: bytes, start: int) -> set[int]:
    """What the code of zeros stands for in each AC table of a segment (T.81, B.2.4.2 and annex C)."""
    found, end = set(), start + int.from_bytes(stream[start : start + 2])
    at = start + 2
    while at + TABLE_HEAD_BYTES < end <= len(stream):
        is_ac = stream[at] >> 4 == 1
        n_codes = sum(stream[at + 1 : at + TABLE_HEAD_BYTES])
        if is_ac and n_codes:
            found.add(stream[at + TABLE_HEAD_BYTES])
        at += TABLE_HEAD_BYTES + n_codes
    return found


def _segments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Each marker with the position after it, up to the end marker or the end of the bytes."""
    if not stream.startswith(SOI):
        return
    position = len(SOI)
    while found := MARKER.search(stream, position):
        position = found.end()
        marker = stream[position - 1]
        yield marker, position
        if marker == EOI:
            return
        if marker != SOI[1]:
            position += int.from_bytes(stream[position : position + 2])
