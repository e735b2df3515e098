"""A bundle whose network computes in 8 bits, written only if it answers as the one it came from.

Speed is never bought with accuracy: what may be lost is fixed here, measured on `valid`, and kept in
the manifest. Thresholds are chosen anew, because a score's distribution moves before its ranking does.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from raiox.bundle import Bundle, Quantization, open_bundle, write_bundle
from raiox.bundle.manifest import EMBEDDING_MAP_FILE, MODEL_FILE
from raiox.inference.margins import content
from raiox.inference.session import NetworkSession
from raiox.lab.aliases import Reader
from raiox.lab.datasets.manifest import Sample
from raiox.lab.errors import QuantizationLosesError
from raiox.lab.evaluation.calibrate import calibrate
from raiox.lab.evaluation.comparison import BundlePredictions, compare_bundles
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.training.export.int8 import to_int8
from raiox.preprocessing import Preprocessing, network_input

MAX_AUC_LOSS: Final = 0.002
MAX_POINT_LOSS: Final = 0.005
"""Of any sensitivity or specificity, each bundle at its own operating points."""

MIN_MAP_CORRELATION: Final = 0.98
"""Pearson's, of the activation maps of one image; the median over images."""

N_CALIBRATION_IMAGES: Final = 128
N_MAPS: Final = 200


def is_accepted(lost: Quantization) -> bool:
    """Whether a network may answer in another's stead."""
    return (
        lost.auc_loss <= MAX_AUC_LOSS
        and lost.point_loss <= MAX_POINT_LOSS
        and lost.map_correlation >= MIN_MAP_CORRELATION
    )


def quantize_bundle(
    folder: Path,
    out: Path,
    samples: Callable[[str], Sequence[Sample]],
    read: Reader,
    predict_valid: Callable[[Bundle], Predictions],
    accept: Callable[[Quantization], bool] = is_accepted,
) -> Quantization:
    """Write the bundle in 8 bits and say what it lost.

    Args:
        folder: of a classifier's bundle.
        out: the new bundle's; replaced if there.
        samples: the labelled images of a split.
        read: bytes to radiograph, the intake's.
        predict_valid: a network's predictions on the validation split.
        accept: whether what it lost may be lost.

    Raises:
        BundleError: the bundle cannot be trusted.
        QuantizationLosesError: it answers otherwise than the bundle; nothing is left at `out`.
    """
    old = open_bundle(folder)
    spec = old.manifest.preprocessing
    images = _inputs(_spread(samples("train"), N_CALIBRATION_IMAGES), read, spec)
    contents = {name: (folder / name).read_bytes() for name in old.manifest.files}
    contents[MODEL_FILE] = to_int8(old.model, images)
    contents.pop(EMBEDDING_MAP_FILE, None)  # made of the embeddings of the other network
    draft = old.manifest.model_copy(update={"id": f"{old.manifest.id}-int8"})
    write_bundle(out, draft, contents)
    calibrate(out, predict_valid, old.manifest.set_coverage or 1.0)
    new = open_bundle(out)
    lost = _measure(
        BundlePredictions(old, predict_valid(old)),
        BundlePredictions(new, predict_valid(new)),
        _map_correlation(old, new, _inputs(_spread(samples("valid"), N_MAPS), read, spec)),
        len(images),
    )
    if not accept(lost):
        shutil.rmtree(out)
        figures = lost.model_dump(exclude={"n_images"})
        raise QuantizationLosesError(**{name: round(x, 4) for name, x in figures.items()})
    kept = {name: (out / name).read_bytes() for name in new.manifest.files}
    write_bundle(out, new.manifest.model_copy(update={"quantization": lost}), kept)
    return lost


def _measure(
    old: BundlePredictions, new: BundlePredictions, correlation: float, n_images: int
) -> Quantization:
    gains = {d.key: d.gain.value for d in compare_bundles(old, new)}
    points = [gain for key, gain in gains.items() if key.startswith("point.")]
    return Quantization(
        n_images=n_images,
        auc_loss=-gains["auc.macro"],
        point_loss=-min(points),
        map_correlation=correlation,
    )


def _map_correlation(old: Bundle, new: Bundle, images: np.ndarray) -> float:
    """Median over images of the correlation of all their maps."""
    maps = [NetworkSession(bundle, 1).run(images)["maps"] for bundle in (old, new)]
    pairs = zip(*(m.reshape(len(m), -1) for m in maps), strict=True)
    return float(np.median([np.corrcoef(a, b)[0, 1] for a, b in pairs]))


def _inputs(samples: Sequence[Sample], read: Reader, spec: Preprocessing) -> np.ndarray:
    """(N, 1, S, S) what the network sees of some images."""
    decoded = (read(sample.path.read_bytes()).pixels for sample in samples)
    return np.stack([network_input(content(pixels), spec) for pixels in decoded])


def _spread(samples: Sequence[Sample], n: int) -> Sequence[Sample]:
    """At most n samples, evenly from all of them, so that each data set is there."""
    at = np.linspace(0, len(samples) - 1, min(n, len(samples))).astype(int)
    return [samples[i] for i in at]
