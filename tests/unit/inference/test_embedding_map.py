"""A case lies in the embedding map where its embedding says."""

import json

import numpy as np
import pytest

from raiox.bundle.embedding_map import EmbeddingMap
from raiox.inference.embedding_map import coordinates_of, neighbours_of


def test_a_reference_case_is_its_own_nearest_neighbour() -> None:
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(20, 6)).astype(np.float32)
    axes = np.linalg.qr(random.normal(size=(6, 6)))[0][:4]
    content = {
        "explained_variance": [0.25] * 4,
        "mean": [0.0] * 6,
        "components": axes.tolist(),
        "coordinates": (embeddings @ axes.T).tolist(),
        "cases": [
            {"image": f"drawn/{i}.jpg", "finding": "no_finding", "source": "drawn"}
            for i in range(20)
        ],
    }
    cases = EmbeddingMap.from_json(json.dumps(content).encode())

    nearest = neighbours_of(embeddings[7], cases)

    assert nearest[0].image == "drawn/7.jpg"
    assert nearest[0].distance == pytest.approx(0.0, abs=1e-3)
    assert [n.distance for n in nearest] == sorted(n.distance for n in nearest)
    assert coordinates_of(embeddings[7], cases) == pytest.approx(cases.coordinates[7][:3], abs=1e-3)
