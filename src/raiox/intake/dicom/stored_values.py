"""Words to stored values: which bits count, and what sign they have.

By the Standard BitsStored, HighBit and PixelRepresentation say it. Where they
do not fit, the pixels show it: neighbours in a radiograph are alike, and bits
that are read wrongly make them jump. Overlays in the upper bits do the same to
those who read too many. Source: DICOM PS3.5, 8.1.1.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from raiox.intake.dicom.image_pixel import ImagePixel

Words = npt.NDArray[Any]

SAMPLE_ROWS: Final = 64  # rows that are looked at
MIN_DIFFERENT: Final = 0.0005  # of the neighbours: fewer say nothing
MIN_NEGATIVE: Final = 16  # fewer different values below zero are markers at full scale
BYTE_BITS: Final = 8  # in bytes nobody stores anything but shades
MIN_GAIN: Final = 0.3  # an overlay gives 0, values of more bits than declared over 0.5


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a value lies in its word."""

    shift: int
    n_bits: int
    is_signed: bool

    def values(self, words: Words) -> Words:
        """Take (...) words apart into integers of the same size."""
        n_word_bits = 8 * words.dtype.itemsize
        dtype = np.dtype(f"{'i' if self.is_signed else 'u'}{words.dtype.itemsize}")
        if not self.shift and self.n_bits == n_word_bits:
            return words.view(dtype)
        # To the top, so that the way back down brings the sign along.
        left = n_word_bits - self.n_bits - self.shift
        return (words << left).view(dtype) >> (n_word_bits - self.n_bits)


def read_stored_values(words: Words, image: ImagePixel) -> tuple[Words, Layout, bool]:
    """Find the layout and apply it.

    Args:
        words: (H, W) integers of BitsAllocated bits.
        image: what the header says of them.

    Returns: (H, W) integers, their layout, and whether it is another than the header's.
    """
    words = words.view(f"u{words.dtype.itemsize}")
    used = int(np.bitwise_or.reduce(words, axis=None))
    declared = Layout(image.high_bit + 1 - image.bits_stored, image.bits_stored, image.is_signed)
    layout = _seen(words, used, _settled(declared, used))
    return layout.values(words), layout, layout != declared


def _settled(declared: Layout, used: int) -> Layout:
    """Values that lie lower than HighBit says: the bits that would be dropped are in use."""
    is_low = used < 1 << declared.n_bits and used & ((1 << declared.shift) - 1)
    return Layout(0, declared.n_bits, declared.is_signed) if declared.shift and is_low else declared


def _seen(words: Words, used: int, declared: Layout) -> Layout:
    """The declared layout, unless another makes the neighbours more alike."""
    n_word_bits = 8 * words.dtype.itemsize
    if n_word_bits == BYTE_BITS or used < 1 << (declared.n_bits + declared.shift - 1):
        return declared
    sample = words[:: max(1, len(words) // SAMPLE_ROWS)]
    whole = [Layout(0, n_word_bits, is_signed) for is_signed in (False, True)]
    gains = [_gain(sample, declared, layout) for layout in whole]
    if max(gains) < MIN_GAIN:
        return declared
    best = whole[int(np.argmax(gains))]
    if best.is_signed and not declared.is_signed and _n_negative(sample) < MIN_NEGATIVE:
        return declared
    n_unused = n_word_bits - declared.n_bits
    is_high = n_unused > 0 and not used & ((1 << n_unused) - 1)
    return Layout(n_unused, declared.n_bits, best.is_signed) if is_high else best


def _gain(words: Words, declared: Layout, other: Layout) -> float:
    """Of the neighbours that two layouts step between unequally, how many the other has closer."""
    steps, other_steps = _steps(words, declared), _steps(words, other)
    differ = steps != other_steps
    n_differ = int(differ.sum())
    if n_differ < MIN_DIFFERENT * differ.size:
        return 0.0
    return int((other_steps[differ] < steps[differ]).sum()) / n_differ


def _n_negative(words: Words) -> int:
    """How many different values would be below zero.

    `np.unique` imports a module, which a confined process cannot.
    """
    negative = np.sort(words[words >= 1 << (8 * words.dtype.itemsize - 1)])
    return int(np.count_nonzero(np.diff(negative))) + bool(negative.size)


def _steps(words: Words, layout: Layout) -> npt.NDArray[np.int32]:
    return np.abs(np.diff(layout.values(words).astype(np.int32), axis=1))
