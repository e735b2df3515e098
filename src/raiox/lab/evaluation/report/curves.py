"""Points of the curves a report shows: few enough to travel, enough to be drawn.

Source of the decision curve: Vickers and Elkin, 2006, doi:10.1177/0272989X06295361.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.lab.aliases import Floats, Indices
from raiox.lab.metrics.intervals import proportion_true

Points = list[list[float]]
Truth = npt.NDArray[np.bool_]

MAX_POINTS: Final = 200
DECIMALS: Final = 5
N_BINS: Final = 10
DECISION_THRESHOLDS: Final = tuple(round(0.01 * step, 2) for step in range(1, 61))


def roc(scores: Floats, truth: Truth) -> Points:
    """False positive rate and sensitivity from (0, 0) to (1, 1); empty without both kinds."""
    hits, alarms = _cumulative(scores, truth)
    if not hits[-1] or not alarms[-1]:
        return []
    return _thinned(np.stack([alarms / alarms[-1], hits / hits[-1]], axis=1))


def precision_recall(scores: Floats, truth: Truth) -> Points:
    """Recall and precision, from the highest score down; empty without positives."""
    hits, alarms = (counts[1:] for counts in _cumulative(scores, truth))
    if not len(hits) or not hits[-1]:
        return []
    return _thinned(np.stack([hits / hits[-1], hits / (hits + alarms)], axis=1))


def reliability(scores: Floats, truth: Truth) -> list[dict[str, float]]:
    """Mean score and share of true in bins of equally many cases, with Wilson's interval."""
    order = np.argsort(scores, kind="stable")
    bins = []
    for chosen in np.array_split(order, N_BINS):
        if len(chosen):
            share = proportion_true(truth[chosen])
            values = {
                "mean_score": float(scores[chosen].mean()),
                "observed": share.value,
                "low": share.low,
                "high": share.high,
            }
            bins.append({k: round(v, DECIMALS) for k, v in values.items()} | {"n": share.n})
    return bins


def decision(scores: Floats, truth: Truth) -> Points:
    """Threshold, net benefit of acting by the score, net benefit of acting on everybody."""
    n, share = len(truth), float(truth.mean())
    points = []
    for threshold in DECISION_THRESHOLDS:
        acted = scores >= threshold
        odds = threshold / (1 - threshold)
        benefit = ((acted & truth).sum() - (acted & ~truth).sum() * odds) / n
        points.append([threshold, float(benefit), share - (1 - share) * odds])
    return _rounded(np.array(points))


def risk_coverage(scores: Floats, labels: Indices) -> Points:
    """Share of cases answered, the surest first, and share of these answered wrongly.

    Source: Geifman and El-Yaniv, 2017, arXiv:1705.08500.
    """
    order = np.argsort(-scores.max(axis=1), kind="stable")
    wrong = np.cumsum(scores.argmax(axis=1)[order] != labels[order])
    n_answered = np.arange(1, len(order) + 1)
    return _thinned(np.stack([n_answered / len(order), wrong / n_answered], axis=1))


def _cumulative(scores: Floats, truth: Truth) -> tuple[Floats, Floats]:
    """True and false ones at or above each distinct score, falling; the first is above all."""
    order = np.argsort(-scores, kind="stable")
    last_of_score = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(truth[order])[last_of_score]
    alarms = np.cumsum(~truth[order])[last_of_score]
    return np.append(0.0, hits), np.append(0.0, alarms)


def _thinned(points: Floats) -> Points:
    """At most MAX_POINTS of them, the first and the last always."""
    chosen = np.unique(np.linspace(0, len(points) - 1, MAX_POINTS).round().astype(int))
    return _rounded(points[chosen])


def _rounded(points: Floats) -> Points:
    rounded: Points = np.round(points, DECIMALS).tolist()
    return rounded
