"""What colours say of a picture that becomes gray: none, some that are dropped, or false ones.

A tint and a scan in colour have one hue, and one colour for each brightness: their luma keeps the
grays. Where one brightness stands for several colours, as in a rainbow or in a map laid over a
radiograph, the luma shows another picture; where dark and bright are of different hues, as in
"viridis" or "hot", it shows the right order at wrong distances. Of 60 radiographs each, drawn in
viridis, plasma, inferno, magma, fire and YlGnBu 59 or 60 count as false, in hot and pink 58, in cividis
49; tinted warm, sepia, green, blue, in copper, bone and cyanotype, noisy or as JPEG 75, none; in jet 59,
under a map all.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from raiox.vocabulary import FALSE_COLOURS

Samples = npt.NDArray[Any]

COLOUR_SPREAD: Final = 32  # of 255 between channels; chroma noise of JPEG stays below
COLOUR_SHARE: Final = 0.002  # of the pixels: a small coloured marker counts, a stray pixel does not
LUMA: Final = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow's own conversion
N_LEVELS: Final = 16  # of brightness, within each of which colours are compared
MAX_DEVIATION: Final = 40.0  # of 255, of the differences of channels within a level
MIN_CHROMA: Final = 32.0  # of 255, of the mean colour of each level, on average over the pixels
ONE_HUE: Final = 0.98  # of the length that the colours of all levels would have in one direction


def colour_notes(sample: Samples) -> tuple[str, ...]:
    """Codes of what a reader would miss in (h, w, 3) samples of 0..255 when they become gray."""
    spread = sample.max(axis=2) - sample.min(axis=2)
    if np.mean(spread > COLOUR_SPREAD) <= COLOUR_SHARE:
        return ()
    is_false = _are_false(sample.reshape(-1, 3).astype(np.float32))
    return ("colour_removed", *((FALSE_COLOURS,) if is_false else ()))


def _are_false(colours: Samples) -> bool:
    """Whether (n, 3) colours of a brightness lie far apart, or turn their hue from dark to bright."""
    level = (colours @ np.array(LUMA, np.float32) * (N_LEVELS / 256)).astype(np.intp)
    counts = np.maximum(np.bincount(level, minlength=N_LEVELS), 1)
    differences = (colours[:, :1] - colours[:, 1:]).astype(np.float64)
    sums = np.stack([np.bincount(level, each, N_LEVELS) for each in differences.T])
    within = float(np.sum(differences**2) - np.sum(sums**2 / counts))
    if within > MAX_DEVIATION**2 * len(colours):
        return True
    to_green, to_blue = sums
    hues = (to_green + to_blue) / 2 + 1j * np.sqrt(0.75) * (to_blue - to_green)
    strength = float(np.abs(hues).sum())
    is_coloured = strength > MIN_CHROMA * len(colours)
    return is_coloured and float(np.abs(hues.sum())) < ONE_HUE * strength
