"""What colours say of a picture that becomes gray: none, some that are dropped, or false ones.

A tint, a scan in colour and most maps of false colours have one colour for each brightness: their
luma keeps the order of the grays. Where one brightness stands for several colours, as in a rainbow or
in a map laid over a radiograph, the luma shows another picture. Of 60 radiographs each, tinted, noisy, in
"hot" and in "viridis", none came above 28; in "jet" 1 of 60 lay below 73 (33), under a map none.
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


def colour_notes(sample: Samples) -> tuple[str, ...]:
    """Codes of what a reader would miss in (h, w, 3) samples of 0..255 when they become gray."""
    spread = sample.max(axis=2) - sample.min(axis=2)
    if np.mean(spread > COLOUR_SPREAD) <= COLOUR_SHARE:
        return ()
    is_false = _deviation(sample.reshape(-1, 3).astype(np.float32)) > MAX_DEVIATION
    return ("colour_removed", *((FALSE_COLOURS,) if is_false else ()))


def _deviation(colours: Samples) -> float:
    """How far colours of about the same brightness lie apart."""
    level = (colours @ np.array(LUMA, np.float32) * (N_LEVELS / 256)).astype(np.intp)
    counts = np.maximum(np.bincount(level, minlength=N_LEVELS), 1)
    within = 0.0
    for other in (1, 2):
        difference = colours[:, 0] - colours[:, other]
        sums = np.bincount(level, difference, N_LEVELS)
        within += float(np.sum(difference.astype(np.float64) ** 2) - np.sum(sums**2 / counts))
    return float(np.sqrt(within / len(colours)))
