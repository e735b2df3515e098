"""Stored values to the values that a window counts in. Source: DICOM PS3.3, C.11.1."""

from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.lookup_table import read_lookup_table

Values = npt.NDArray[np.float64]

RESCALE: Final = ("RescaleSlope", "RescaleIntercept")


def apply_modality_lut(
    values: Values, elements: Elements, *, is_signed: bool
) -> tuple[Values, bool]:
    """Apply the first Modality LUT, else the rescale.

    A slope of zero would make every value the same, so it cannot be meant.

    Args:
        values: (N,) stored values.
        elements: of the data set.
        is_signed: whether stored values may be negative.

    Returns: (N,) values, and whether something that the file says had to be mended or ignored.
    """
    for item in elements.items("ModalityLUTSequence")[:1]:
        table = read_lookup_table(item, "LUTDescriptor", "LUTData", is_signed=is_signed)
        if table is not None and np.ptp(table.entries):
            return table.look_up(values), False
        return values, True
    slope, intercept = (elements.number(keyword) for keyword in RESCALE)
    is_mended = not elements.repaired.isdisjoint(RESCALE)
    if slope == 0:
        return values, True
    rescaled = values * (1.0 if slope is None else slope) + (intercept or 0.0)
    return (rescaled, is_mended) if np.isfinite(rescaled).all() else (values, True)
