"""How a data set is encoded, seen from its first elements: byte order, explicit or implicit VR.

Loads no library: the service looks here before any decoder process does. What a
file says of its encoding counts only where its elements agree.
Source: DICOM PS3.5, 6.2 and 7.1; PS3.10, 7.1.
"""

import struct
from dataclasses import dataclass
from typing import Final

PREAMBLE_BYTES: Final = 128  # PS3.10, 7.1: 128 bytes of anything, then the prefix
PREFIX: Final = b"DICM"
META_GROUP: Final = b"\x02\x00"  # some archives cut the preamble: the file meta comes first
META_VRS: Final = (b"UL", b"OB", b"UI")

SHORT_VRS: Final = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
)
LONG_VRS: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
"""PS3.5, 7.1.2: two reserved bytes come before their length of four bytes."""

UNDEFINED_LENGTH: Final = 0xFFFFFFFF
LAST_GROUP: Final = 0x7FE0
IDENTIFYING_GROUP: Final = 0x0008  # PS3.3, C.12.1: every image begins with it
N_ELEMENTS: Final = 3  # that make sense one after the other: no accident


@dataclass(frozen=True, slots=True)
class Encoding:
    """One of the three encodings of PS3.5, annex A (deflated ones count as what they hold)."""

    is_implicit_vr: bool
    is_little_endian: bool = True


ENCODINGS: Final = (
    Encoding(is_implicit_vr=False),
    Encoding(is_implicit_vr=True),
    Encoding(is_implicit_vr=False, is_little_endian=False),
)


@dataclass(frozen=True, slots=True)
class Element:
    """The header of one data element."""

    tag: int
    value_start: int
    """Where its value begins in the bytes."""
    length: int
    """Of the value in bytes, or `UNDEFINED_LENGTH`."""


def is_dicom(content: bytes) -> bool:
    """Whether the bytes are a DICOM file, with or without preamble and file meta."""
    if content.startswith(PREFIX, PREAMBLE_BYTES):
        return True
    if content.startswith(META_GROUP):
        return content[4:6] in META_VRS
    return any(_begins_an_image(content, encoding) for encoding in ENCODINGS)


def guess_encoding(content: bytes, start: int) -> Encoding | None:
    """The encoding in which the elements from `start` on make sense, if there is one."""
    return next((e for e in ENCODINGS if _n_plausible(content, start, e)), None)


def read_element(content: bytes, start: int, encoding: Encoding) -> Element | None:
    """Tag, place and length of the element at `start`; nothing where no element can be."""
    order = "<" if encoding.is_little_endian else ">"
    if len(content) < start + 8:
        return None
    group, number = struct.unpack_from(f"{order}HH", content, start)
    vr, header_bytes = content[start + 4 : start + 6], 8
    if encoding.is_implicit_vr:
        (length,) = struct.unpack_from(f"{order}L", content, start + 4)
    elif vr in SHORT_VRS:
        (length,) = struct.unpack_from(f"{order}H", content, start + 6)
    elif vr in LONG_VRS and len(content) >= start + 12:
        (length,) = struct.unpack_from(f"{order}L", content, start + 8)
        header_bytes = 12
    else:
        return None
    return Element(group << 16 | number, start + header_bytes, length)


def _begins_an_image(content: bytes, encoding: Encoding) -> bool:
    first = read_element(content, 0, encoding)
    is_identifying = first is not None and first.tag >> 16 == IDENTIFYING_GROUP
    return is_identifying and _n_plausible(content, 0, encoding) == N_ELEMENTS


def _n_plausible(content: bytes, start: int, encoding: Encoding) -> int:
    """How many of the next elements are looked at; 0 unless all of them make sense.

    They do if they come in ascending order and end within the bytes.
    """
    last_tag, n_seen = -1, 0
    while n_seen < N_ELEMENTS and start < len(content):
        element = read_element(content, start, encoding)
        if element is None or not last_tag < element.tag < (LAST_GROUP + 1) << 16:
            return 0
        if element.length == UNDEFINED_LENGTH:
            return n_seen
        start, last_tag, n_seen = element.value_start + element.length, element.tag, n_seen + 1
        if start > len(content):
            return 0
    return n_seen
