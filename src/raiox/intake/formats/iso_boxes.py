"""The boxes of the ISO base media file format, which AVIF and HEIF are made of.

Source: ISO/IEC 14496-12, 4.2.
"""

from collections.abc import Iterator
from typing import Final

BOX_HEAD_BYTES: Final = 8
TO_THE_END: Final = 0
LARGE: Final = 1


def ends_early(content: bytes) -> bool:
    """Whether a box reaches beyond the last byte."""
    position = 0
    while position + BOX_HEAD_BYTES <= len(content):
        size = int.from_bytes(content[position : position + 4])
        if size == LARGE:
            size = int.from_bytes(content[position + 8 : position + 16])
        if size == TO_THE_END or not content[position + 4 : position + 8].isalnum():
            return False
        position += max(size, BOX_HEAD_BYTES)
    return position != len(content)


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each box, one after the other."""
    position = 0
    while position + BOX_HEAD_BYTES <= len(content):
        size, head = int.from_bytes(content[position : position + 4]), BOX_HEAD_BYTES
        if size == LARGE:
            size, head = int.from_bytes(content[position + 8 : position + 16]), 2 * BOX_HEAD_BYTES
        end = len(content) if size == TO_THE_END else position + max(size, head)
        yield content[position + 4 : position + 8], content[position + head : end]
        position = end
