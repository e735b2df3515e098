"""What a display shutter leaves open: outside lies what the detector saw beside the patient.

Some systems collimate by this element alone, and a viewer shows black there. A rectangle, a circle
and a polygon may be given at once. One with an edge missing, or that closes most of the image, is no
wish of anybody. Source: DICOM PS3.3, C.7.6.11.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

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
CIRCLE: Final = ("CenterOfCircularShutter", "RadiusOfCircularShutter")
VERTICES: Final = "VerticesOfThePolygonalShutter"
MAX_VERTICES: Final = 1_000
MIN_VERTICES: Final = 3
MIN_OPEN: Final = 0.25  # of a side

Mask = npt.NDArray[np.bool_]
Shape = tuple[int, ...]


def close_shutter(pixels: GrayArray, elements: Elements) -> GrayArray:
    """Black outside the shapes; the same pixels where the file has none.

    Args:
        pixels: (H, W) uint8, as they are stored.
        elements: of the data set.
    """
    shapes = elements.words(SHAPE)
    for name, opening in OPENINGS.items():
        is_open = opening(pixels.shape, elements) if name in shapes else None
        if is_open is not None and _is_wide(is_open):
            pixels = np.where(is_open, pixels, np.uint8(0))
    return pixels


def _is_wide(is_open: Mask) -> bool:
    """Whether enough rows and columns are shown."""
    return all(is_open.any(axis).mean() > MIN_OPEN for axis in (0, 1))


def _rectangle(shape: Shape, elements: Elements) -> Mask | None:
    top, bottom, left, right = (elements.integer(keyword) or 0 for keyword in EDGES)
    if min(top, left) < 1:
        return None
    is_open = np.zeros(shape, bool)
    is_open[top - 1 : max(0, bottom), left - 1 : max(0, right)] = True
    return is_open


def _circle(shape: Shape, elements: Elements) -> Mask | None:
    centre, radius = elements.numbers(CIRCLE[0]), elements.number(CIRCLE[1])
    if len(centre) != 2 or None in centre or not radius:  # noqa: PLR2004 - its row and its column
        return None
    row, column = (
        np.arange(1, n + 1) - float(at or 0) for n, at in zip(shape, centre, strict=True)
    )
    return np.asarray(row[:, None] ** 2 + column**2 <= radius**2)


def _polygon(shape: Shape, elements: Elements) -> Mask | None:
    """Even-odd: a pixel is inside where an odd number of sides cross its row at its right."""
    numbers = [number for number in elements.numbers(VERTICES) if number is not None]
    vertices = list(zip(numbers[::2], numbers[1::2], strict=False))
    if not MIN_VERTICES <= len(vertices) <= MAX_VERTICES:
        return None
    height, width = shape
    row = np.arange(1, height + 1)
    crossings = np.zeros((height, width + 1), np.uint8)
    for (start, left), (end, right) in pairwise([*vertices, vertices[0]]):
        crossed = np.flatnonzero((start > row) != (end > row))
        at = left + (right - left) * (row[crossed] - start) / ((end - start) or 1)
        crossings[crossed, np.clip(np.ceil(at) - 1, 0, width).astype(np.intp)] ^= 1
    inside: npt.NDArray[Any] = np.bitwise_xor.accumulate(crossings[:, ::-1], axis=1)[:, ::-1]
    return inside[:, 1:].astype(bool)


OPENINGS: Final = {"RECTANGULAR": _rectangle, "CIRCULAR": _circle, "POLYGONAL": _polygon}
