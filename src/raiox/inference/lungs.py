"""Where the lungs are: the third network.

Two anatomies, as they were drawn: `lungs` includes what lies behind the heart and what is consolidated,
`lungs_without_heart` leaves the heart out. Source: Ronneberger et al., 2015, arXiv:1505.04597.
"""

from collections.abc import Sequence

import numpy as np

from raiox.bundle import Bundle
from raiox.bundle.errors import BundleInvalidError
from raiox.entities import FloatArray, Radiograph
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.over_image import MAP_SIDE_CELLS, over_image
from raiox.inference.session import NetworkSession
from raiox.preprocessing import network_input
from raiox.settings import Backend

ANATOMY = "lungs"
"""The output that serving reads."""


class LungSegmenter:
    """The lung fields of radiographs."""

    def __init__(self, bundle: Bundle, n_threads: int, backend: Backend = "cpu") -> None:
        """Open the network.

        Raises:
            BundleInvalidError: the bundle segments no lungs.
            BackendMissingError: the backend is not installed here.
        """
        self.manifest = bundle.manifest
        if self.manifest.role != "lungs" or ANATOMY not in self.manifest.labels:
            raise BundleInvalidError(bundle=self.manifest.id, reason="role")
        self._session = NetworkSession(bundle, n_threads, backend)

    def segment(
        self,
        radiographs: Sequence[Radiograph],
        *,
        anatomy: str = ANATOMY,
        side_cells: int = MAP_SIDE_CELLS,
    ) -> list[FloatArray]:
        """(h, w) probability of lung over each image, `side_cells` along its longest side.

        Raises:
            ModelOutputInvalidError: the network answers no finite numbers.
        """
        if not radiographs:
            return []
        spec, output = self.manifest.preprocessing, self.manifest.labels.index(anatomy)
        images = np.stack([network_input(r.pixels, spec) for r in radiographs])
        masks = self._session.run(images)["maps"][:, output : output + 1]
        if not np.isfinite(masks).all():
            raise ModelOutputInvalidError(reason="not_finite")
        laid = (
            over_image(mask, radiograph.pixels.shape, spec, side_cells=side_cells)[0]
            for mask, radiograph in zip(masks, radiographs, strict=True)
        )
        return [(1 / (1 + np.exp(-np.clip(one, -30, 30)))).astype(np.float32) for one in laid]


def share_inside(evidence: FloatArray, lungs: FloatArray) -> float | None:
    """Share of the evidence for a finding that lies inside the lungs; None where there is none.

    Args:
        evidence: (h, w); what is below 0 does not support the finding.
        lungs: (h, w) probability of lung over the same image.
    """
    positive = np.maximum(evidence, 0).astype(np.float64)
    total = float(positive.sum())
    return float((positive * lungs).sum() / total) if total > 0 else None
