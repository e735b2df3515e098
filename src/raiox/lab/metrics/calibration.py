"""How far scores are from frequencies, and the temperature that brings them nearer.

The temperature is fitted on `valid` and stored in the bundle; it never sees `test`.
"""

import math

import numpy as np

from raiox.inference.session import calibrated
from raiox.lab.aliases import Floats, Indices, Mask


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


def brier(scores: Floats, labels: Indices) -> float:
    """Mean squared distance of the scores (N, K) from the labels; 0 to 2.

    Source: Brier, 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    return float(((scores - np.eye(scores.shape[1])[labels]) ** 2).sum(axis=1).mean())


def calibration_error(scores: Floats, truth: Mask, n_bins: int = 15) -> float:
    """Mean gap between score and share of true, over bins of equally many cases (ECE).

    Source: Nixon et al., 2019, arXiv:1904.01685 (equal mass).
    """
    order = np.argsort(scores, kind="stable")
    starts = np.unique(np.arange(n_bins) * len(order) // n_bins)
    gaps = np.add.reduceat(scores[order] - truth[order], starts)
    return float(np.abs(gaps).sum() / len(order))
