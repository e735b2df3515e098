"""The VOI LUT or window: which values of a radiograph are shown, and how bright.

The first VOI LUT counts, else the first window. One that shows next to nothing
of what is there was made for other values and is no wish of anybody.
Source: DICOM PS3.3, C.11.2.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.lookup_table import read_lookup_table

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

HINTS: Final = ("WindowCenter", "WindowWidth")
SATURATED: Final = 0.02  # of the range at either end counts as black or white
MIN_SHOWN: Final = 0.2  # of the pixels, without background: fewer between black and white is a miss
MIN_SPREAD: Final = 0.25  # of the range between the darkest and the brightest hundredth
TAIL: Final = 0.01
MAX_EXPONENT: Final = 700.0  # exp overflows at 709


def read_voi(values: Values, elements: Elements) -> tuple[Values | None, bool]:
    """Shades as the file wants them.

    Args:
        values: (N,) after the modality transformation.
        elements: of the data set.

    Returns: (N,) shades in [0, 1], or nothing where the file wants none; and whether
    something that it says was of no use or had to be mended.
    """
    is_unusable = False
    for item in elements.items("VOILUTSequence")[:1]:
        # C.11.2.1.1: the first value mapped is signed where the values may be negative.
        table = read_lookup_table(
            item, "LUTDescriptor", "LUTData", is_signed=bool(values.min() < 0)
        )
        if table is not None:
            return np.minimum(table.shades(values), 1.0), table.is_repaired
        is_unusable = True
    centre, width = (elements.number(keyword) for keyword in HINTS)
    is_said = any(elements.words(keyword) for keyword in HINTS)
    shades = None
    if centre is not None and width is not None:
        shades = _window(values, centre, width, elements.word("VOILUTFunction"))
    is_mended = not elements.repaired.isdisjoint(HINTS)
    return shades, is_unusable or is_mended or (is_said and shades is None)


def shows_the_image(shades: Values, counts: Counts) -> bool:
    """Whether (N,) shades separate the pixels that are there.

    Args:
        shades: in [0, 1], of each value, in any order.
        counts: (N,) pixels of each value; background and padding not counted.
    """
    n_pixels = counts.sum()
    is_between = (shades > SATURATED) & (shades < 1.0 - SATURATED)
    if not n_pixels or counts[is_between].sum() < MIN_SHOWN * n_pixels:
        return False
    order = np.argsort(shades)
    cumulated = np.cumsum(counts[order]) / n_pixels
    low, high = shades[order[np.searchsorted(cumulated, [TAIL, 1.0 - TAIL])]]
    return bool(high - low >= MIN_SPREAD)


def _window(values: Values, centre: float, width: float, function: str) -> Values | None:
    """C.11.2.1.2 and C.11.2.1.3, with 0 and 1 as the smallest and largest output."""
    if width <= 0 or (function not in {"SIGMOID", "LINEAR_EXACT"} and width <= 1):
        return None
    if function == "SIGMOID":
        slope = np.clip(-4.0 * (values - centre) / width, -MAX_EXPONENT, MAX_EXPONENT)
        return np.asarray(1.0 / (1.0 + np.exp(slope)))
    if function != "LINEAR_EXACT":
        centre, width = centre - 0.5, width - 1.0
    return np.clip((values - centre) / width + 0.5, 0.0, 1.0)
