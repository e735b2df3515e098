"""Thresholds chosen on `valid` and stored in the bundle; nothing here may see `test`."""

import math

import numpy as np

from raiox.bundle import OperatingPoint
from raiox.lab.aliases import Floats, Indices
from raiox.lab.metrics.decisions import sensitivity, specificity


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


def choose_set_threshold(scores: Floats, labels: Indices, coverage: float) -> float:
    """The score from which findings stay in the set, so that `coverage` of labels do.

    Source: Sadinle et al., 2019, doi:10.1080/01621459.2017.1395341.
    """
    own = np.sort(scores[np.arange(len(labels)), labels])
    n_left_out = math.floor((1 - coverage) * (len(own) + 1))
    return float(own[max(0, n_left_out - 1)])
