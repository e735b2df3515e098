"""What is fitted on `valid` does what it says."""

import numpy as np
import pytest

from raiox.inference.session import calibrated
from raiox.lab.metrics.calibration import fit_temperature, log_loss
from raiox.lab.metrics.thresholds import choose_operating_point, choose_set_threshold


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


def test_the_set_covers_as_many_labels_as_asked(
    overconfident: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = overconfident
    scores = calibrated(logits, 3.0)
    fitted_on, kept_back = slice(0, 2000), slice(2000, None)

    threshold = choose_set_threshold(scores[fitted_on], labels[fitted_on], 0.9)

    own = scores[kept_back][np.arange(2000), labels[kept_back]]
    assert (own >= threshold).mean() == pytest.approx(0.9, abs=0.025)


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
