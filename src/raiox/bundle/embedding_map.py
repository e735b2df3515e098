"""The embedding map of a bundle: principal components, and where each reference case lies.

The one reader and writer of `embedding_map.json`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from raiox.entities import FloatArray

VALUE_DECIMALS = 5
COORDINATE_DECIMALS = 3
VARIANCE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class MapCase:
    """A reference case of a public data set."""

    image: str
    """Data set and file name."""
    finding: str
    source: str
    """Its data set."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingMap:
    """Components and reference cases of one bundle."""

    mean: FloatArray
    """(D,) of the embeddings."""
    components: FloatArray
    """(P, D), orthonormal, by falling variance; the first three are x, y, z."""
    coordinates: FloatArray
    """(R, P) of the reference cases."""
    cases: tuple[MapCase, ...]
    """(R,), in the order of `coordinates`."""
    explained_variance: FloatArray
    """(P,): the share of the variance along each component."""

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read the file of a bundle."""
        document: dict[str, Any] = json.loads(content)
        return cls(
            mean=np.array(document["mean"], np.float32),
            components=np.array(document["components"], np.float32),
            coordinates=np.array(document["coordinates"], np.float32),
            cases=tuple(MapCase(**case) for case in document["cases"]),
            explained_variance=np.array(document["explained_variance"], np.float32),
        )

    def to_json(self) -> bytes:
        """Write the file of a bundle; few digits keep it small."""
        document = {
            "explained_variance": self.rounded_variances(),
            "mean": _rounded(self.mean, VALUE_DECIMALS),
            "components": _rounded(self.components, VALUE_DECIMALS),
            "coordinates": self.rounded_coordinates(),
            "cases": [asdict(case) for case in self.cases],
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def rounded_coordinates(self) -> list[list[float]]:
        """(R, P) coordinates with as many digits as the file has."""
        return _rounded(self.coordinates, COORDINATE_DECIMALS)

    def rounded_variances(self) -> list[float]:
        """(P,) shares of the variance with as many digits as the file has."""
        return _rounded(self.explained_variance, VARIANCE_DECIMALS)


def _rounded(array: FloatArray, decimals: int) -> list[Any]:
    # In float64: a rounded float32 prints as 0.12300000339746475.
    values: list[Any] = np.round(array.astype(np.float64), decimals).tolist()
    return values
