"""The two lung fields of a radiograph: how far evidence extends over them, and whether they are whole.

Lungs are read from a coarse mask, 40 cells along the longest side of the image. The patient's right
lung lies on the left of the image.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from raiox.entities import FloatArray

Mask = npt.NDArray[np.bool_]
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
        return cls(tuple(one for one in found if one.sum() >= floor), lungs)

    @property
    def zones(self) -> dict[Zone, Mask]:
        """The lungs, each side and each third of their height; none of them without two lungs."""
        if len(self.fields) != PAIR:
            return {}
        right, left = sorted(self.fields, key=lambda field: float(np.nonzero(field)[1].mean()))
        lungs = right | left
        rows = np.flatnonzero(lungs.any(axis=1))
        of_row = ((np.arange(len(lungs)) - rows[0]) * 3 // (rows[-1] + 1 - rows[0]))[:, None]
        return {
            "lungs": lungs,
            "right": right,
            "left": left,
            "upper": lungs & (of_row == 0),
            "middle": lungs & (of_row == 1),
            "lower": lungs & (of_row == 2),  # noqa: PLR2004 - the third third
        }

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


def _components(mask: Mask) -> Iterator[Mask]:
    """The regions whose cells touch by a side."""
    left = mask.copy()
    while left.any():
        region = np.zeros_like(mask)
        region[np.unravel_index(int(left.argmax()), mask.shape)] = True
        while True:
            grown = region.copy()
            grown[1:] |= region[:-1]
            grown[:-1] |= region[1:]
            grown[:, 1:] |= region[:, :-1]
            grown[:, :-1] |= region[:, 1:]
            grown &= left
            if (grown == region).all():
                break
            region = grown
        left &= ~region
        yield region
