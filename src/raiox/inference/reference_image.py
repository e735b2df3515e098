"""A reference image that every network answers before it may answer anybody.

A bundle may be complete and rightly signed and still not answer: weights that are NaN, an input
of another shape, outputs that are missing. That shows at the first image; so the first image is
drawn here, and networks that fail on it are never ready.
"""

from collections.abc import Callable, Sequence

import numpy as np

from raiox.bundle.errors import BundleInvalidError
from raiox.entities import FilterResult, Prediction, Radiograph
from raiox.errors import RaioxError

SIDE_PX = 320
MAP_DIMENSIONS = 3

Answer = Callable[[Sequence[Radiograph]], Sequence[object]]
"""What a network answers to radiographs, one each; it may raise whatever a runtime raises."""


def reference_image() -> Radiograph:
    """Two dark fields in a bright one, the same at every call; (320, 320)."""
    rows, columns = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    fields = ((np.abs(columns) - 0.45) / 0.3) ** 2 + (rows / 0.6) ** 2 < 1
    pixels = np.where(fields, 60 + 40 * np.abs(rows), 170 - 50 * rows**2).astype(np.uint8)
    return Radiograph(pixels, "0" * 64, "png")


def require_answers(networks: dict[str, Answer]) -> None:
    """Let each network answer the reference image.

    Args:
        networks: by the id of their bundle.

    Raises:
        BundleInvalidError: for the first that does not, or not with finite numbers.
    """
    image = reference_image()
    for bundle, answer in networks.items():
        try:
            [answered] = answer([image])
        except RaioxError as error:
            raise BundleInvalidError(bundle=bundle, reason=error.code) from error
        except Exception as error:
            # A runtime has errors of its own for every shape, type and name that does not fit.
            raise BundleInvalidError(bundle=bundle, reason="reference_image") from error
        if isinstance(answered, RaioxError):
            raise BundleInvalidError(bundle=bundle, reason=answered.code) from answered
        if not _is_finite(answered):
            raise BundleInvalidError(bundle=bundle, reason="model_output_invalid")


def _is_finite(answered: object) -> bool:
    if isinstance(answered, FilterResult):
        return bool(np.isfinite(answered.frontal))
    if isinstance(answered, Prediction):
        maps = answered.activation_maps
        fits = maps.ndim == MAP_DIMENSIONS and len(maps) == len(answered.scores)
        return bool(fits and np.isfinite(maps).all() and answered.embedding.ndim == 1)
    return bool(np.isfinite(np.asarray(answered)).all())
