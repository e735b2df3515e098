"""Predictions that outlive the command that made them, so that measuring again costs nothing.

A file holds what the network said of the samples of one split, named by what decides it: model and
preprocessing. Temperature, thresholds and distances come from the bundle that reads it.
"""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from raiox.bundle import Bundle
from raiox.inference.embedding_distance import EmbeddingDistance
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.predictions import Predictions

_FROM_BUNDLE = {"samples", "temperature", "distances"}
ARRAYS = tuple(f.name for f in fields(Predictions) if f.name not in _FROM_BUNDLE)

WAY = "content"
"""Names how images reach the network; predictions made in another way are made again."""


def predict_once(
    bundle: Bundle,
    samples: Sequence[Sample],
    folder: Path | None,
    compute: Callable[[], Predictions],
) -> Predictions:
    """What the folder holds for this network and these samples, else what is computed now.

    Args:
        bundle: the network.
        samples: those that are predicted, all of them.
        folder: where predictions are kept; None keeps none.
        compute: predicts them.
    """
    file = folder and folder / f"{_fingerprint(bundle, samples)}.npz"
    if file is not None and (stored := _load(file, bundle, samples)) is not None:
        return stored
    predictions = compute()
    if file is not None:
        _save(file, predictions)
    return predictions


def _fingerprint(bundle: Bundle, samples: Sequence[Sample]) -> str:
    known = [WAY, bundle.sha256, bundle.manifest.preprocessing.model_dump_json()]
    known += [f"{s.dataset}/{s.path.name} {s.kind} {s.label} {s.group_id}" for s in samples]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:24]


def _save(file: Path, predictions: Predictions) -> None:
    arrays = {name: getattr(predictions, name) for name in ARRAYS}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished.npz")
    np.savez_compressed(unfinished, **{k: v for k, v in arrays.items() if v is not None})
    unfinished.replace(file)


def _load(file: Path, bundle: Bundle, samples: Sequence[Sample]) -> Predictions | None:
    """None where there is no whole file."""
    try:
        with np.load(file) as stored:
            arrays = {name: stored[name] for name in ARRAYS if name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    kept = bundle.embedding_distance
    distances = EmbeddingDistance.from_json(kept).of(arrays["embeddings"]) if kept else None
    temperature = bundle.manifest.temperature
    return Predictions(samples=samples, temperature=temperature, distances=distances, **arrays)
