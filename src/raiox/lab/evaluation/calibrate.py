"""A bundle's thresholds chosen anew on `valid`; its network stays as it is, byte for byte."""

from collections.abc import Callable
from pathlib import Path

from raiox.bundle import Bundle, BundleManifest, open_bundle, write_bundle
from raiox.bundle.manifest import EMBEDDING_DISTANCE_FILE
from raiox.lab.evaluation.card import with_fitted_row
from raiox.lab.evaluation.embedding_distance import fit_embedding_distance
from raiox.lab.evaluation.fitting import SET_COVERAGE, fit_manifest
from raiox.lab.evaluation.predictions import Predictions


def calibrate(
    folder: Path, predict_valid: Callable[[Bundle], Predictions], coverage: float = SET_COVERAGE
) -> BundleManifest:
    """Write the bundle with temperature, operating points and thresholds of its predictions.

    Args:
        folder: the bundle's.
        predict_valid: the network's predictions on the validation split.
        coverage: share of a left-out data set whose findings set must hold the label.

    Raises:
        BundleError: the bundle cannot be trusted.
    """
    bundle = open_bundle(folder)
    valid = predict_valid(bundle)
    manifest = fit_manifest(bundle.manifest, valid, coverage)
    contents = {name: (folder / name).read_bytes() for name in manifest.files}
    if manifest.role == "classifier":
        contents[EMBEDDING_DISTANCE_FILE] = fit_embedding_distance(valid.embeddings).to_json()
    write_bundle(folder, manifest, contents | with_fitted_row(contents, manifest))
    return manifest
