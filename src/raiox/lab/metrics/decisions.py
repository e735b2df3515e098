"""Measures of yes-or-no decisions: sensitivity, specificity, predictive values, F1."""

from raiox.lab.aliases import Mask
from raiox.lab.metrics.intervals import Estimate, proportion


def sensitivity(answered: Mask, truth: Mask) -> Estimate:
    """Share of the true ones that were answered so."""
    return proportion(int((answered & truth).sum()), int(truth.sum()))


def specificity(answered: Mask, truth: Mask) -> Estimate:
    """Share of the others that were not."""
    return proportion(int((~answered & ~truth).sum()), int((~truth).sum()))


def ppv(answered: Mask, truth: Mask) -> Estimate:
    """Share of those answered so that are."""
    return proportion(int((answered & truth).sum()), int(answered.sum()))


def npv(answered: Mask, truth: Mask) -> Estimate:
    """Share of those answered otherwise that are not."""
    return proportion(int((~answered & ~truth).sum()), int((~answered).sum()))


def f1(answered: Mask, truth: Mask) -> float:
    """Harmonic mean of sensitivity and PPV; NaN where neither is defined."""
    n = int(answered.sum() + truth.sum())
    return 2 * int((answered & truth).sum()) / n if n else float("nan")


def balanced_accuracy(answered: Mask, truth: Mask) -> float:
    """Mean of sensitivity and specificity; NaN without both kinds."""
    if truth.all() or not truth.any():
        return float("nan")
    return float((answered[truth].mean() + (~answered[~truth]).mean()) / 2)
