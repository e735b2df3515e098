"""The map of cases: where an embedding lies among reference cases, in 3D.

Principal components of reference embeddings (the paper, section 4.3 and Figure
12); neighbours are found among the first components, where most of what
separates the cases lies.
"""

import numpy as np

from raiox.bundle.embedding_map import EmbeddingMap
from raiox.entities import FloatArray, Neighbour

N_NEIGHBOURS = 5
DISTANCE_DECIMALS = 3


def coordinates_of(embedding: FloatArray, cases: EmbeddingMap) -> tuple[float, float, float]:
    """x, y, z of an embedding (D,)."""
    x, y, z = (round(float(value), DISTANCE_DECIMALS) for value in _project(embedding, cases)[:3])
    return x, y, z


def neighbours_of(embedding: FloatArray, cases: EmbeddingMap) -> tuple[Neighbour, ...]:
    """The nearest reference cases of an embedding (D,), nearest first."""
    distances = np.linalg.norm(cases.coordinates - _project(embedding, cases), axis=1)
    nearest = np.argsort(distances, kind="stable")[:N_NEIGHBOURS]
    return tuple(_neighbour(cases, int(index), float(distances[index])) for index in nearest)


def _neighbour(cases: EmbeddingMap, index: int, distance: float) -> Neighbour:
    case = cases.cases[index]
    return Neighbour(case.image, case.finding, case.source, round(distance, DISTANCE_DECIMALS))


def _project(embedding: FloatArray, cases: EmbeddingMap) -> FloatArray:
    projected: FloatArray = cases.components @ (embedding - cases.mean)
    return projected
