"""Fit the distance of embeddings on ordinary radiographs."""

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.embedding_distance import EmbeddingDistance
from raiox.lab.aliases import Floats, Names
from raiox.lab.metrics.linear_probe import folds

N_COMPONENTS = 32


def fit_embedding_distance(embeddings: FloatArray) -> EmbeddingDistance:
    """The Gaussian of embeddings (N, D)."""
    mean = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - mean
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    variances = spread**2 / (len(embeddings) - 1)
    n = min(N_COMPONENTS, len(variances) - 1)
    rest = float(variances[n:].sum()) / max(1, embeddings.shape[1] - n)
    floor = max(rest, 1e-12)
    return EmbeddingDistance(mean, axes[:n], np.maximum(variances[:n], floor), floor)


def cross_fitted_distances(embeddings: FloatArray, groups: Names) -> Floats:
    """(N,) distance of each from a Gaussian that was fitted without its group's fifth."""
    found = np.zeros(len(embeddings))
    for held_out in folds(groups):
        others = np.setdiff1d(np.arange(len(embeddings)), held_out)
        found[held_out] = fit_embedding_distance(embeddings[others]).of(embeddings[held_out])
    return found
