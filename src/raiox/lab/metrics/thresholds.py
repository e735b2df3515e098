"""Thresholds chosen on `valid` and stored in the bundle; nothing here may see `test`."""

from collections.abc import Callable
from typing import Final

import numpy as np

from raiox.bundle import OperatingPoint
from raiox.lab.aliases import Floats, Mask, Names
from raiox.lab.metrics.decisions import sensitivity, specificity

MIN_IMAGES_LEFT_OUT: Final = 30
"""A data set with fewer calibrates the others, but says too little when it is left out."""

Covered = Callable[[float, Mask], Mask]
"""Of a level and of the samples (N,) that calibrate: (N,) whether each set holds its label."""


def choose_operating_point(scores: Floats, truth: np.ndarray) -> OperatingPoint:
    """The threshold of the greatest sensitivity + specificity.

    Args:
        scores: (N,) of one label.
        truth: (N,) bool, whether the case bears the label.

    Source: Youden, 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order]) / truth.sum()
    false_alarms = np.cumsum(~truth[order]) / (~truth).sum()
    best = int(np.argmax(hits - false_alarms))
    following = scores[order[min(best + 1, len(order) - 1)]]
    threshold = float((scores[order[best]] + following) / 2)
    answered = scores >= threshold
    return OperatingPoint(
        threshold=threshold,
        sensitivity=sensitivity(answered, truth).value,
        specificity=specificity(answered, truth).value,
    )


def dataset_quantile(values: Floats, datasets: Names, level: float) -> float:
    """The value that a share `level` lies below, each data set counting alike; 0 of no values.

    A data set stands for a hospital: the next one is as likely to resemble the smallest.

    Args:
        values: (N,)
        datasets: (N,) data set of each.
        level: in [0, 1].
    """
    if not len(values):
        return 0.0
    _, of_value, counts = np.unique(datasets, return_inverse=True, return_counts=True)
    order = np.argsort(values, kind="stable")
    weights = (1 / counts[of_value])[order]
    below = np.cumsum(weights) / weights.sum()
    return float(values[order][min(int(np.searchsorted(below, level)), len(values) - 1)])


def choose_level(covered: Covered, datasets: Names, coverage: float) -> float:
    """The highest level of quantiles at which data sets that calibrated nothing are covered.

    Each data set is left out of the calibration in turn; the mean of their coverages must reach
    `coverage`. With fewer than two of `MIN_IMAGES_LEFT_OUT`, all samples calibrate and measure.

    Source: Sadinle et al., 2019, doi:10.1080/01621459.2017.1395341 (sets); Dunn et al., 2023,
    doi:10.1080/01621459.2022.2060112 (groups that are left out whole).
    """
    names, counts = np.unique(datasets, return_counts=True)
    left_out = [datasets == name for name in names[counts >= MIN_IMAGES_LEFT_OUT]]

    def measured(level: float) -> float:
        if len(left_out) < 2:  # noqa: PLR2004 - nothing would be left to calibrate on
            return float(covered(level, np.ones(len(datasets), np.bool_)).mean())
        return float(np.mean([covered(level, ~out)[out].mean() for out in left_out]))

    low, high = 0.0, 1 - coverage
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if measured(middle) >= coverage else (low, middle)
    return low
