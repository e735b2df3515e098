"""How well scores rank: area under the ROC curve, average precision, FPR at a fixed sensitivity."""

import numpy as np

from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.metrics.intervals import (
    Counts,
    Estimate,
    bootstrap_counts,
    percentile_interval,
    ratio,
)

_RESAMPLES_AT_ONCE = 50
"""Keeps the weighted ranks of a block within some tens of megabytes."""


def auc(scores: Floats, positive: Mask) -> float:
    """Chance that a positive scores above a negative; ties count half. NaN without both."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    above = _midranks(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def auc_estimate(scores: Floats, positive: Mask, groups: Names) -> Estimate:
    """AUC with the interval of `bootstrap_estimate`, in a fraction of its time."""
    redrawn = bootstrap_auc(scores, positive, bootstrap_counts(groups))
    return Estimate(auc(scores, positive), *percentile_interval(redrawn), len(groups))


def auc_estimates(scores: Floats, labels: Indices, groups: Names) -> list[Estimate]:
    """Macro AUC, then that of each label against the rest; scores (N, K)."""
    times, outputs = bootstrap_counts(groups), range(scores.shape[1])
    values = [auc(scores[:, k], labels == k) for k in outputs]
    redrawn = [bootstrap_auc(scores[:, k], labels == k, times) for k in outputs]
    macro = Estimate(
        float(np.mean(values)), *percentile_interval(np.mean(redrawn, axis=0)), len(groups)
    )
    of_labels = zip(values, redrawn, strict=True)
    return [
        macro,
        *(Estimate(v, *percentile_interval(drawn), len(groups)) for v, drawn in of_labels),
    ]


def bootstrap_auc(scores: Floats, positive: Mask, times: Counts) -> Floats:
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
        found[block] = ratio(pairs, above.sum(axis=1) * below.sum(axis=1))
    return found


def macro_auc(scores: Floats, labels: Indices) -> float:
    """Mean over the labels of one-vs-rest AUC; scores (N, K), labels (N,)."""
    return float(np.mean([auc(scores[:, k], labels == k) for k in range(scores.shape[1])]))


def average_precision(scores: Floats, positive: Mask) -> float:
    """Area under precision over recall, by steps at each distinct score. NaN without positives."""
    if not positive.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(positive[order])
    last_of_score = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    recall = hits[last_of_score] / hits[-1]
    precision = hits[last_of_score] / (last_of_score + 1)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def fpr_at_tpr(scores: Floats, positive: Mask, sensitivity_kept: float = 0.95) -> float:
    """Share of the negatives that score at least as high as that share of the positives (FPR95)."""
    if not positive.any() or positive.all():
        return float("nan")
    threshold = np.quantile(scores[positive], 1 - sensitivity_kept, method="lower")
    return float((scores[~positive] >= threshold).mean())


def rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's; NaN where one of them is constant. Ties have their mean rank."""
    x, y = _midranks(a), _midranks(b)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _midranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks
