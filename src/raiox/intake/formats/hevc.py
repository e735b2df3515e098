"""The HEVC of a HEIF: whether a part of it was lost, which its decoder conceals without a word.

Three bytes of zero never follow each other inside a NAL unit, because an encoder puts a three between
them: where they do, an interrupted transfer left zeros.
Source: ITU-T H.265, 7.4.2; ISO/IEC 14496-12, 8.11.3 (iloc) and 8.11.6 (iinf); 14496-15, 8.3.3.
"""

import struct
from collections.abc import Iterator
from typing import Final

from raiox.intake.formats.iso_boxes import boxes

HOLE: Final = bytes(3)
CODED: Final = b"hvc1"  # a picture, or a tile of one
LENGTH_BYTES: Final = 4  # before each NAL unit
FULL_BOX_BYTES: Final = 4  # version and flags
IN_FILE, IN_BOX = 0, 1  # where an item's bytes are counted from (8.11.3.3)


def has_hole(content: bytes) -> bool:
    """Whether a coded picture of the file has zeros in it that no encoder writes.

    Raises:
        struct.error, KeyError: the boxes contradict themselves.
    """
    meta = dict(boxes(dict(boxes(content))[b"meta"][FULL_BOX_BYTES:]))
    coded = set(_coded_items(meta[b"iinf"]))
    sources = {IN_FILE: content, IN_BOX: meta.get(b"idat", b"")}
    return any(
        _has_hole(b"".join(sources[method][start:end] for start, end in extents))
        for item, method, extents in _locations(meta[b"iloc"])
        if item in coded and method in sources
    )


def _has_hole(item: bytes) -> bool:
    """Whether a NAL unit of a coded picture is empty, beyond its end, or has a hole."""
    position = 0
    while position + LENGTH_BYTES <= len(item):
        start = position + LENGTH_BYTES
        position = start + int.from_bytes(item[position:start])
        if position == start or position > len(item) or HOLE in item[start:position]:
            return True
    return False


def _coded_items(iinf: bytes) -> Iterator[int]:
    count_bytes = 2 if iinf[0] == 0 else 4
    for kind, entry in boxes(iinf[FULL_BOX_BYTES + count_bytes :]):
        id_bytes = 2 if entry[0] == 2 else 4  # noqa: PLR2004 - version 3 has larger ones
        end = FULL_BOX_BYTES + id_bytes
        if kind == b"infe" and entry[end + 2 : end + 6] == CODED:
            yield int.from_bytes(entry[FULL_BOX_BYTES:end])


def _locations(iloc: bytes) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Each item, where its bytes are counted from, and where they begin and end."""
    version = iloc[0]
    sizes = iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4, iloc[5] & 15 if version else 0
    offset_bytes, length_bytes, base_bytes, index_bytes = sizes
    read = _Numbers(iloc, FULL_BOX_BYTES + 2)
    id_bytes = 2 if version < 2 else 4  # noqa: PLR2004 - as 8.11.3.2 has it
    for _ in range(read(id_bytes)):
        item = read(id_bytes)
        method = read(2) & 15 if version else IN_FILE
        read(2)  # in which file
        base = read(base_bytes)
        extents = []
        for _ in range(read(2)):
            read(index_bytes)
            start = base + read(offset_bytes)
            extents.append((start, start + read(length_bytes)))
        yield item, method, extents


class _Numbers:
    """Big-endian numbers, one after the other."""

    def __init__(self, content: bytes, start: int) -> None:
        self._content, self._at = content, start

    def __call__(self, n_bytes: int) -> int:
        start, self._at = self._at, self._at + n_bytes
        if self._at > len(self._content):
            raise struct.error
        return int.from_bytes(self._content[start : self._at])
