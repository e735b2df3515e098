"""What a display shutter leaves open: outside lies what the detector saw beside the patient.

Some systems collimate by this element alone, and a viewer shows black there. Only a rectangle is
drawn; an edge that is missing or closes most of the image is no wish of anybody.
Source: DICOM PS3.3, C.7.6.11.
"""

from typing import Final

from raiox.entities import GrayArray
from raiox.intake.dicom.elements import Elements

SHAPE: Final = "ShutterShape"
EDGES: Final = (
    "ShutterUpperHorizontalEdge",
    "ShutterLowerHorizontalEdge",
    "ShutterLeftVerticalEdge",
    "ShutterRightVerticalEdge",
)
"""The first and the last row and column that are shown, counted from one."""
MIN_OPEN: Final = 0.25  # of a side


def close_shutter(pixels: GrayArray, elements: Elements) -> GrayArray:
    """Black outside the rectangle; the same pixels where the file has none.

    Args:
        pixels: (H, W) uint8, as they are stored.
        elements: of the data set.
    """
    if "RECTANGULAR" not in elements.words(SHAPE):
        return pixels
    edges = [elements.integer(keyword) for keyword in EDGES]
    top, bottom, left, right = (edge or 0 for edge in edges)
    height, width = pixels.shape
    is_open = bottom - top > MIN_OPEN * height and right - left > MIN_OPEN * width
    if not is_open or min(top, left) < 1:
        return pixels
    shown = pixels.copy()
    shown[: top - 1] = shown[bottom:] = 0
    shown[:, : left - 1] = shown[:, right:] = 0
    return shown
