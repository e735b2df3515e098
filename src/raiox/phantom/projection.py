"""Thickness along parallel rays: of ellipsoids in closed form, of tubes by their points."""

from typing import Final

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float64]

MM_PER_PX: Final = 0.6
WIDTH_PX, HEIGHT_PX = 592, 672
FAST_SIDE: Final = 48  # multiples of it have small factors only, which the FFT likes


def coordinates() -> tuple[Grid, Grid]:
    """(H, W) positions in mm: x from the midline, y from the top."""
    columns = (np.arange(WIDTH_PX) - WIDTH_PX / 2 + 0.5) * MM_PER_PX
    rows = (np.arange(HEIGHT_PX) + 0.5) * MM_PER_PX
    x, y = np.meshgrid(columns, rows)
    return x, y


def tube(points: Grid, radius: float, spacing: Grid | float) -> Grid:
    """Thickness along each ray of tubes around curves in space.

    Args:
        points: (N, 3) in mm: right, down, towards the detector.
        radius: of the tubes, in mm.
        spacing: (N,) or one, in mm: the length for which each point stands.
    """
    volume = np.broadcast_to(np.pi * radius**2 * np.asarray(spacing), len(points))
    rows = points[:, 1] / MM_PER_PX - 0.5
    columns = points[:, 0] / MM_PER_PX + WIDTH_PX / 2 - 0.5
    edges = (np.arange(HEIGHT_PX + 1) - 0.5, np.arange(WIDTH_PX + 1) - 0.5)
    masses, *_ = np.histogram2d(rows, columns, bins=edges, weights=volume / MM_PER_PX**2)
    return blurred(masses.astype(np.float64), ball(radius / MM_PER_PX))


def ball(radius_px: float) -> Grid:
    """The projection of a ball, of sum 1."""
    reach = int(np.ceil(radius_px)) + 1
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    projection = half_circle(np.hypot(rows, columns) / radius_px)
    return np.asarray(projection / projection.sum())


def blurred(image: Grid, kernel: Grid) -> Grid:
    """The image convolved with an odd kernel; what leaves it on one side does not come back."""
    reach = len(kernel) // 2
    padded = np.pad(image, reach, mode="edge")
    shape = tuple(-(-side // FAST_SIDE) * FAST_SIDE for side in padded.shape)
    spectrum = np.fft.rfft2(padded, shape) * np.fft.rfft2(kernel, shape)
    whole: Grid = np.fft.irfft2(spectrum, shape)
    return whole[2 * reach : 2 * reach + image.shape[0], 2 * reach : 2 * reach + image.shape[1]]


def half_circle(t: Grid) -> Grid:
    """The chord of a circle of diameter 1 at a distance of `t` radii from its centre."""
    return np.sqrt(np.clip(1 - t**2, 0, None))


def tilted_ellipsoid(x: Grid, y: Grid, a: float, b: float, angle: float) -> Grid:
    """The chord through an ellipsoid, as a share of its greatest."""
    along = np.cos(angle) * x + np.sin(angle) * y
    across = np.cos(angle) * y - np.sin(angle) * x
    return half_circle(np.hypot(along / a, across / b))


def smooth_step(t: Grid, start: float, end: float) -> Grid:
    """0 before the start, 1 after the end, smooth between."""
    s = np.clip((t - start) / (end - start), 0, 1)
    return s * s * (3 - 2 * s)
