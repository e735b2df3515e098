"""From logits to scores, sets and places."""

import json

import numpy as np
import pytest

from raiox.inference.classifier import findings_set
from raiox.inference.embedding_map import EmbeddingMap
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import calibrated
from raiox.vocabulary import Finding


def test_scores_sum_to_one_even_for_extreme_logits() -> None:
    scores = calibrated(np.array([900.0, 0.0, -900.0], np.float32), temperature=1.7)

    assert scores.sum() == pytest.approx(1.0)
    assert scores[0] == pytest.approx(1.0)


def test_a_higher_temperature_makes_scores_more_modest() -> None:
    logits = np.array([2.0, 0.0, -1.0], np.float32)

    assert calibrated(logits, 2.0).max() < calibrated(logits, 1.0).max()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_logit_that_is_no_number_gives_no_answer(broken: float) -> None:
    with pytest.raises(ModelOutputInvalidError):
        calibrated(np.array([0.0, broken, 1.0], np.float32), 1.0)


def test_the_set_holds_every_finding_above_the_threshold_likeliest_first() -> None:
    kept = findings_set(np.array([0.30, 0.10, 0.60]), threshold=0.25)

    assert kept == (Finding.COVID19, Finding.NO_FINDING)


def test_the_set_is_never_empty() -> None:
    assert findings_set(np.array([0.3, 0.4, 0.3]), threshold=0.9) == (Finding.LUNG_OPACITY,)


def test_a_reference_case_is_its_own_nearest_neighbour() -> None:
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(20, 6)).astype(np.float32)
    axes = np.linalg.qr(random.normal(size=(6, 6)))[0][:4]
    content = {
        "mean": [0.0] * 6,
        "components": axes.tolist(),
        "coordinates": (embeddings @ axes.T).tolist(),
        "cases": [
            {"image": f"drawn/{i}.jpg", "finding": "no_finding", "source": "drawn"}
            for i in range(20)
        ],
    }
    cases = EmbeddingMap.read(json.dumps(content).encode())

    nearest = cases.neighbours(embeddings[7])

    assert nearest[0].image == "drawn/7.jpg"
    assert nearest[0].distance == pytest.approx(0.0, abs=1e-3)
    assert [n.distance for n in nearest] == sorted(n.distance for n in nearest)
    assert cases.place(embeddings[7]) == pytest.approx(cases.coordinates[7][:3], abs=1e-3)
