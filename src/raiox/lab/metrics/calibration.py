"""What is fitted on `valid` and frozen in the bundle: temperature, thresholds, the findings set.

Nothing here may ever see `test`.
"""

import math

import numpy as np

from raiox.bundle import OperatingPoint
from raiox.inference.session import calibrated
from raiox.lab.metrics.intervals import Floats, Indices, sensitivity, specificity


def log_loss(logits: Floats, labels: Indices, temperature: float) -> float:
    """Mean negative log-likelihood of the labels."""
    scores = calibrated(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(scores, 1e-12)).mean())


SHARPEST, FLATTEST = 0.05, 20.0
"""Temperatures between which one is looked for."""


def fit_temperature(logits: Floats, labels: Indices, at_least: float = 1.0) -> float:
    """The temperature of least log-loss, by golden section.

    By default it never sharpens: networks trained with smoothed labels look too modest on
    `valid`, and at a source never seen the modesty is due (docs/evidence/unseen-sources.md).

    Args:
        logits: (N, K).
        labels: (N,).
        at_least: no temperature below this.

    Source: Guo et al., 2017, arXiv:1706.04599.
    """
    low, high = math.log(at_least), math.log(FLATTEST)
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_loss(logits, labels, math.exp(left)) < log_loss(logits, labels, math.exp(right)):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


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
