"""How far an embedding lies from those of ordinary radiographs.

A Gaussian of a few principal components and one variance for all other directions is fitted to
the embeddings of the validation split; the distance is Mahalanobis', per dimension, so that ordinary
images lie near 1. Far beyond, the scores mean nothing: the network never saw the like. Source: Lee et
al., 2018, arXiv:1807.03888 (distance); Tipping and Bishop, 1999, doi:10.1111/1467-9868.00196 (model).
"""

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raiox.entities import FloatArray

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingDistance:
    """The Gaussian of one network's embeddings."""

    mean: Floats
    """(D,)"""
    components: Floats
    """(P, D), orthonormal."""
    variances: Floats
    """(P,) along the components."""
    residual_variance: float
    """Along each of the other D - P directions."""

    @classmethod
    def from_json(cls, content: bytes) -> "EmbeddingDistance":
        """From `embedding_distance.json` of a bundle."""
        stored = json.loads(content)
        return cls(
            mean=np.array(stored["mean"]),
            components=np.array(stored["components"]),
            variances=np.array(stored["variances"]),
            residual_variance=float(stored["residual_variance"]),
        )

    def to_json(self) -> bytes:
        """As a bundle keeps it."""
        return json.dumps(
            {
                "mean": [float(f"{v:.5g}") for v in self.mean],
                "components": [[float(f"{v:.4g}") for v in row] for row in self.components],
                "variances": [float(f"{v:.6g}") for v in self.variances],
                "residual_variance": float(f"{self.residual_variance:.6g}"),
            },
            separators=(",", ":"),
        ).encode()

    def of(self, embeddings: FloatArray) -> Floats:
        """(N, D) to (N,) distances, or (D,) to one of shape ()."""
        centred = embeddings.astype(np.float64) - self.mean
        along = centred @ self.components.T
        inside = (along**2 / self.variances).sum(axis=-1)
        rest = np.maximum((centred**2).sum(axis=-1) - (along**2).sum(axis=-1), 0)
        distances: Floats = np.sqrt((inside + rest / self.residual_variance) / len(self.mean))
        return distances
