"""One pass to scores, maps and embedding.

A softmax does not see what is added to all logits alike, so neither do the maps of a
single-label bundle: the mean over the findings is subtracted at each position, and what
is left is the evidence that separates them. Source: the paper, sections 2.2 and 4.2 (CAM).
"""

from collections.abc import Sequence

import numpy as np

from raiox.bundle import Bundle
from raiox.bundle.embedding_map import EmbeddingMap
from raiox.bundle.errors import BundleInvalidError
from raiox.bundle.manifest import BundleManifest
from raiox.entities import FloatArray, Prediction, Radiograph
from raiox.errors import RaioxError
from raiox.inference.decision import decide, is_beyond
from raiox.inference.embedding_distance import EmbeddingDistance
from raiox.inference.embedding_map import coordinates_of, neighbours_of
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.over_image import over_image
from raiox.inference.session import NetworkSession, calibrated, multi_label_scores
from raiox.preprocessing import network_input
from raiox.settings import Backend

MIN_LABELS = {False: 2, True: 1}
"""One among all needs another to be separated from; a label decided on its own does not."""


class Classifier:
    """The second network: one prediction for each accepted radiograph."""

    def __init__(self, bundle: Bundle, n_threads: int, backend: Backend = "cpu") -> None:
        self.manifest = bundle.manifest
        _check_labels(self.manifest)
        self._session = NetworkSession(bundle, n_threads, backend)
        self._map = EmbeddingMap.from_json(bundle.embedding_map) if bundle.embedding_map else None
        stored = bundle.embedding_distance
        self._distance = EmbeddingDistance.from_json(stored) if stored else None

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

    def scores(self, images: FloatArray) -> list[dict[str, float]]:
        """The calibrated scores of network inputs (N, 1, S, S).

        Raises:
            ModelOutputInvalidError: the network answers no finite numbers.
        """
        return [self._scores(logits) for logits in self._session.run(images)["logits"]]

    def _prediction(
        self, radiograph: Radiograph, logits: FloatArray, maps: FloatArray, embedding: FloatArray
    ) -> Prediction | RaioxError:
        try:
            scores = self._scores(logits)
            if not (np.isfinite(maps).all() and np.isfinite(embedding).all()):
                raise ModelOutputInvalidError(reason="not_finite")
        except RaioxError as error:
            return error
        distance = float(self._distance.of(embedding)) if self._distance else None
        decision = decide(scores, self.manifest, distance)
        return Prediction(
            scores=scores,
            finding=decision.finding,
            findings_set=decision.findings_set,
            uncertainty=decision.uncertainty,
            abnormality=decision.abnormality,
            activation_maps=self._over_image(maps, radiograph.pixels.shape),
            embedding=embedding,
            distance=distance,
            out_of_distribution=is_beyond(distance, self.manifest),
            embedding_xyz=coordinates_of(embedding, self._map) if self._map else None,
            neighbours=neighbours_of(embedding, self._map) if self._map else (),
        )

    def _scores(self, logits: FloatArray) -> dict[str, float]:
        labels = self.manifest.labels
        if logits.shape != (len(labels),):
            raise ModelOutputInvalidError(reason="shape")
        scored = multi_label_scores if self.manifest.multi_label else calibrated
        scores = scored(logits, self.manifest.temperature)
        return dict(zip(labels, map(float, scores), strict=True))

    def _over_image(self, maps: FloatArray, shape: tuple[int, ...]) -> FloatArray:
        """Evidence at each position of the image: the bundle's fixed scale, without padding."""
        shared = 0 if self.manifest.multi_label else maps.mean(axis=0)
        evidence = ((maps - shared) / self.manifest.map_scale).astype(np.float32)
        return over_image(evidence, shape, self.manifest.preprocessing)


def _check_labels(manifest: BundleManifest) -> None:
    """Raises: BundleInvalidError if the labels cannot be decided."""
    labels = manifest.labels
    undecided = manifest.multi_label and not set(labels) <= set(manifest.operating_points)
    first = manifest.abnormal_first
    if len(set(labels)) != len(labels) or len(labels) < MIN_LABELS[manifest.multi_label]:
        raise BundleInvalidError(bundle=manifest.id, reason="labels")
    if first is not None and (manifest.multi_label or first.normal not in labels):
        raise BundleInvalidError(bundle=manifest.id, reason="abnormal_first")
    if undecided:
        raise BundleInvalidError(bundle=manifest.id, reason="operating_points")
