"""What a small picture of an image is remembered by, so that copies meet among thousands.

All chests look alike, so pixels as they are would pair any two of them. Kept
instead is where edges run in which direction (Dalal and Triggs, 2005), and from
that what is common to the whole collection is taken away and what seldom differs
is raised (whitening; Jegou and Chum, 2012). Directions count modulo 180 degrees
and strengths relative to their surroundings, so a negative has the descriptor of
its positive and a change of tone leaves little trace. This module knows numpy only.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from raiox.entities import FloatArray

Thumbnails = npt.NDArray[np.uint8]
"""(N, THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX) uint8."""

THUMBNAIL_SIDE_PX: Final = 64
N_DIRECTIONS: Final = 6
N_CELLS: Final = 8  # a side; a cell is 12 % of the image, so a cut of 3 % moves little
N_SURROUNDINGS: Final = 4  # a side
FAINTEST_EDGE: Final = 2.0  # gray levels; below it lie noise and the blocks of JPEG
N_KEPT: Final = 192  # axes of greatest variance, half of all: the rest is noise
N_PRIOR: Final = 50  # images that speak for "no common mean", so that a few copies keep theirs
MAX_LEARNT: Final = 4_096  # images; ten times the numbers that describe one
ALL_BUT_SAME: Final = 0.98
"""Product of raw descriptors; two radiographs reach 0.977 once in 10,000 pairs."""
CHUNK: Final = 1_024


def describe(thumbnails: Thumbnails) -> FloatArray:
    """Directions of edges over the image: (N, N_DIRECTIONS, N_CELLS, N_CELLS) float32, >= 0."""
    chunks = range(0, len(thumbnails), CHUNK)
    shape = (len(thumbnails), N_DIRECTIONS, N_CELLS, N_CELLS)
    described = np.empty(shape, np.float32)
    for start in chunks:
        described[start : start + CHUNK] = _describe(thumbnails[start : start + CHUNK])
    return described


def mirrored(described: FloatArray) -> FloatArray:
    """What the left-right mirror images would be described by; exact, without their pixels."""
    direction = (-np.arange(N_DIRECTIONS)) % N_DIRECTIONS
    return described[:, direction, :, ::-1]


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """What a collection has in common, and how to make little of it."""

    mean: FloatArray
    """(D,)"""
    weights: FloatArray
    """(D, N_KEPT)"""

    @classmethod
    def of(cls, described: FloatArray) -> Self:
        """Learn from (N, ...) descriptors; with few of them, the caution of `N_PRIOR`.

        Copies would pass for what all images have in common, and be separated no more: of images
        that are all but the same, one counts.
        """
        rows = described[:: 1 + len(described) // MAX_LEARNT]
        rows = rows.reshape(len(rows), -1)
        rows = rows[~np.triu(rows @ rows.T > ALL_BUT_SAME, 1).any(axis=0)]
        mean = rows.sum(axis=0) / np.float32(len(rows) + N_PRIOR)
        centred = rows - mean
        covariance = (centred.T @ centred).astype(np.float64) / len(rows)
        variances, axes = np.linalg.eigh(covariance)
        floor = max(float(variances.mean()), np.finfo(np.float32).tiny)
        weights = (axes / np.sqrt(variances.clip(0) + floor))[:, -N_KEPT:]
        return cls(mean, weights.astype(np.float32))

    def apply(self, described: FloatArray) -> FloatArray:
        """(N, N_KEPT) float32 of length 1 (0 for an image without edges); products are similarities."""
        rows = (described.reshape(len(described), -1) - self.mean) @ self.weights
        rows[~described.any(axis=(1, 2, 3))] = 0
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(length > 0, length, 1), np.float32)


def _describe(thumbnails: Thumbnails) -> FloatArray:
    shades = thumbnails.astype(np.float32)
    along, down = np.zeros_like(shades), np.zeros_like(shades)
    along[:, :, 1:-1] = shades[:, :, 2:] - shades[:, :, :-2]
    down[:, 1:-1] = shades[:, 2:] - shades[:, :-2]
    strength = np.hypot(along, down)
    strength = np.where(strength < FAINTEST_EDGE, 0, strength)
    strength /= _surroundings(strength) + FAINTEST_EDGE
    direction = np.arctan2(down, along) % np.pi * np.float32(N_DIRECTIONS / np.pi)
    cells = _tents(N_CELLS)
    described = np.empty((len(shades), N_DIRECTIONS, N_CELLS, N_CELLS), np.float32)
    for k in range(N_DIRECTIONS):
        away = np.abs(direction - k)
        share = (1 - np.minimum(away, N_DIRECTIONS - away)).clip(0)
        described[:, k] = cells @ (share * strength) @ cells.T
    total = described.sum(axis=(1, 2, 3), keepdims=True)
    shares: FloatArray = np.sqrt(described / np.where(total > 0, total, 1))
    return shares


def _surroundings(strength: FloatArray) -> FloatArray:
    """Mean strength around each pixel, without sharp borders."""
    tents = _tents(N_SURROUNDINGS)
    gather = tents / tents.sum(axis=1, keepdims=True)
    spread = tents / tents.sum(axis=0, keepdims=True)
    around: FloatArray = spread.T @ (gather @ strength @ gather.T) @ spread
    return around


def _tents(n_cells: int) -> FloatArray:
    """(n_cells, THUMBNAIL_SIDE_PX): how much a pixel counts in a cell, falling to its neighbours."""
    place = (np.arange(THUMBNAIL_SIDE_PX) + 0.5) / THUMBNAIL_SIDE_PX * n_cells - 0.5
    away = np.abs(place - np.arange(n_cells)[:, np.newaxis])
    return (1 - away).clip(0).astype(np.float32)
