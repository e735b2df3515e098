"""Words to stored values: which bits count, and what sign they have.

By the Standard BitsStored, HighBit and PixelRepresentation say it. Where they
do not fit, the pixels show it. Source: DICOM PS3.5, 8.1.1.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from raiox.intake.bit_layout import (
    MAX_ROUGHNESS,
    MIN_NEGATIVE_SHARE,
    Layout,
    Words,
    gain,
    has_negative,
    is_wrapped,
    roughness,
    sample,
)
from raiox.intake.dicom.image_pixel import ImagePixel

BYTE_BITS: Final = 8  # in bytes nobody stores anything but shades
MIN_GAIN: Final = 0.3  # an overlay gives 0, values of more bits than declared over 0.5


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
    rows = sample(words)
    best = _likeliest(rows, declared)
    if best.is_signed and not declared.is_signed and not _is_negative(rows, best):
        best = declared
    swapped = replace(declared, is_swapped=True)
    if roughness(rows, swapped) < MAX_ROUGHNESS * roughness(rows, best):
        return swapped
    n_unused = n_word_bits - declared.n_bits
    is_high = best.n_bits == n_word_bits and n_unused > 0 and not used & ((1 << n_unused) - 1)
    return Layout(n_unused, declared.n_bits, best.is_signed) if is_high else best


def _likeliest(rows: Words, declared: Layout) -> Layout:
    """The layout whose neighbours are most alike, of those that are alike enough to be believed."""
    n_word_bits = 8 * rows.dtype.itemsize
    whole = [Layout(0, n_word_bits, is_signed) for is_signed in (False, True)]
    gains = {layout: gain(rows, declared, layout) for layout in whole}
    best = max(whole, key=gains.__getitem__)
    if gains[best] >= MIN_GAIN:
        return best
    other_sign = replace(declared, is_signed=not declared.is_signed)
    return other_sign if is_wrapped(rows, declared, other_sign) else declared


def _is_negative(rows: Words, layout: Layout) -> bool:
    """Whether values are below zero, and next to those above it: bright letters are not."""
    is_whole = layout.n_bits == 8 * rows.dtype.itemsize
    if is_whole and not is_wrapped(rows, replace(layout, is_signed=False), layout):
        return False
    return has_negative(layout.values(rows), 0.0 if is_whole else MIN_NEGATIVE_SHARE)
