"""The map of cases: where an embedding lies among reference cases, in 3D.

Principal components of reference embeddings (the paper, section 4.3 and Figure
12); neighbours are found among the first components, where most of what
separates the cases lies. Only cases of the public data sets are in it.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from raiox.entities import FloatArray, Neighbour

N_NEIGHBOURS = 5


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingMap:
    """Components and reference cases of one bundle."""

    mean: FloatArray
    """(D,)"""
    components: FloatArray
    """(P, D), orthonormal, by falling variance; the first three are x, y, z."""
    coordinates: FloatArray
    """(R, P) of the reference cases."""
    cases: tuple[tuple[str, str, str], ...]
    """Image, finding and source of each reference case."""

    @classmethod
    def read(cls, content: bytes) -> "EmbeddingMap":
        """From `embedding_map.json` of a bundle."""
        told: dict[str, Any] = json.loads(content)
        return cls(
            mean=np.array(told["mean"], np.float32),
            components=np.array(told["components"], np.float32),
            coordinates=np.array(told["coordinates"], np.float32),
            cases=tuple((c["image"], c["finding"], c["source"]) for c in told["cases"]),
        )

    def place(self, embedding: FloatArray) -> tuple[float, float, float]:
        """x, y, z of an embedding (D,)."""
        x, y, z = self._project(embedding)[:3]
        return round(float(x), 3), round(float(y), 3), round(float(z), 3)

    def neighbours(self, embedding: FloatArray) -> tuple[Neighbour, ...]:
        """The nearest reference cases, nearest first."""
        distances = np.linalg.norm(self.coordinates - self._project(embedding), axis=1)
        nearest = np.argsort(distances, kind="stable")[:N_NEIGHBOURS]
        return tuple(self._neighbour(int(i), float(distances[i])) for i in nearest)

    def _neighbour(self, index: int, distance: float) -> Neighbour:
        image, finding, source = self.cases[index]
        return Neighbour(image, finding, source, round(distance, 3))

    def _project(self, embedding: FloatArray) -> FloatArray:
        projected: FloatArray = self.components @ (embedding - self.mean)
        return projected
