"""Whether decoded pixels show anything at all.

A network answers whatever it is given, so an empty picture is refused whatever the
filter says of it: without contrast, of one value nearly everywhere, noise, or a mere slope
of gray. One of so few shades that too much was lost on the way is refused with a reason of
its own. The limits lie far from every one of 22,866 chest radiographs of eight
data sets; beside each stands the closest of them.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import FloatArray, GrayArray, Rejection
from raiox.vocabulary import BLANK_IMAGE

LOW_CONTRAST: Final = "low_contrast"

MIN_CONTRAST: Final = 16  # of 255, from the 1st to the 99th percentile; closest radiograph: 54
MIN_SHADES: Final = 32
"""The same, of a picture that does show something: with fewer, scores move by up to 0.5."""
MAX_ONE_VALUE: Final = 0.9  # share of the pixels that have the same value; closest: 0.78
MIN_NEIGHBOUR_CORRELATION: Final = 0.2  # noise has none; closest: 0.44
MIN_BEYOND_SLOPE: Final = 0.04  # share of the deviation that no slope explains; closest: 0.09

LOW_SHARE, HIGH_SHARE = 0.01, 0.99
SIDE_PX: Final = 64  # averaged to this, noise is gone and a chest still has its lungs
DEGREE: Final = 8  # of the polynomial that stands for slopes, bands and vignettes


def reject_blank(pixels: GrayArray) -> Rejection | None:
    """Refuse a picture that is blank, nearly blank, noise, a slope, or of too few shades.

    Args:
        pixels: (H, W) uint8.

    Returns: the refusal, with `contrast` (0 to 255); None where the picture shows something.
    """
    image = Image.fromarray(pixels)
    shares = np.array(image.histogram()) / pixels.size
    contrast = _contrast(shares)
    refusal = Rejection(BLANK_IMAGE, {"contrast": contrast})
    if contrast < MIN_CONTRAST or shares.max() > MAX_ONE_VALUE:
        return refusal
    small = np.asarray(image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX), np.float32)
    small = small - small.mean()
    is_noise = _neighbour_correlation(small) < MIN_NEIGHBOUR_CORRELATION
    if is_noise or _beyond_slope(small) < MIN_BEYOND_SLOPE:
        return refusal
    return Rejection(LOW_CONTRAST, {"contrast": contrast}) if contrast < MIN_SHADES else None


def _contrast(shares: npt.NDArray[np.float64]) -> int:
    cumulated = np.cumsum(shares)
    low, high = (int(np.searchsorted(cumulated, share)) for share in (LOW_SHARE, HIGH_SHARE))
    return high - low


def _neighbour_correlation(small: FloatArray) -> float:
    """Correlation of pixels with the next one, along the worse of the two axes."""
    variance = float(np.mean(small**2)) or 1.0
    along = float(np.mean(small[:, 1:] * small[:, :-1]))
    down = float(np.mean(small[1:] * small[:-1]))
    return min(along, down) / variance


def _beyond_slope(small: FloatArray) -> float:
    """Standard deviation left when the best polynomial surface is taken away, as a share."""
    basis = _smooth_surfaces()
    values = small.ravel()
    rest = values - basis @ (basis.T @ values)
    return float(rest.std() / (values.std() or 1.0))


@cache
def _smooth_surfaces() -> npt.NDArray[np.float64]:
    """(SIDE_PX ** 2, n) orthonormal polynomials in x and y up to `DEGREE`."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    terms = [x**i * y**j for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    basis, _ = np.linalg.qr(np.stack([term.ravel() for term in terms], axis=1))
    return basis
