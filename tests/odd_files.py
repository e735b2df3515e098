"""Odd files as people reported them in public trackers, drawn from any radiograph.

Each stands for a situation, not for the file of the report. Tests draw them from a drawn radiograph;
the same functions draw them from real ones, to see what the networks make of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

READ = "read"
"""The picture of the plain PNG comes out."""
OTHER = "other picture"
"""What comes out cannot be that picture any more: the networks must not be confident about it."""


@dataclass(frozen=True, slots=True)
class OddFile:
    """One situation."""

    name: str
    report: str
    """Where people met it: a repository with the number of an issue, or the project's own knowledge."""
    draw: Callable[[np.ndarray], bytes]
    """The file of (H, W) uint8 pixels."""
    expected: str = READ
    """READ, OTHER or the code of the refusal."""


def deep(pixels: np.ndarray) -> np.ndarray:
    """(H, W) uint16 of 12 bits, the lower ones noise as a detector has it; every byte comes back."""
    noise = np.random.default_rng(0).integers(0, 16, pixels.shape, dtype=np.uint16)
    return (pixels.astype(np.uint16) << 4) | noise
