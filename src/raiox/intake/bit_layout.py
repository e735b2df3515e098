"""Where a value lies in its word, seen from the words.

Neighbours in a radiograph are alike, and bits that are read wrongly make them jump. Overlays in
the upper bits do the same to those who read too many.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[Any]

SAMPLE_ROWS: Final = 64  # rows that are looked at
MIN_DIFFERENT: Final = 0.0005  # of the neighbours: fewer say nothing
MIN_WRAPPED: Final = 0.9  # of the neighbours that two layouts step between unequally
MAX_STEP: Final = 0.5  # of the spread of all values: neighbours are closer
MAX_ROUGHNESS: Final = 0.5  # of bytes in the other order, as a share of that of the order declared
MIN_NEGATIVE: Final = 16  # fewer different values below zero are markers at full scale
MIN_NEGATIVE_SHARE: Final = 0.02  # of the pixels, likewise


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a value lies in its word."""

    shift: int
    n_bits: int
    is_signed: bool
    is_swapped: bool = False
    """Whether the bytes of each word come in the other order."""

    def values(self, words: Words) -> Words:
        """Take (...) words apart into integers of the same size."""
        if self.is_swapped:
            words = words.byteswap()
        n_word_bits = 8 * words.dtype.itemsize
        dtype = np.dtype(f"{'i' if self.is_signed else 'u'}{words.dtype.itemsize}")
        if not self.shift and self.n_bits == n_word_bits:
            return words.view(dtype)
        # To the top, so that the way back down brings the sign along.
        left = n_word_bits - self.n_bits - self.shift
        return (words << left).view(dtype) >> (n_word_bits - self.n_bits)


def sample(words: Words) -> Words:
    """Rows of (H, W) words that stand for all."""
    return words[:: max(1, len(words) // SAMPLE_ROWS)]


def gain(words: Words, declared: Layout, other: Layout) -> float:
    """Of the neighbours that two layouts step between unequally, how many the other has closer."""
    steps, other_steps = _steps(words, declared), _steps(words, other)
    differ = steps != other_steps
    n_differ = int(differ.sum())
    if n_differ < MIN_DIFFERENT * differ.size:
        return 0.0
    return int((other_steps[differ] < steps[differ]).sum()) / n_differ


def is_wrapped(words: Words, declared: Layout, other: Layout) -> bool:
    """Whether neighbours that seem to lie at opposite ends are next to each other in another layout.

    Bright letters on a dark picture seem so too, but are a step away from it in any layout.
    """
    steps, other_steps = _steps(words, declared), _steps(words, other)
    differ = steps != other_steps
    if int(differ.sum()) < MIN_DIFFERENT * differ.size:
        return False
    is_next = (other_steps < steps) & (other_steps <= MAX_STEP * _spread(other.values(words)))
    return float(is_next[differ].mean()) >= MIN_WRAPPED


def roughness(words: Words, layout: Layout) -> float:
    """How far neighbours lie apart, compared with how far values lie apart at all; noise gives 1.

    So does a constant, which shows no picture.
    """
    spread = _spread(layout.values(words))
    return float(_steps(words, layout).mean()) / spread if spread else 1.0


def has_negative(values: Words, min_share: float = 0.0) -> bool:
    """Whether values below zero are part of the picture, and no markers at full scale.

    `np.unique` imports a module, which a confined process cannot.
    """
    negative = np.sort(values[values < 0])
    n_different = int(np.count_nonzero(np.diff(negative))) + bool(negative.size)
    return n_different >= MIN_NEGATIVE and negative.size >= min_share * values.size


def _spread(values: Words) -> float:
    """How far values lie from their mean, on average."""
    return float(np.abs(values.astype(np.float32) - np.float32(values.mean())).mean())


def _steps(words: Words, layout: Layout) -> npt.NDArray[np.int32]:
    return np.abs(np.diff(layout.values(words).astype(np.int32), axis=1))
