"""The maps of one analysis in one array, as they are kept: each finding's, then that of the lungs."""

import io
from dataclasses import dataclass

import numpy as np

from raiox.entities import FloatArray, Prediction


@dataclass(frozen=True, slots=True, eq=False)
class StoredMaps:
    """The maps over the image."""

    findings: FloatArray
    """(K, h, w) evidence, in the order of the scores."""
    lungs: FloatArray | None
    """(h, w) probability of lung; None where the lungs were not segmented."""

    @classmethod
    def of(cls, prediction: Prediction) -> "StoredMaps":
        """The maps of a prediction."""
        return cls(prediction.activation_maps, prediction.lungs)

    @classmethod
    def unpack(cls, content: bytes, n_findings: int) -> "StoredMaps":
        """The maps that `pack` wrote, as float32.

        Args:
            n_findings: how many of them belong to findings.
        """
        maps = np.load(io.BytesIO(content), allow_pickle=False).astype(np.float32)
        return cls(maps[:n_findings], maps[n_findings] if len(maps) > n_findings else None)

    def pack(self) -> bytes:
        """A file of NumPy; half precision is finer than any picture of the maps."""
        maps = self.findings if self.lungs is None else [*self.findings, self.lungs]
        file = io.BytesIO()
        np.save(file, np.asarray(maps, np.float16), allow_pickle=False)
        return file.getvalue()
