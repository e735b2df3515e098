"""Images that are copies of each other though their pixels differ, across splits.

Found: an image made smaller or larger, encoded again, cut by 3 % at any edge,
stretched, in other tones, as a negative, mirrored, and these together. Not found:
an image rotated or placed in a frame, and another radiograph of the same patient.

Two steps. Descriptors of all images are multiplied with each other in blocks, which
takes seconds for tens of thousands and leaves a few candidates for each image; each
candidate is then overlaid and compared. Thresholds, measured on radiographs
(docs/evidence/near-duplicates.md, printed by benchmarks/near_duplicates.py): copies
cut by 3 % and toned have descriptors alike to 0.6 or more, two radiographs in a hundred
thousand pairs reach 0.5; overlaid, copies correlate to 0.94 or more, two radiographs
of one patient to 0.93 at most. From 0.86 on two radiographs are most often of one
patient, or of two that no network could separate: these are reported as
look-alikes. This module reads no file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.entities import FloatArray
from raiox.lab.aliases import Indices, Progress
from raiox.lab.audit.hog import Thumbnails, Whitening, describe, mirrored
from raiox.lab.audit.registration import correlation

MIN_SIMILARITY: Final = 0.5
MIN_ALIKE: Final = 0.86
MIN_COPY: Final = 0.93
MAX_CANDIDATES: Final = 20  # of one image; bounds time and memory where a collection is all alike
FEW: Final = 200
"""Images; so few say too little of what radiographs have in common to rule out any pair."""
BLOCK: Final = 512


@dataclass(frozen=True, slots=True)
class Copy:
    """Two images that are one, or look it."""

    first: int
    """Index; smaller than `second`."""
    second: int
    distance: float
    """1 - correlation at the best overlay: 0 for the same picture."""
    mirrored: bool

    @property
    def certain(self) -> bool:
        """Whether it is one image; else two radiographs that look alike, most often of one patient."""
        return 1 - self.distance >= MIN_COPY


def near_identical(
    thumbnails: Thumbnails, splits: Sequence[str], progress: Progress = iter
) -> list[Copy]:
    """Find copies and look-alikes whose splits differ.

    Args:
        thumbnails: (N, side, side) uint8.
        splits: (N,) split of each image; images of one split are not compared.
        progress: wraps the starts of the blocks, e.g. with a progress bar.
    """
    copies: dict[tuple[int, int], Copy] = {}
    for first, second, is_mirrored in _candidates(thumbnails, splits, progress):
        other = thumbnails[second]
        alike = correlation(thumbnails[first], other[:, :, ::-1] if is_mirrored else other)
        for a, b, value in zip(first.tolist(), second.tolist(), alike.tolist(), strict=True):
            known = copies.get((a, b))
            if value >= MIN_ALIKE and (known is None or 1 - value < known.distance):
                copies[a, b] = Copy(a, b, 1 - value, is_mirrored)
    return sorted(copies.values(), key=lambda copy: (copy.distance, copy.first, copy.second))


def _candidates(
    thumbnails: Thumbnails, splits: Sequence[str], progress: Progress
) -> Iterator[tuple[Indices, Indices, bool]]:
    """Pairs (first < second) of different splits that may be copies, straight and mirrored."""
    if len(set(splits)) < 2:  # noqa: PLR2004 - a pair takes two splits
        return
    described = describe(thumbnails)
    whitening = Whitening.of(described)
    vectors, split_of = whitening.apply(described), np.unique(splits, return_inverse=True)[1]
    reflections = whitening.apply(mirrored(described))
    least = MIN_SIMILARITY if len(vectors) > FEW else -1.0
    for start in progress(range(0, len(vectors), BLOCK)):
        block = slice(start, start + BLOCK)
        elsewhere = split_of[block, np.newaxis] != split_of[start:]
        elsewhere &= np.arange(start, len(vectors)) > np.arange(len(vectors))[block, np.newaxis]
        for others, is_mirrored in ((vectors, False), (reflections, True)):
            rows, columns = _likeliest(vectors[block] @ others[start:].T, elsewhere, least)
            yield rows + start, columns + start, is_mirrored


def _likeliest(
    similarity: FloatArray, allowed: npt.NDArray[np.bool_], least: float
) -> tuple[Indices, Indices]:
    """Rows and columns of allowed pairs, the likeliest `MAX_CANDIDATES` of each row."""
    taken = allowed & (similarity >= least)
    for row in np.flatnonzero(taken.sum(axis=1) > MAX_CANDIDATES):
        ranked = np.where(taken[row], similarity[row], -np.inf)
        taken[row, np.argpartition(ranked, -MAX_CANDIDATES)[:-MAX_CANDIDATES]] = False
    rows, columns = np.nonzero(taken)
    return rows, columns
