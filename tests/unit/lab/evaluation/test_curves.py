"""Points of curves against what they are defined as."""

import numpy as np
import pytest

from raiox.lab.evaluation.report.curves import decision, precision_recall, risk_coverage, roc
from raiox.lab.metrics.calibration import calibration_error
from raiox.lab.metrics.ranking import auc, average_precision, fpr_at_tpr

SCORES = np.array([0.9, 0.8, 0.8, 0.3, 0.1])
TRUTH = np.array([True, True, False, False, False])


def test_the_area_under_the_points_of_a_roc_is_the_auc() -> None:
    random = np.random.default_rng(3)
    scores = random.integers(0, 40, 150).astype(float)
    truth = random.random(150) < 0.3

    x, y = np.array(roc(scores, truth)).T

    assert np.trapezoid(y, x) == pytest.approx(auc(scores, truth), abs=1e-4)


def test_tied_scores_are_one_step_of_precision_and_recall() -> None:
    assert precision_recall(SCORES, TRUTH)[:2] == [[0.5, 1.0], [1.0, 0.66667]]
    assert average_precision(SCORES, TRUTH) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_acting_on_everybody_has_no_benefit_at_the_prevalence() -> None:
    at = {threshold: everybody for threshold, _, everybody in decision(SCORES, TRUTH)}

    assert at[0.4] == pytest.approx(0.0)


def test_risk_is_of_the_surest_first() -> None:
    scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])

    assert risk_coverage(scores, np.array([0, 1, 1])) == [
        [0.33333, 0.0],
        [0.66667, 0.0],
        [1.0, 0.33333],
    ]


def test_scores_that_are_the_shares_have_no_calibration_error() -> None:
    scores = np.repeat([0.25, 0.75], 400)
    truth = np.concatenate([np.arange(400) % 4 == 0, np.arange(400) % 4 != 0])

    assert calibration_error(scores, truth, n_bins=2) == pytest.approx(0.0)
    assert calibration_error(scores, ~truth, n_bins=2) == pytest.approx(0.5)


def test_false_alarms_are_counted_where_95_percent_are_kept() -> None:
    scores = np.concatenate([np.arange(100.0), [3.0, 4.0, 5.0, 60.0]])
    positive = np.arange(104) < 100

    assert fpr_at_tpr(scores, positive) == 0.75


def test_curves_of_one_kind_of_case_are_empty() -> None:
    assert roc(SCORES, np.zeros(5, bool)) == []
    assert precision_recall(SCORES, np.zeros(5, bool)) == []
