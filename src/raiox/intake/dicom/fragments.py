"""Encapsulated pixel data: the fragments of one frame, put together.

Many writers forget the delimiter behind the last fragment, or write zeros there.
That harms nothing: whether a frame is whole is for its own code to say.
Source: DICOM PS3.5, A.4.
"""

import struct
from typing import Final

from raiox.intake.errors import TruncatedImageError

ITEM: Final = b"\xfe\xff\x00\xe0"
ITEM_HEADER_BYTES: Final = 8
TABLE_BYTES: Final = 4  # of a Basic Offset Table that is not empty: it has one frame to point to


def has_fragments(value: memoryview) -> bool:
    """Whether the value begins with an item, as encapsulated pixel data does."""
    return bytes(value[: len(ITEM)]) == ITEM


def join_fragments(value: memoryview) -> bytes:
    """The one frame: every item but the Basic Offset Table, up to what is no item.

    Raises:
        TruncatedImageError: an item is longer than what is left, or there is none.
    """
    items, start = [], 0
    while has_fragments(value[start:]) and len(value) >= start + ITEM_HEADER_BYTES:
        (n_bytes,) = struct.unpack_from("<L", value, start + len(ITEM))
        start += ITEM_HEADER_BYTES
        if n_bytes > len(value) - start:
            raise TruncatedImageError
        items.append(value[start : start + n_bytes])
        start += n_bytes
    has_table = bool(items) and len(items[0]) <= TABLE_BYTES
    frame = b"".join(items[has_table:])
    if not frame:
        raise TruncatedImageError
    return frame
