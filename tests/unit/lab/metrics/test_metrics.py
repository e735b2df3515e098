"""Figures against values worked out by hand or by their definition."""

import numpy as np
import pytest

from raiox.lab.metrics.decisions import balanced_accuracy
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, mean_estimate, proportion
from raiox.lab.metrics.ranking import (
    auc,
    auc_estimate,
    auc_estimates,
    macro_auc,
    rank_correlation,
)


def test_auc_counts_pairs_and_halves_ties() -> None:
    random = np.random.default_rng(1)
    scores = random.integers(0, 12, 80).astype(float)
    positive = random.random(80) < 0.4
    above = scores[positive][:, None] - scores[~positive][None]

    expected = ((above > 0) + 0.5 * (above == 0)).mean()

    assert auc(scores, positive) == pytest.approx(expected)


def test_auc_is_not_defined_without_both_kinds() -> None:
    assert np.isnan(auc(np.array([0.1, 0.9]), np.array([True, True])))


def test_macro_auc_of_perfect_scores_is_one() -> None:
    labels = np.array([0, 1, 2, 0, 1, 2])

    assert macro_auc(np.eye(3)[labels], labels) == 1.0


def test_wilson_interval_of_the_papers_covid_sensitivity() -> None:
    estimate = proportion(52, 59)

    assert estimate.value == pytest.approx(0.881, abs=1e-3)
    assert (estimate.low, estimate.high) == pytest.approx((0.775, 0.941), abs=2e-3)


def test_wilson_interval_stays_inside_zero_and_one() -> None:
    assert proportion(0, 10).low == 0.0
    assert proportion(10, 10).high == pytest.approx(1.0)


def test_images_of_one_patient_do_not_make_the_interval_narrower() -> None:
    answered = np.tile([True, False, True, True], 10)
    alone = np.arange(40).astype(str)
    copies = np.concatenate([answered] * 8)
    of_one_patient = np.concatenate([alone] * 8)

    single = bootstrap_estimate(lambda i: float(answered[i].mean()), alone)
    copied = bootstrap_estimate(lambda i: float(copies[i].mean()), of_one_patient)

    assert copied.high - copied.low == pytest.approx(single.high - single.low, rel=0.05)


def test_balanced_accuracy_does_not_reward_the_larger_class() -> None:
    truth = np.array([True] * 98 + [False] * 2)

    assert balanced_accuracy(np.ones(100, bool), truth) == 0.5


def test_a_mean_of_independent_figures_is_surer_than_each() -> None:
    each = Estimate(0.8, 0.7, 0.9, 50)

    mean = mean_estimate([each, each, each, each])

    assert (mean.value, mean.n) == (pytest.approx(0.8), 200)
    assert (mean.low, mean.high) == (pytest.approx(0.75), pytest.approx(0.85))


def test_the_quick_interval_of_an_auc_is_the_bootstraps() -> None:
    random = np.random.default_rng(2)
    labels = np.arange(60) % 2
    scores = random.normal(size=(60, 2)) + np.eye(2)[labels]
    groups = (np.arange(60) // 3).astype(str)

    slow = bootstrap_estimate(lambda drawn: auc(scores[drawn, 1], labels[drawn] == 1), groups)
    both = bootstrap_estimate(lambda drawn: macro_auc(scores[drawn], labels[drawn]), groups)

    assert str(auc_estimate(scores[:, 1], labels == 1, groups)) == str(slow)
    assert str(auc_estimates(scores, labels, groups)[0]) == str(both)


def test_rank_correlation_sees_order_and_not_distance() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])

    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)
    assert rank_correlation(np.array([1.0, 1.0, 2.0]), np.array([3.0, 3.0, 9.0])) == pytest.approx(
        1
    )
    assert np.isnan(rank_correlation(values, np.ones(4)))
