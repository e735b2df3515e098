"""The two lung fields of a radiograph: how far evidence extends over them, and whether they are whole.

Lungs are read from a coarse mask, 40 cells along the longest side of the image. The patient's right
lung lies on the left of the image.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from raiox.entities import FloatArray

Mask = npt.NDArray[np.bool_]
Run = tuple[int, int, int]
"""Row, first column and the first column behind it."""
Zone = Literal["lungs", "right", "left", "upper", "middle", "lower"]

LUNG: Final = 0.5
"""Probability from which a cell is lung."""
MIN_FIELD: Final = 0.015
"""Share of the image below which connected lung is no field."""
PAIR: Final = 2
EVIDENT: Final = 0.25
"""Evidence from which a cell counts; chosen on boxes of `valid`."""
MIN_OF_LARGEST: Final = 0.2
"""Share of the largest field below which another one is no field."""


LUNGS_CUT_OFF: Final = "lungs_cut_off"
ONE_LUNG: Final = "one_lung"
CHEST_TILTED: Final = "chest_tilted"
TIGHT_COLLIMATION: Final = "tight_collimation"
POSITIONING: Final = (LUNGS_CUT_OFF, ONE_LUNG, CHEST_TILTED, TIGHT_COLLIMATION)
"""Codes of how the lungs lie in the picture."""

MAX_AT_EDGE: Final = {"top": 0.3, "bottom": 0.2, "left": 0.25, "right": 0.25}
"""Share of an edge of the picture that lung may touch."""
UPRIGHT_DEG: Final = -1.7
MAX_TILT_DEG: Final = 11.0
"""Mean of the lungs' long axes, clockwise from the vertical, and how far it may lie from there."""
MAX_AREA: Final = 0.52
"""Share of the picture that lung may fill."""
MIN_OF_OTHER_PICTURE: Final = 0.2
"""Share of all lung that lies in the smaller of two radiographs in one picture."""


@dataclass(frozen=True, slots=True, eq=False)
class LungFields:
    """Connected regions of lung, the largest first; each (h, w) over the same image."""

    fields: tuple[Mask, ...]
    zones: Mapping[Zone, Mask]
    """The lungs, each side and each third of their height; empty without two lungs."""
    probability: FloatArray
    """(h, w) of lung."""

    @classmethod
    def of(cls, lungs: FloatArray) -> "LungFields":
        """Find them.

        Args:
            lungs: (h, w) probability of lung.
        """
        found = sorted(_components(lungs >= LUNG), key=lambda one: -int(one.sum()))
        floor = max(MIN_FIELD * lungs.size, MIN_OF_LARGEST * (found[0].sum() if found else 0))
        fields = tuple(one for one in found if one.sum() >= floor)
        return cls(fields, _zones(fields), lungs)

    def extent(self, evidence: FloatArray) -> dict[str, float]:
        """Share of each zone's area with evidence for a finding; nothing without two lungs.

        How far a finding extends, not how severe a disease is: that was never validated.

        Args:
            evidence: (h, w) over the same image; 1 is the top of the fixed scale.
        """
        evident = evidence >= EVIDENT
        return {zone: float(evident[mask].mean()) for zone, mask in self.zones.items()}

    @property
    def is_of_several_radiographs(self) -> bool:
        """Whether much lung lies wholly above other lung, as in two radiographs one above another.

        Of those that the frontal filter accepted this finds 11 of 15, and 1 of 500 single ones.
        """
        spans = sorted((*_rows(field), int(field.sum())) for field in self.fields)
        total = sum(area for _, _, area in spans)
        for n in range(1, len(spans)):
            above, below = spans[:n], spans[n:]
            if max(bottom for _, bottom, _ in above) < min(top for top, _, _ in below):
                smaller = min(sum(area for _, _, area in part) for part in (above, below))
                if smaller >= MIN_OF_OTHER_PICTURE * total:
                    return True
        return False

    @property
    def positioning(self) -> tuple[str, ...]:
        """Codes of what a reader should know of how the lungs lie; limits chosen on `valid`."""
        if not self.fields:
            return ()
        lungs = np.any(self.fields, axis=0)
        edges = {"top": lungs[0], "bottom": lungs[-1], "left": lungs[:, 0], "right": lungs[:, -1]}
        codes = {
            LUNGS_CUT_OFF: any(line.mean() > MAX_AT_EDGE[edge] for edge, line in edges.items()),
            ONE_LUNG: len(self.fields) < PAIR,
            CHEST_TILTED: abs(self._tilt_deg - UPRIGHT_DEG) > MAX_TILT_DEG,
            TIGHT_COLLIMATION: lungs.mean() > MAX_AREA,
        }
        return tuple(code for code, applies in codes.items() if applies)

    @property
    def _tilt_deg(self) -> float:
        """Of two lungs; upright where there are not two."""
        if len(self.fields) != PAIR:
            return UPRIGHT_DEG
        return float(np.mean([_axis_deg(field) for field in self.fields]))


def _rows(field: Mask) -> tuple[int, int]:
    """The first and the last row that it touches."""
    rows = np.flatnonzero(field.any(axis=1))
    return int(rows[0]), int(rows[-1])


def _axis_deg(field: Mask) -> float:
    """Angle of the long axis with the vertical; positive where it leans to the right going down."""
    cells = np.argwhere(field).astype(np.float64)
    cells -= cells.mean(axis=0)
    down, right = np.linalg.eigh(cells.T @ cells)[1][:, -1]
    return float(np.degrees(np.arctan2(right, down) if down >= 0 else np.arctan2(-right, -down)))


def _zones(fields: tuple[Mask, ...]) -> dict[Zone, Mask]:
    if len(fields) != PAIR:
        return {}
    right, left = sorted(fields, key=lambda field: float(np.nonzero(field)[1].mean()))
    lungs = right | left
    first, last = _rows(lungs)
    third = ((np.arange(len(lungs)) - first) * 3 // (last + 1 - first))[:, None]
    return {
        "lungs": lungs,
        "right": right,
        "left": left,
        "upper": lungs & (third == 0),
        "middle": lungs & (third == 1),
        "lower": lungs & (third == 2),  # noqa: PLR2004 - the third third
    }


def _components(mask: Mask) -> Iterator[Mask]:
    """The regions whose cells touch by a side: runs along the rows, joined to those above them.

    Source: Wu, Otoo and Suzuki, 2009, doi:10.1007/s10044-008-0109-y (union-find on runs).
    """
    rows, edges = (e.tolist() for e in np.nonzero(np.diff(mask, prepend=False, append=False)))
    runs = list(zip(rows[::2], edges[::2], edges[1::2], strict=True))
    roots = _joined(runs)
    labels = np.full(mask.shape, -1)
    for (row, start, end), root in zip(runs, roots, strict=True):
        labels[row, start:end] = root
    yield from (labels == root for root in dict.fromkeys(roots))


def _joined(runs: Sequence[Run]) -> list[int]:
    """A number for each run, the same for those that touch; runs come row by row."""
    parents = list(range(len(runs)))

    def root(run: int) -> int:
        while parents[run] != run:
            run = parents[run]
        return run

    for index, (row, start, end) in enumerate(runs):
        for other in range(index - 1, -1, -1):
            other_row, other_start, other_end = runs[other]
            if other_row < row - 1:
                break
            if other_row == row - 1 and other_start < end and start < other_end:
                parents[root(other)] = root(index)
    return [root(index) for index in range(len(runs))]
