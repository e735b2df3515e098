"""The population stability index: nothing of the same, much of another, none of too few."""

import json

import numpy as np
import pytest

from raiox.bundle.embedding_map import EmbeddingMap, MapCase
from raiox.result import AnalysisResult, AnsweringModels, ModelDocument
from raiox.service.drift import MIN_RESULTS, Reference, measure_drift

RNG = np.random.default_rng(0)
DECILES = Reference(np.arange(1, 10) / 10, np.full(10, 0.1))


def test_values_of_the_reference_have_an_index_near_zero():
    assert DECILES.index_of(RNG.uniform(0, 1, 5_000).tolist()) < 0.02


@pytest.mark.parametrize(("low", "high"), [(0.5, 1.0), (0.0, 0.2), (0.95, 0.96)])
def test_values_of_another_distribution_have_a_large_one(low, high):
    assert DECILES.index_of(RNG.uniform(low, high, 1_000).tolist()) > 0.25


def test_a_small_shift_lies_between():
    assert 0.02 < DECILES.index_of((RNG.uniform(0, 1, 5_000) ** 1.3).tolist()) < 0.25


def test_the_index_is_that_of_its_formula():
    two = Reference(np.array([0.5]), np.array([0.5, 0.5]))
    values = [0.1] * 7_000 + [0.9] * 3_000

    assert two.index_of(values) == pytest.approx(0.2 * np.log(7) - 0.2 * np.log(3), abs=1e-3)


def test_of_too_few_values_nothing_is_said():
    assert DECILES.index_of([0.5] * (MIN_RESULTS - 1)) is None


def result(score: float, x: float, sha256: str = "a") -> AnalysisResult:
    return AnalysisResult(
        scores={"covid19": score},
        embedding_xyz=(x, 0.0, 0.0),
        model=AnsweringModels(id="m", sha256=sha256, filter=ModelDocument(id="f", sha256="f")),
    )


@pytest.fixture
def bundle(tmp_path):
    """A report whose scores are evenly spread, and a map whose first axis is."""
    bins = [{"mean_score": 0.05 + 0.1 * i, "n": 50} for i in range(10)]
    report = {"curves": {"reliability": {"covid19": bins}}}
    (tmp_path / "report.json").write_text(json.dumps(report))
    cases = EmbeddingMap(
        mean=np.zeros(3, np.float32),
        components=np.eye(3, dtype=np.float32),
        coordinates=np.stack([np.linspace(0, 1, 500)] * 3, 1).astype(np.float32),
        cases=tuple(MapCase(f"a/{i}.jpg", "covid19", "a") for i in range(500)),
        explained_variance=np.ones(3, np.float32) / 3,
    )
    (tmp_path / "embedding_map.json").write_bytes(cases.to_json())
    return tmp_path


def test_scores_and_inputs_are_compared_with_what_the_bundle_carries(bundle):
    spread = np.linspace(0.001, 0.999, 400)
    alike = measure_drift(bundle, "a", [result(v, v) for v in spread])
    moved = measure_drift(bundle, "a", [result(0.99, 5.0) for _ in spread])

    assert alike.scores["covid19"] < 0.05
    assert alike.inputs["x"] < 0.05
    assert moved.scores["covid19"] > 0.25
    assert moved.inputs["x"] > 0.25


def test_results_of_another_network_are_left_out(bundle):
    drift = measure_drift(bundle, "b", [result(0.5, 0.5) for _ in range(200)])

    assert (drift.n_results, drift.scores) == (0, {"covid19": None})


def test_a_bundle_without_report_and_map_has_no_reference(tmp_path):
    drift = measure_drift(tmp_path, "a", [result(0.5, 0.5)] * 200)

    assert (drift.scores, drift.inputs) == ({}, {})
