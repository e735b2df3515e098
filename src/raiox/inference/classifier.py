"""One pass to scores, maps and embedding.

Softmax does not see what is added to all logits alike, so neither do the maps:
at each place the mean over the findings is taken off, and what is left is the
evidence that separates them. Source: the paper, sections 2.2 and 4.2 (CAM).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.bundle import Bundle
from raiox.bundle.errors import BundleInvalidError
from raiox.entities import FloatArray, Prediction, Radiograph
from raiox.errors import RaioxError
from raiox.inference.embedding_map import EmbeddingMap
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import NetworkSession, calibrated
from raiox.preprocessing import content_box, network_input
from raiox.settings import Backend
from raiox.vocabulary import FINDINGS, Finding

MAP_SIDE_CELLS = 40
"""Longest side of a map laid over the image; finer than any network's stride."""


class Classifier:
    """The second network: one prediction for each accepted radiograph."""

    def __init__(self, bundle: Bundle, n_threads: int, backend: Backend = "cpu") -> None:
        self.manifest = bundle.manifest
        if self.manifest.labels != tuple(map(str, FINDINGS)):
            raise BundleInvalidError(bundle=self.manifest.id, reason="labels")
        self._session = NetworkSession(bundle, n_threads, backend)
        self._map = EmbeddingMap.read(bundle.embedding_map) if bundle.embedding_map else None

    def predict(self, radiographs: Sequence[Radiograph]) -> list[Prediction | RaioxError]:
        """One prediction each, or why there is none."""
        if not radiographs:
            return []
        spec = self.manifest.preprocessing
        images = np.stack([network_input(r.pixels, spec) for r in radiographs])
        outputs = self._session.run(images)
        rows = zip(
            radiographs, outputs["logits"], outputs["maps"], outputs["embedding"], strict=True
        )
        return [self._prediction(*row) for row in rows]

    def _prediction(
        self, radiograph: Radiograph, logits: FloatArray, maps: FloatArray, embedding: FloatArray
    ) -> Prediction | RaioxError:
        try:
            scores = calibrated(logits, self.manifest.temperature)
            if not (np.isfinite(maps).all() and np.isfinite(embedding).all()):
                raise ModelOutputInvalidError(reason="not_finite")
        except RaioxError as error:
            return error
        return Prediction(
            scores={finding: float(s) for finding, s in zip(FINDINGS, scores, strict=True)},
            findings_set=findings_set(scores, self.manifest.set_threshold),
            activation_maps=self._over_image(maps, *radiograph.pixels.shape),
            embedding=embedding,
            embedding_xyz=self._map.place(embedding) if self._map else None,
            neighbours=self._map.neighbours(embedding) if self._map else (),
        )

    def _over_image(self, maps: FloatArray, height: int, width: int) -> FloatArray:
        """Maps over the network's square to maps over the image, without its padding."""
        spec = self.manifest.preprocessing
        cell_px = spec.side_px / maps.shape[-1]
        left, top, right, bottom = (v / cell_px for v in content_box(height, width, spec))
        scale = MAP_SIDE_CELLS / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        evidence = (maps - maps.mean(axis=0)) / np.float32(self.manifest.map_scale)
        over = [
            Image.fromarray(one).resize(
                size, Image.Resampling.BICUBIC, box=(left, top, right, bottom)
            )
            for one in evidence.astype(np.float32)
        ]
        return np.stack([np.asarray(one, np.float32) for one in over])


def findings_set(scores: npt.NDArray[np.float64], threshold: float | None) -> tuple[Finding, ...]:
    """The findings whose score reaches the threshold, likeliest first; at least one.

    Source: split conformal prediction sets, Sadinle et al., 2019,
    doi:10.1080/01621459.2017.1395341.
    """
    order = np.argsort(-scores, kind="stable")
    kept = [i for i in order if threshold is not None and scores[i] >= threshold]
    return tuple(FINDINGS[i] for i in (kept or order[:1]))
