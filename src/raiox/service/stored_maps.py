"""The maps of one analysis in one array, as they are kept: each finding's, then that of the lungs."""

from dataclasses import dataclass

import numpy as np

from raiox.entities import FloatArray, Prediction
from raiox.service.png import pack, unpack


@dataclass(frozen=True, slots=True, eq=False)
class StoredMaps:
    """What was seen where, over the image."""

    findings: FloatArray
    """(K, h, w) evidence, in the order of the scores."""
    lungs: FloatArray | None
    """(h, w) probability of lung; None where the lungs were not segmented."""

    @classmethod
    def of(cls, prediction: Prediction) -> "StoredMaps":
        """Of what the networks answered."""
        return cls(prediction.activation_maps, prediction.lungs)

    @classmethod
    def unpack(cls, content: bytes, n_findings: int) -> "StoredMaps":
        """Of what `pack` wrote of an analysis with so many scores."""
        maps = unpack(content)
        return cls(maps[:n_findings], maps[n_findings] if len(maps) > n_findings else None)

    def pack(self) -> bytes:
        """As bytes."""
        if self.lungs is None:
            return pack(self.findings)
        return pack(np.concatenate([self.findings, self.lungs[None]]))
