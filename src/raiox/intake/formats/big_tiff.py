"""A big-endian BigTIFF as the TIFF that everybody reads.

Pillow 13.0 knows only the little-endian ones: of the others it takes the header for that of a small
file. No upload needs offsets of eight bytes, so the directories are written once more behind the
file, with four. Source: Adobe, BigTIFF Design; TIFF 6.0, 2.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np

BIG_IN_BIG_ENDIAN: Final = b"MM\0+"
CLASSIC: Final = b"MM\0*"
FIRST_OFFSET_AT: Final = 8
ENTRY_BYTES: Final = 20
INLINE_BYTES, CLASSIC_INLINE_BYTES = 8, 4
MAX_ENTRIES: Final = 512
MAX_PAGES: Final = 8  # enough to see that there are several

VALUE_BYTES: Final = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8
}  # fmt: skip
"""Of one value of each type."""
HALVED: Final = {16: 4, 17: 9, 18: 13}
"""The types of eight bytes, LONG8, SLONG8 and IFD8, with those of four."""


def as_classic(content: bytes) -> bytes:
    """The same pixels where they were, and behind them directories that everybody reads.

    Raises:
        ValueError, struct.error: the directories contradict the file.
    """
    pages = list(islice(_directories(content), MAX_PAGES))
    classic = content[len(CLASSIC) + 4 :]
    end = len(content)
    parts = []
    for is_last, entries in zip([*[False] * (len(pages) - 1), True], pages, strict=True):
        part = _directory(entries, end, is_last=is_last)
        parts.append(part)
        end += len(part)
    return b"".join([CLASSIC, struct.pack(">L", len(content)), classic, *parts])


def _directories(content: bytes) -> Iterator[list[tuple[int, int, int, bytes]]]:
    """Tag, type, number and bytes of the values of each entry, for each directory."""
    (start,) = struct.unpack_from(">Q", content, FIRST_OFFSET_AT)
    while start:
        (n_entries,) = struct.unpack_from(">Q", content, start)
        if n_entries > MAX_ENTRIES:
            raise ValueError(n_entries)
        entries_at = start + INLINE_BYTES
        entries = [_entry(content, entries_at + ENTRY_BYTES * i) for i in range(n_entries)]
        if sum(len(values) for *_, values in entries) > len(content):
            raise ValueError(start)  # many that point to the same values
        yield entries
        (start,) = struct.unpack_from(">Q", content, entries_at + ENTRY_BYTES * n_entries)


def _entry(content: bytes, at: int) -> tuple[int, int, int, bytes]:
    tag, kind, count = struct.unpack_from(">HHQ", content, at)
    n_bytes = VALUE_BYTES.get(kind, 1) * count
    start = at + ENTRY_BYTES - INLINE_BYTES
    if n_bytes > INLINE_BYTES:
        (start,) = struct.unpack_from(">Q", content, start)
    if start + n_bytes > len(content):
        raise ValueError(tag)
    values = content[start : start + n_bytes]
    if kind in HALVED:
        values = np.frombuffer(values, ">u8").astype(">u4").tobytes()
    return tag, HALVED.get(kind, kind), count, values


def _directory(entries: list[tuple[int, int, int, bytes]], start: int, *, is_last: bool) -> bytes:
    """A directory that lies at `start`, and behind it the values that it points to."""
    values_at = start + 2 + 12 * len(entries) + 4
    head, values = struct.pack(">H", len(entries)), b""
    for tag, kind, count, data in entries:
        head += struct.pack(">HHL", tag, kind, count)
        if len(data) <= CLASSIC_INLINE_BYTES:
            head += data.ljust(CLASSIC_INLINE_BYTES, b"\0")
        else:
            head += struct.pack(">L", values_at + len(values))
            values += data
    next_at = 0 if is_last else values_at + len(values)
    return head + struct.pack(">L", next_at) + values
