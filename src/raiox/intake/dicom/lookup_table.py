"""The three kinds of lookup table: Modality LUT, VOI LUT and palette.

Descriptors promise more bits than the entries use, or say eight where a word
holds each entry. So the entries are read by their number of bytes, and their
depth is seen from the largest.
Source: DICOM PS3.3, C.11.1.1, C.11.2.1.1 and C.7.6.3.1.5 and .6.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.intake.dicom.elements import Elements

MAX_ENTRIES: Final = 2**16  # a descriptor says 0 for them
WORD_STEPS: Final = 4  # bytes that are entries step half as far as every second of them
MAX_UNEVEN: Final = 0.25  # of words in the other order: no table rises more evenly than a right one


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A table over stored or rescaled values."""

    first: int
    """The value that the first entry belongs to."""
    entries: npt.NDArray[np.float64]
    n_bits: int
    """The entries' depth: the largest is below 2 ** n_bits."""
    is_repaired: bool
    """True if that is not the depth that the descriptor says, or the bytes came in the other order."""
    is_whole: bool
    """False if there are fewer entries than the descriptor says."""

    def look_up(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Entries of (...) values; those outside get the first or the last (C.11.2.1.1)."""
        last = len(self.entries) - 1
        index = np.clip(np.rint(values) - self.first, 0, last).astype(np.intp)
        found: npt.NDArray[np.float64] = self.entries[index]
        return found

    def shades(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Entries of (...) values as shades in [0, 1]."""
        return self.look_up(values) / float(2**self.n_bits - 1)


def read_lookup_table(
    elements: Elements, descriptor: str, data: str, *, is_signed: bool
) -> LookupTable | None:
    """Read one table.

    Args:
        elements: that hold it.
        descriptor: keyword of the descriptor.
        data: keyword of the entries.
        is_signed: whether the values that are looked up may be negative.

    Returns: the table, or nothing where it cannot be one.
    """
    described = elements.numbers(descriptor, is_signed=is_signed)
    content = elements.data(data)
    if len(described) != 3 or None in described or not content:  # noqa: PLR2004 - C.11.1.1
        return None
    n_entries, first, n_bits = (int(value or 0) for value in described)
    n_entries = n_entries % MAX_ENTRIES or MAX_ENTRIES
    entries = _entries(content, n_entries, is_little_endian=elements.is_little_endian)
    is_swapped = _is_swapped(entries)
    if is_swapped:
        entries = entries.byteswap()
    depth = _depth(int(entries.max()), n_bits)
    return LookupTable(
        first,
        entries.astype(np.float64),
        depth,
        is_repaired=is_swapped or depth != n_bits,
        is_whole=len(entries) == n_entries,
    )


def _entries(
    content: bytes, n_entries: int, *, is_little_endian: bool
) -> npt.NDArray[np.unsignedinteger]:
    """As bytes where there is just one for each entry and no word can be seen, else as words."""
    if n_entries <= len(content) <= n_entries + 1:  # padded to an even length
        single = np.frombuffer(content, np.uint8, n_entries)
        if not _are_words(single, is_little_endian=is_little_endian):
            return single
    order = "<" if is_little_endian else ">"
    return np.frombuffer(content, f"{order}u2", min(len(content) // 2, n_entries))


def _is_swapped(entries: npt.NDArray[np.unsignedinteger]) -> bool:
    """Whether words rise much more evenly with their bytes in the other order."""
    return _unevenness(entries.byteswap()) < MAX_UNEVEN * _unevenness(entries)


def _unevenness(entries: npt.NDArray[np.unsignedinteger]) -> float:
    """Mean step, as a share of what all lie between; 1 for a constant, which shows no order."""
    steps = np.abs(np.diff(entries.astype(np.int32)))
    return float(steps.mean()) / float(np.ptp(entries)) if steps.any() else 1.0


def _are_words(single: npt.NDArray[np.uint8], *, is_little_endian: bool) -> bool:
    """Whether every second byte, the upper one, goes on much more evenly than all of them do."""
    upper = single[1::2] if is_little_endian else single[::2]
    steps, upper_steps = (np.abs(np.diff(each.astype(np.int16))) for each in (single, upper))
    return len(upper_steps) > 0 and bool(steps.mean() > WORD_STEPS * upper_steps.mean())


def _depth(largest: int, n_bits: int) -> int:
    """The promised bits, unless the entries use less than half of them, or more."""
    used = max(1, largest.bit_length())
    return n_bits if 2 ** (n_bits - 1) <= largest < 2**n_bits else used
