"""The engine of one machine: filter, classifier and lungs, in this process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from raiox.bundle import Bundle, open_bundle
from raiox.bundle.errors import BundleInvalidError
from raiox.entities import (
    EngineResult,
    FilterResult,
    ModelIdentity,
    OperatingPoint,
    Prediction,
    Radiograph,
    Rejection,
)
from raiox.errors import RaioxError
from raiox.inference.blank import reject_blank
from raiox.inference.classifier import Classifier
from raiox.inference.frontal_filter import FrontalFilter
from raiox.inference.lungs import LungSegmenter, share_inside
from raiox.inference.margins import Box, crop, find_content, uncrop
from raiox.settings import Backend, InferenceSettings

SHIPPED_MODELS = Path(__file__).parent.parent / "models"


class LocalEngine:
    """Reads radiographs with two verified bundles, and a third where there is one."""

    def __init__(
        self,
        filter_bundle: Bundle,
        classifier_bundle: Bundle,
        n_threads: int,
        backend: Backend = "cpu",
        lungs_bundle: Bundle | None = None,
    ) -> None:
        self._filter = FrontalFilter(filter_bundle, n_threads, backend)
        self._classifier = Classifier(classifier_bundle, n_threads, backend)
        self._models: dict[str, ModelIdentity] = {
            bundle.manifest.role: _identity(bundle)
            for bundle in (filter_bundle, classifier_bundle, lungs_bundle)
            if bundle is not None
        }
        self._lungs = LungSegmenter(lungs_bundle, n_threads, backend) if lungs_bundle else None

    @classmethod
    def open(cls, settings: InferenceSettings) -> "LocalEngine":
        """Open and verify the bundles that the settings name.

        Raises:
            BundleError: a bundle is missing, contradicts itself or fails its checksum.
            ModelUnavailableError: the runtime asked for is not installed here.
        """
        folder = settings.models_dir or SHIPPED_MODELS
        bundles = [
            open_bundle(folder / n) for n in (settings.filter_bundle, settings.classifier_bundle)
        ]
        for bundle, role in zip(bundles, ("frontal_filter", "classifier"), strict=True):
            if bundle.manifest.role != role:
                raise BundleInvalidError(bundle=bundle.manifest.id, reason="role")
        lungs = folder / settings.lungs_bundle
        return cls(
            bundles[0],
            bundles[1],
            settings.n_threads,
            settings.backend,
            open_bundle(lungs) if lungs.is_dir() else None,
        )

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        """The networks that answer, by role."""
        return self._models

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Filter all, classify the accepted; one that fails does not harm the others.

        The networks see what even margins surround; activation maps cover the whole picture.
        """
        if not radiographs:
            return []
        started = time.perf_counter()
        boxes = [find_content(radiograph.pixels) for radiograph in radiographs]
        whole = radiographs
        radiographs = [
            replace(radiograph, pixels=crop(radiograph.pixels, box))
            for radiograph, box in zip(whole, boxes, strict=True)
        ]
        blank = [reject_blank(radiograph.pixels) for radiograph in radiographs]
        verdicts = self._filter.classify(radiographs)
        filtered = time.perf_counter()
        accepted = [
            i
            for i, v in enumerate(verdicts)
            if isinstance(v, FilterResult) and v.accepted and blank[i] is None
        ]
        predictions = dict(
            zip(accepted, self._classifier.predict([radiographs[i] for i in accepted]), strict=True)
        )
        classified = time.perf_counter()
        if self._lungs is not None:
            predictions = _with_lungs(self._lungs, radiographs, predictions)
        segmented = time.perf_counter()
        predictions = {
            i: _over_whole(prediction, boxes[i], whole[i].pixels.shape)
            for i, prediction in predictions.items()
        }
        n_accepted = max(1, len(accepted))
        timings = {
            "filter": round((filtered - started) * 1e3 / len(radiographs), 2),
            "classifier": round((classified - filtered) * 1e3 / n_accepted, 2),
            "lungs": round((segmented - classified) * 1e3 / n_accepted, 2),
        }
        return [
            self._reading(v, blank[i], predictions.get(i), timings) for i, v in enumerate(verdicts)
        ]

    def _reading(
        self,
        filter_result: FilterResult | RaioxError,
        blank: Rejection | None,
        prediction: Prediction | RaioxError | None,
        timings_ms: Mapping[str, float],
    ) -> EngineResult | RaioxError:
        if isinstance(filter_result, RaioxError):
            return filter_result
        if isinstance(prediction, RaioxError):
            return prediction
        rejection = blank or self._filter.reject(filter_result)
        return EngineResult(filter_result, rejection, prediction, self._models, timings_ms)


def _with_lungs(
    segmenter: LungSegmenter,
    radiographs: Sequence[Radiograph],
    predictions: Mapping[int, Prediction | RaioxError],
) -> dict[int, Prediction | RaioxError]:
    """The same predictions, with the share of each map that lies inside the lungs."""
    found = dict(predictions)
    for index, prediction in predictions.items():
        if isinstance(prediction, RaioxError):
            continue
        try:
            lungs = segmenter.segment([radiographs[index]])[0]
        except RaioxError:  # a prediction does not depend on it
            continue
        maps = zip(prediction.scores, prediction.activation_maps, strict=True)
        inside = {finding: share_inside(evidence, lungs) for finding, evidence in maps}
        found[index] = replace(prediction, evidence_in_lungs=inside)
    return found


def _over_whole(
    prediction: Prediction | RaioxError, box: Box, shape: tuple[int, ...]
) -> Prediction | RaioxError:
    if isinstance(prediction, RaioxError):
        return prediction
    return replace(prediction, activation_maps=uncrop(prediction.activation_maps, box, shape))


def _identity(bundle: Bundle) -> ModelIdentity:
    manifest = bundle.manifest
    return ModelIdentity(
        id=manifest.id,
        sha256=bundle.sha256,
        operating_points={
            label: OperatingPoint(**point.model_dump())
            for label, point in manifest.operating_points.items()
        },
        labels=manifest.labels,
        multi_label=manifest.multi_label,
        architecture=manifest.architecture,
        preprocessing=manifest.preprocessing.model_dump(),
    )
