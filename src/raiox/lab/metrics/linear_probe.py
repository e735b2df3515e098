"""A linear probe: what a linear model can read from features.

Ridge regression on indicators, in closed form, cross-fitted on five folds of groups: no case is
scored by a model that was fitted on its patient.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.metrics.ranking import auc_estimates

N_FOLDS: Final = 5
PENALTY: Final = 0.1
"""Times the number of cases; features have mean 0 and deviation 1."""


def cross_fitted(features: npt.NDArray[np.floating], labels: Indices, groups: Names) -> Floats:
    """(N, K) scores of each case by a model that was fitted without its group.

    Args:
        features: (N, D).
        labels: (N,) in 0..K-1.
        groups: (N,) patient and duplicates.
    """
    targets = np.eye(int(labels.max()) + 1)[labels]
    scores = np.zeros_like(targets)
    base = targets.mean(axis=0)  # one for all folds: theirs would rank cases by their fold
    for held_out in folds(groups):
        others = np.setdiff1d(np.arange(len(labels)), held_out)
        mean, spread = features[others].mean(axis=0), features[others].std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        x = (features[others] - mean).astype(np.float64) / scale
        gram = x.T @ x + PENALTY * len(others) * np.eye(x.shape[1])
        weights = np.linalg.solve(gram, x.T @ (targets[others] - base))
        scores[held_out] = (features[held_out] - mean) / scale @ weights + base
    return scores


def probe_auc(features: npt.NDArray[np.floating], labels: Indices, groups: Names) -> Estimate:
    """Macro AUC of the probe for these labels."""
    return auc_estimates(cross_fitted(features, labels, groups), labels, groups)[0]


def folds(groups: Names, seed: int = 0) -> list[Indices]:
    """Indices of the cases of each fifth of the groups."""
    _, group_of = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(int(group_of.max()) + 1)
    fold_of = order[group_of] % N_FOLDS
    found = [np.flatnonzero(fold_of == fold) for fold in range(N_FOLDS)]
    return [fold for fold in found if 0 < len(fold) < len(groups)]


def indicators(*columns: Names) -> Floats:
    """(N, D) one column of 0 and 1 for every word of every column given."""
    found = [np.unique(column, return_inverse=True) for column in columns]
    return np.concatenate([np.eye(len(words))[place] for words, place in found], axis=1)


def deciles(values: Floats) -> Floats:
    """(N, D) indicators of which tenth of its column each value lies in.

    Args:
        values: (N, C).
    """
    edges = np.quantile(values, np.linspace(0.1, 0.9, 9), axis=0)
    columns = [np.searchsorted(edges[:, c], values[:, c]).astype(str) for c in range(len(values.T))]
    return indicators(*columns)
