"""Figures with their 95 % intervals: no figure leaves this room without one.

Proportions have Wilson's interval; everything that ranks or averages has a
bootstrap over groups (patients and their duplicates), since images of one
patient are not independent. Source: Wilson, 1927, doi:10.1080/01621459.1927.10502953.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Times = npt.NDArray[np.floating]
"""(B, N) how often each case is in each redrawn test set."""
Names = npt.NDArray[np.str_]

Z_95 = 1.959964
N_RESAMPLES = 1_000

_RESAMPLES_AT_ONCE = 50
"""Keeps the weighted ranks of a block within some tens of megabytes."""


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
    (figure,) = bootstrapped_together(lambda drawn: (statistic(drawn),), groups, seed)
    return figure


def bootstrapped_together(
    statistics: Callable[[Indices], Sequence[float]], groups: npt.NDArray[np.str_], seed: int = 0
) -> list[Figure]:
    """Several statistics of the same resamples, in the order they are given."""
    values = np.array([statistics(drawn) for drawn in bootstrap_indices(groups, seed)], np.float64)
    told = statistics(np.arange(len(groups)))
    return [
        Figure(float(value), *_percentiles(column), len(groups))
        for value, column in zip(told, values.T, strict=True)
    ]


def bootstrap_indices(groups: npt.NDArray[np.str_], seed: int) -> Iterator[Indices]:
    """Indices of the cases of each resample."""
    _, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    by_group = np.argsort(group_of, kind="stable")
    starts = np.cumsum(sizes) - sizes
    random = np.random.default_rng(seed)
    for _ in range(N_RESAMPLES):
        drawn = random.integers(len(sizes), size=len(sizes))
        n_members = sizes[drawn]
        ends = np.cumsum(n_members)
        within = np.arange(ends[-1]) - np.repeat(ends - n_members, n_members)
        yield by_group[np.repeat(starts[drawn], n_members) + within]


def _percentiles(values: Floats) -> tuple[float, float]:
    defined = values[np.isfinite(values)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


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


def auc_figure(scores: Floats, positive: npt.NDArray[np.bool_], groups: Names) -> Figure:
    """AUC with the interval of `bootstrapped`, in a fraction of its time."""
    redrawn = bootstrap_auc(scores, positive, bootstrap_counts(groups))
    return Figure(auc(scores, positive), *_percentiles(redrawn), len(groups))


def auc_figures(scores: Floats, labels: Indices, groups: Names) -> list[Figure]:
    """Macro AUC, then that of each label against the rest; scores (N, K)."""
    times, outputs = bootstrap_counts(groups), range(scores.shape[1])
    values = [auc(scores[:, k], labels == k) for k in outputs]
    redrawn = [bootstrap_auc(scores[:, k], labels == k, times) for k in outputs]
    macro = Figure(float(np.mean(values)), *_percentiles(np.mean(redrawn, axis=0)), len(groups))
    of_labels = zip(values, redrawn, strict=True)
    return [macro, *(Figure(v, *_percentiles(drawn), len(groups)) for v, drawn in of_labels)]


def bootstrap_counts(groups: Names, seed: int = 0) -> Times:
    """(B, N) how often each case is in each redrawn test set; a group comes and goes whole."""
    _, group_of = np.unique(groups, return_inverse=True)
    n_groups = int(group_of.max()) + 1
    random = np.random.default_rng(seed)
    times = np.empty((N_RESAMPLES, len(groups)), np.float32)
    for row in times:  # one by one: all draws at once would take several times the table
        drawn = random.integers(n_groups, size=n_groups)
        row[:] = np.bincount(drawn, minlength=n_groups)[group_of]
    return times


def bootstrap_auc(scores: Floats, positive: npt.NDArray[np.bool_], times: Times) -> Floats:
    """(B,) chance that a positive scores above a negative; ties count half. NaN without both.

    Args:
        scores: (N,)
        positive: (N,)
        times: (B, N) how often each case counts.
    """
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=-np.inf))
    found = np.empty(len(times))
    for start in range(0, len(times), _RESAMPLES_AT_ONCE):
        block = slice(start, start + _RESAMPLES_AT_ONCE)
        drawn = times[block][:, order].astype(np.float64)
        above = np.add.reduceat(drawn * positive[order], starts, axis=1)
        below = np.add.reduceat(drawn * ~positive[order], starts, axis=1)
        pairs = (above * (np.cumsum(below, axis=1) - below / 2)).sum(axis=1)
        found[block] = share(pairs, above.sum(axis=1) * below.sum(axis=1))
    return found


def share(part: Floats, whole: Floats) -> Floats:
    """Part over whole, place by place; NaN where there is no whole."""
    shares: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return shares


def macro_auc(scores: Floats, labels: Indices) -> float:
    """Mean over the labels of one-vs-rest AUC; scores (N, K), labels (N,)."""
    return float(np.mean([auc(scores[:, k], labels == k) for k in range(scores.shape[1])]))


def balanced_accuracy(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Mean of sensitivity and specificity; NaN without both kinds."""
    if truth.all() or not truth.any():
        return float("nan")
    return float((answered[truth].mean() + (~answered[~truth]).mean()) / 2)


def sensitivity(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of the true ones that were answered so."""
    return proportion(int((answered & truth).sum()), int(truth.sum()))


def specificity(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of the others that were not."""
    return proportion(int((~answered & ~truth).sum()), int((~truth).sum()))


def ppv(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of those answered so that are."""
    return proportion(int((answered & truth).sum()), int(answered.sum()))


def npv(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> Figure:
    """Share of those answered otherwise that are not."""
    return proportion(int((~answered & ~truth).sum()), int((~answered).sum()))


def f1(answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Harmonic mean of sensitivity and PPV; NaN where neither is defined."""
    n = int(answered.sum() + truth.sum())
    return 2 * int((answered & truth).sum()) / n if n else float("nan")


def average_precision(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """Area under precision over recall, by steps at each distinct score. NaN without positives."""
    if not positive.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(positive[order])
    last_of_score = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    recall = hits[last_of_score] / hits[-1]
    precision = hits[last_of_score] / (last_of_score + 1)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def fpr_at_tpr(
    scores: Floats, positive: npt.NDArray[np.bool_], sensitivity_kept: float = 0.95
) -> float:
    """Share of the negatives that score at least as high as that share of the positives (FPR95)."""
    if not positive.any() or positive.all():
        return float("nan")
    threshold = np.quantile(scores[positive], 1 - sensitivity_kept, method="lower")
    return float((scores[~positive] >= threshold).mean())


def brier(scores: Floats, labels: Indices) -> float:
    """Mean squared distance of the scores (N, K) from the labels; 0 to 2.

    Source: Brier, 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    return float(((scores - np.eye(scores.shape[1])[labels]) ** 2).sum(axis=1).mean())


def calibration_error(scores: Floats, truth: npt.NDArray[np.bool_], n_bins: int = 15) -> float:
    """Mean gap between score and share of true, over bins of equally many cases (ECE).

    Source: Nixon et al., 2019, arXiv:1904.01685 (equal mass).
    """
    order = np.argsort(scores, kind="stable")
    starts = np.unique(np.arange(n_bins) * len(order) // n_bins)
    gaps = np.add.reduceat(scores[order] - truth[order], starts)
    return float(np.abs(gaps).sum() / len(order))
