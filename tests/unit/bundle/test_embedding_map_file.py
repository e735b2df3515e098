"""What is written of an embedding map is what is read again."""

import numpy as np

from raiox.bundle.embedding_map import EmbeddingMap, MapCase
from raiox.inference.local import SHIPPED_MODELS


def test_a_map_comes_back_as_it_was_written():
    random = np.random.default_rng(0)
    written = EmbeddingMap(
        mean=random.normal(size=6).astype(np.float32),
        components=random.normal(size=(4, 6)).astype(np.float32),
        coordinates=random.normal(size=(2, 4)).astype(np.float32),
        cases=(MapCase("a/1.jpg", "covid19", "a"), MapCase("b/2.jpg", "no_finding", "b")),
        explained_variance=np.array([0.5, 0.25, 0.125, 0.0625], np.float32),
    )

    read = EmbeddingMap.from_json(written.to_json())

    assert read.cases == written.cases
    for name in ("mean", "components", "coordinates", "explained_variance"):
        np.testing.assert_allclose(getattr(read, name), getattr(written, name), atol=6e-4)


def test_a_shipped_map_is_read_and_written_without_a_change():
    for file in SHIPPED_MODELS.glob("*/embedding_map.json"):
        shipped = EmbeddingMap.from_json(file.read_bytes())

        written = EmbeddingMap.from_json(shipped.to_json())

        assert written.cases == shipped.cases
        for name in ("mean", "components", "coordinates", "explained_variance"):
            np.testing.assert_array_equal(getattr(written, name), getattr(shipped, name))
