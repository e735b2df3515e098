"""Figures with their 95 % intervals: no figure leaves this room without one.

Proportions have Wilson's interval; everything that ranks or averages has a
bootstrap over groups (patients and their duplicates), since images of one
patient are not independent. Source: Wilson, 1927, doi:10.1080/01621459.1927.10502953.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

Z_95 = 1.959964
N_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval and how many cases it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f}-{self.high:.4f}, n={self.n})"


def proportion(k: float, n: int) -> Figure:
    """k of n, with Wilson's interval; k may be a mean of counts."""
    if n == 0:
        return Figure(float("nan"), 0.0, 1.0, 0)
    p, z2 = k / n, Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Figure(p, max(0.0, centre - half), min(1.0, centre + half), n)


def bootstrapped(
    statistic: Callable[[Indices], float], groups: npt.NDArray[np.str_], seed: int = 0
) -> Figure:
    """A statistic of case indices, resampled by whole groups.

    Args:
        statistic: of the indices of the cases drawn; NaN where it is not defined.
        groups: (N,) group of each case.
        seed: of the resampling.
    """
    _, group_of = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(group_of == g) for g in range(group_of.max() + 1)]
    random = np.random.default_rng(seed)
    values = []
    for _ in range(N_RESAMPLES):
        drawn = random.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[g] for g in drawn])))
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return Figure(statistic(np.arange(len(groups))), float(low), float(high), len(groups))


def mean_of(figures: Sequence[Figure]) -> Figure:
    """Mean of figures about different patients, whose errors are independent of each other."""
    n = len(figures)
    half = sqrt(sum(((f.high - f.low) / 2) ** 2 for f in figures)) / n
    value = sum(f.value for f in figures) / n
    return Figure(value, value - half, value + half, sum(f.n for f in figures))


def auc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative; ties count half. NaN without both."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    midranks = np.cumsum(counts) - (counts - 1) / 2
    above = midranks[inverse][positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def macro_auc(scores: Floats, labels: Indices) -> float:
    """Mean over the labels of one-vs-rest AUC; scores (N, K), labels (N,)."""
    return float(np.mean([auc(scores[:, k], labels == k) for k in range(scores.shape[1])]))


def balanced_accuracy(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Mean of sensitivity and specificity."""
    return float((answered[truth].mean() + (~answered[~truth]).mean()) / 2)


def sensitivity(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of the true ones that were answered so."""
    return proportion(int((answered & truth).sum()), int(truth.sum()))


def specificity(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of the others that were not."""
    return proportion(int((~answered & ~truth).sum()), int((~truth).sum()))
