"""What a manifest takes from `valid`, and that predictions are computed once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_predictions import bundle_of, draw_predictions

from raiox.bundle import BundleManifest
from raiox.inference.decision import findings_sets
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.fitting import SET_COVERAGE, fit_manifest
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.stored_predictions import predict_once
from raiox.vocabulary import FINDINGS

LABELS = tuple(map(str, FINDINGS))


@pytest.fixture(scope="module")
def valid() -> Predictions:
    return draw_predictions(LABELS, n=1_200, seed=1)


@pytest.fixture(scope="module")
def fitted(valid: Predictions) -> BundleManifest:
    return fit_manifest(bundle_of().manifest, valid)


def test_the_sets_of_other_images_hold_their_labels(fitted: BundleManifest) -> None:
    others = replace(draw_predictions(LABELS, n=1_200, seed=2), temperature=fitted.temperature)

    sets = findings_sets(others.scores, fitted)

    covered = sets[np.arange(1_200), others.labels]
    assert covered.mean() == pytest.approx(SET_COVERAGE, abs=0.02)
    assert sets.sum(axis=1).mean() < 2.5  # not by holding everything


def test_less_coverage_leaves_fewer_answers_uncertain(valid: Predictions) -> None:
    sizes = []
    for coverage in (0.95, 0.8):
        manifest = fit_manifest(bundle_of().manifest, valid, coverage)
        assert manifest.set_coverage == coverage
        sets = findings_sets(replace(valid, temperature=manifest.temperature).scores, manifest)
        sizes.append(sets.sum(axis=1).mean())

    assert sizes[1] < sizes[0] - 0.05


def test_normal_and_abnormal_have_their_own_operating_point(
    fitted: BundleManifest, valid: Predictions
) -> None:
    first = fitted.abnormal_first
    assert first is not None
    assert fitted.set_threshold is None

    scores = replace(valid, temperature=fitted.temperature).scores
    abnormal = 1 - scores[:, 0] >= first.operating_point.threshold
    assert abnormal[valid.labels > 0].mean() == pytest.approx(first.operating_point.sensitivity)
    assert (~abnormal)[valid.labels == 0].mean() == pytest.approx(first.operating_point.specificity)


def test_fewer_kinds_are_named_than_images_answered(fitted: BundleManifest) -> None:
    first = fitted.abnormal_first
    assert first is not None
    assert fitted.distance_threshold is not None
    assert first.distance_threshold is not None
    assert first.distance_threshold < fitted.distance_threshold


def test_without_a_label_of_normal_images_one_threshold_serves(valid: Predictions) -> None:
    labels = ("effusion", "lung_opacity", "covid19")
    draft = bundle_of().manifest.model_copy(update={"labels": labels, "set_threshold": None})

    fitted = fit_manifest(draft, valid)

    assert fitted.abnormal_first is None
    assert fitted.set_threshold is not None
    assert 0 < fitted.set_threshold < 0.5


def test_stored_predictions_are_read_instead_of_computed(
    tmp_path: Path, valid: Predictions
) -> None:
    computed: list[int] = []

    def compute() -> Predictions:
        computed.append(1)
        return valid

    def predicted(samples: list[Sample]) -> Predictions:
        return predict_once(bundle_of(), samples, tmp_path, compute)

    first, again = (predicted(list(valid.samples)) for _ in range(2))
    predicted(list(valid.samples)[:-1])

    assert len(computed) == 2
    np.testing.assert_array_equal(first.logits, again.logits)
    np.testing.assert_array_equal(first.embeddings, again.embeddings)
    assert list(again.samples) == list(first.samples)
