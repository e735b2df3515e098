"""What is left of the scores with the lungs hidden: what a network reads outside of them.

The lungs become as gray as what surrounds them, in the network's own input, so that neither size nor
tone of the rest changes. Their outline stays visible. Source: Maguolo and Nanni, 2021,
doi:10.1016/j.inffus.2021.04.008 (networks separated data sets with the lungs blacked out).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from raiox.entities import FloatArray, LungOcclusion, Radiograph
from raiox.errors import RaioxError
from raiox.inference.classifier import Classifier
from raiox.inference.errors import LungsNotFoundError
from raiox.inference.lung_fields import LUNG, LungFields
from raiox.inference.lungs import LungSegmenter
from raiox.preprocessing import Preprocessing, content_box, network_input

HIDDEN: Final = 0.2
"""Probability of lung from which a pixel is hidden: edges that are certainly lung lie inside."""


def occlude_lungs(
    radiographs: Sequence[Radiograph], classifier: Classifier, segmenter: LungSegmenter
) -> list[LungOcclusion | RaioxError]:
    """The scores of each radiograph as it is and with its lungs hidden, or why there are none.

    Args:
        radiographs: without margins.
        classifier: scores them.
        segmenter: finds the lungs.

    Raises:
        ModelOutputInvalidError: the network of the lungs answers no finite numbers.
    """
    spec = classifier.manifest.preprocessing
    lungs = segmenter.segment(radiographs)
    found: list[LungOcclusion | RaioxError] = []
    for radiograph, probability in zip(radiographs, lungs, strict=True):
        if not LungFields.of(probability).fields:
            found.append(LungsNotFoundError())
            continue
        image = network_input(radiograph.pixels, spec)
        hidden = hide_lungs(image, probability, radiograph.pixels.shape, spec)
        found.append(LungOcclusion(*classifier.scores(np.stack([image, hidden]))))
    return found


def hide_lungs(
    image: FloatArray, lungs: FloatArray, shape: tuple[int, ...], spec: Preprocessing
) -> FloatArray:
    """A network input with the lungs as gray as what surrounds them.

    Args:
        image: (1, S, S) of the radiograph.
        lungs: (h, w) probability of lung over the radiograph.
        shape: height and width of the radiograph, in pixels.
        spec: how it was put into the square.
    """
    height, width = shape
    left, top, right, bottom = content_box(height, width, spec)
    over = Image.fromarray(lungs).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    hidden = np.zeros(image.shape[1:], np.bool_)
    hidden[top:bottom, left:right] = np.asarray(over) >= HIDDEN
    certain = np.zeros_like(hidden)
    certain[top:bottom, left:right] = np.asarray(over) >= LUNG
    rows, columns = (np.flatnonzero(certain.any(axis=axis)) for axis in (1, 0))
    around = np.zeros_like(hidden)
    around[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    around &= ~hidden
    filled = image.copy()
    filled[0, hidden] = image[0, around if around.any() else ~hidden].mean()
    return filled
