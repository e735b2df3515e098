"""How far an embedding lies from those of ordinary radiographs."""

import numpy as np
import pytest

from raiox.bundle.manifest import BundleManifest, Training
from raiox.inference.decision import Decision, decide
from raiox.inference.embedding_distance import EmbeddingDistance
from raiox.lab.evaluation.embedding_distance import (
    cross_fitted_distances,
    fit_embedding_distance,
)
from raiox.lab.evaluation.fitting import DISTANCE_COVERAGE
from raiox.preprocessing import Preprocessing
from raiox.vocabulary import Uncertainty

D = 40


def ordinary(n: int = 2_000, seed: int = 0) -> np.ndarray:
    """Embeddings that vary much along three directions and little along the others."""
    random = np.random.default_rng(seed)
    scales = np.array([5.0, 3.0, 2.0] + [0.5] * (D - 3))
    return (random.normal(size=(n, D)) * scales + 7).astype(np.float32)


def test_ordinary_embeddings_lie_near_one() -> None:
    distances = fit_embedding_distance(ordinary()).of(ordinary(seed=1))

    assert distances.shape == (2_000,)
    assert np.median(distances) == pytest.approx(1, abs=0.05)


def test_a_step_counts_by_how_much_ordinary_embeddings_vary_along_it() -> None:
    fitted = fit_embedding_distance(ordinary())
    centre = fitted.mean.astype(np.float32)
    wide, narrow = centre.copy(), centre.copy()
    wide[0] += 5
    narrow[-1] += 5

    assert fitted.of(narrow) > 5 * fitted.of(wide)


def test_the_distance_is_that_of_the_full_covariance_that_it_stands_for() -> None:
    fitted = fit_embedding_distance(ordinary())
    rest = np.eye(D) - fitted.components.T @ fitted.components
    covariance = (
        fitted.components.T * fitted.variances
    ) @ fitted.components + fitted.residual_variance * rest
    one = ordinary(1, seed=3)[0]
    away = one - fitted.mean

    expected = np.sqrt(away @ np.linalg.inv(covariance) @ away / D)

    assert fitted.of(one) == pytest.approx(expected)


def test_a_bundle_keeps_it_to_four_digits() -> None:
    fitted = fit_embedding_distance(ordinary())

    again = EmbeddingDistance.from_json(fitted.to_json())

    np.testing.assert_allclose(again.of(ordinary(seed=2)), fitted.of(ordinary(seed=2)), rtol=1e-2)


def test_one_ordinary_radiograph_in_a_hundred_lies_beyond_the_threshold() -> None:
    groups = np.arange(2_000).astype(str)
    threshold = np.quantile(cross_fitted_distances(ordinary(), groups), DISTANCE_COVERAGE)

    beyond = fit_embedding_distance(ordinary()).of(ordinary(seed=9)) > threshold

    assert 0.002 < beyond.mean() < 0.03


def test_a_patient_is_measured_by_the_others() -> None:
    embeddings = ordinary(200)
    embeddings[:4] += 60
    groups = np.array(["same"] * 4 + [str(i) for i in range(196)])

    distances = cross_fitted_distances(embeddings, groups)

    assert distances[:4].min() > 3 * distances[4:].max()


def test_what_is_unlike_all_that_is_known_is_uncertain_whatever_its_scores() -> None:
    manifest = BundleManifest(
        id="drawn-0.1",
        role="classifier",
        labels=("a", "b"),
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        temperature=1.0,
        operating_points={},
        set_threshold=0.3,
        distance_threshold=1.5,
        licence="none",
        training=Training(
            recipe="", seed=0, code_version="", data_sha256="", started_from="", sources=()
        ),
        files={},
    )
    scores = {"a": 0.01, "b": 0.99}

    unlike = Decision("uncertain", ("b", "a"), Uncertainty.OUT_OF_DISTRIBUTION)
    assert decide(scores, manifest, distance=1.4) == Decision("b", ("b",))
    assert decide(scores, manifest, distance=1.6) == unlike
