"""Whether two small pictures show the same image: laid over each other, then compared.

A copy that lost a margin lies displaced by a few pixels; a comparison that does not
look for the displacement would call it another image. Brightness and contrast are
taken out around each pixel first, so that tone says nothing and structure all: two
radiographs of one patient differ by a breath, an image and its copy do not. This module
knows numpy only.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from raiox.entities import FloatArray
from raiox.lab.audit.hog import THUMBNAIL_SIDE_PX, Thumbnails


class Search(NamedTuple):
    """One round of the search for the overlay, by turns along columns and rows."""

    side_px: int
    """What is compared is this large; the steps are half a pixel or one of it."""
    steps: tuple[float, ...]
    """Moves of each edge that are tried, in parts of a side, from where the round began."""
    border_px: int
    """Not compared: it may lie outside the other image."""


COARSE: Final = Search(32, (-0.06, -0.03, 0.0, 0.03, 0.06), 2)
FINE: Final = Search(64, (-0.015, -0.0075, 0.0, 0.0075, 0.015), 4)
MIN_COARSE: Final = 0.8  # copies reach 0.9 in the coarse round; the fine one costs the most
N_SWEEPS: Final = 2
RADIUS_PX: Final = 4  # of a pixel's surroundings, in the thumbnail
FAINTEST_CONTRAST: Final = 4.0  # gray levels
BATCH: Final = 32

_WHOLE = np.array([[0, 1]], np.float32)
"""Edges of an image that lost nothing."""


def correlation(first: Thumbnails, second: Thumbnails) -> FloatArray:
    """How alike pairs are at their best overlay.

    Args:
        first: (N, side, side) uint8.
        second: (N, side, side) uint8, the other image of each pair.

    Returns: (N,) float32, correlation in [0, 1] without its sign: a negative is like its positive.
    """
    alike = np.zeros(len(first), np.float32)
    for start in range(0, len(first), BATCH):
        batch = slice(start, start + BATCH)
        alike[batch] = _correlation(_structure(first[batch]), _structure(second[batch]))
    return alike


def _correlation(fixed: FloatArray, moved: FloatArray) -> FloatArray:
    edges, alike = _overlay(fixed, moved, np.stack([_WHOLE, _WHOLE]), COARSE)
    hopeful = np.flatnonzero(alike >= MIN_COARSE)
    if len(hopeful):
        _, alike[hopeful] = _overlay(fixed[hopeful], moved[hopeful], edges[:, hopeful], FINE)
    return alike


def _overlay(
    fixed: FloatArray, moved: FloatArray, start: FloatArray, search: Search
) -> tuple[FloatArray, FloatArray]:
    """Move one axis with the other kept, by turns.

    Args:
        fixed: (N, side, side) structure.
        moved: (N, side, side) structure of the other images.
        start: (2, N or 1, 2) where columns and rows of `fixed` begin and end in `moved`.
        search: how far, and how finely.

    Returns: edges (2, N, 2) of the best overlay, and its correlations (N,).
    """
    whole = _windows(_WHOLE, search.side_px)
    seen = np.asarray(whole @ fixed @ whole.swapaxes(1, 2), np.float32)
    target = _standardised(seen, search.border_px)
    columns, rows = start
    alike = np.zeros(len(fixed), np.float32)
    for _ in range(N_SWEEPS):
        strips = _windows(rows, search.side_px) @ moved
        columns, _ = _best(target, strips, start[0], search)
        strips = _windows(columns, search.side_px) @ moved.swapaxes(1, 2)
        rows, alike = _best(target.swapaxes(1, 2), strips, start[1], search)
    return np.stack([columns, rows]), alike


def _best(
    target: FloatArray, strips: FloatArray, start: FloatArray, search: Search
) -> tuple[FloatArray, FloatArray]:
    """The edges (N, 2) along the last axis of `strips` that fit best, and how well (N,)."""
    best = np.full(len(strips), -1, np.float32)
    chosen = np.broadcast_to(start, (len(strips), 2))
    for step in _steps(search):
        tried = start + step
        window = _windows(tried, search.side_px)
        picture = _standardised(strips @ window.swapaxes(1, 2), search.border_px)
        alike = np.abs(np.einsum("nij,nij->n", picture, target))
        chosen = np.where((alike > best)[:, np.newaxis], tried, chosen)
        best = np.maximum(best, alike)
    return chosen, best


def _steps(search: Search) -> Iterator[FloatArray]:
    for low in search.steps:
        for high in search.steps:
            yield np.array([low, high], np.float32)


def _windows(edges: FloatArray, side_px: int) -> FloatArray:
    """(N, side_px, THUMBNAIL_SIDE_PX): means of the pixels from edge to edge; outside, the last.

    Args:
        edges: (N, 2) begin and end, in parts of a side.
        side_px: rows of the answer.
    """
    cuts = np.linspace(edges[:, 0], edges[:, 1], side_px + 1, axis=1) * THUMBNAIL_SIDE_PX
    starts = np.arange(THUMBNAIL_SIDE_PX, dtype=np.float32)
    ends = starts + 1
    starts[0], ends[-1] = -np.inf, np.inf
    until = np.minimum(cuts[:, 1:, np.newaxis], ends)
    since = np.maximum(cuts[:, :-1, np.newaxis], starts)
    weights = (until - since).clip(0)
    return np.asarray(weights / weights.sum(axis=2, keepdims=True), np.float32)


def _structure(thumbnails: Thumbnails) -> FloatArray:
    """Shades less their surroundings' mean, over their surroundings' contrast."""
    shades = thumbnails.astype(np.float32)
    detail = shades - _around(shades)
    contrast = np.sqrt(_around(detail * detail))
    return np.asarray(detail / (contrast + FAINTEST_CONTRAST), np.float32)


def _around(values: FloatArray) -> FloatArray:
    """Mean of each pixel's surroundings, fewer of them at the border."""
    place = np.arange(THUMBNAIL_SIDE_PX)
    near = (np.abs(place - place[:, np.newaxis]) <= RADIUS_PX).astype(np.float32)
    near /= near.sum(axis=1, keepdims=True)
    mean: FloatArray = near @ values @ near.T
    return mean


def _standardised(pictures: FloatArray, border_px: int) -> FloatArray:
    """(N, h, w) without their border, mean 0 and length 1 each; a flat one is 0."""
    inner = pictures[:, border_px:-border_px, border_px:-border_px]
    inner = np.asarray(inner - inner.mean(axis=(1, 2), keepdims=True), np.float32)
    length = np.sqrt((inner * inner).sum(axis=(1, 2), keepdims=True))
    inner /= np.where(length > 0, length, 1)
    return inner
