"""What is fitted on `valid` does what it says."""

import numpy as np
import pytest

from raiox.inference.session import calibrated
from raiox.lab.metrics.calibration import fit_temperature, log_loss
from raiox.lab.metrics.thresholds import (
    choose_level,
    choose_operating_point,
    dataset_quantile,
)


@pytest.fixture
def overconfident() -> tuple[np.ndarray, np.ndarray]:
    """Logits three times as large as the chances their labels were drawn with."""
    random = np.random.default_rng(5)
    honest = random.normal(scale=1.5, size=(4000, 3))
    labels = np.array([random.choice(3, p=p) for p in calibrated(honest, 1.0)])
    return honest * 3.0, labels


def test_finds_the_temperature_that_logits_were_sharpened_by(
    overconfident: tuple[np.ndarray, np.ndarray],
) -> None:
    assert fit_temperature(*overconfident) == pytest.approx(3.0, rel=0.08)


def test_no_neighbouring_temperature_is_better(
    overconfident: tuple[np.ndarray, np.ndarray],
) -> None:
    best = fit_temperature(*overconfident)

    assert log_loss(*overconfident, best) <= log_loss(*overconfident, best * 1.02)
    assert log_loss(*overconfident, best) <= log_loss(*overconfident, best / 1.02)


def test_each_data_set_counts_alike_in_a_quantile() -> None:
    values = np.concatenate([np.zeros(900), np.ones(100)])
    datasets = np.repeat(["large", "small"], [900, 100])

    assert dataset_quantile(values, datasets, 0.49) == 0
    assert dataset_quantile(values, datasets, 0.51) == 1


def test_no_values_keep_everything() -> None:
    assert dataset_quantile(np.empty(0), np.empty(0, np.str_), 0.05) == 0.0


def drawn_datasets(shifts: tuple[float, ...], n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the true label, lower in some data sets than in others, and their data sets."""
    random = np.random.default_rng(seed)
    values = [random.normal(shift, 1, n) for shift in shifts]
    return np.concatenate(values), np.repeat([str(i) for i in range(len(shifts))], n)


def test_data_sets_that_calibrated_nothing_are_covered() -> None:
    """One data set is harder than the others: a quantile of them would not cover it."""
    values, datasets = drawn_datasets((0, 0.2, 0.4, -1.5), 500, seed=3)

    def covered(level: float, calibrating: np.ndarray) -> np.ndarray:
        return values >= dataset_quantile(values[calibrating], datasets[calibrating], level)

    level = choose_level(covered, datasets, 0.9)

    unseen = [covered(level, datasets != name)[datasets == name].mean() for name in "0123"]
    assert np.mean(unseen) == pytest.approx(0.9, abs=0.005)
    assert level < 0.1  # what the easy ones alone would have given


def test_one_data_set_calibrates_itself() -> None:
    values, datasets = drawn_datasets((0,), 1000, seed=4)

    def covered(level: float, calibrating: np.ndarray) -> np.ndarray:
        return values >= dataset_quantile(values[calibrating], datasets[calibrating], level)

    assert choose_level(covered, datasets, 0.9) == pytest.approx(0.1, abs=0.002)


def test_the_operating_point_separates_what_can_be_separated() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.7, 0.8])

    point = choose_operating_point(scores, np.array([False, False, False, True, True]))

    assert 0.3 < point.threshold <= 0.7
    assert (point.sensitivity, point.specificity) == (1.0, 1.0)


def test_scores_are_never_sharpened_unless_asked(
    overconfident: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = overconfident
    modest = logits / 9.0, labels

    assert fit_temperature(*modest) == pytest.approx(1.0, abs=1e-6)
    assert fit_temperature(*modest, at_least=0.05) == pytest.approx(1 / 3, rel=0.08)
