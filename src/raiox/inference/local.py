"""The engine of one machine: filter, classifier and lungs, in this process.

Each forward pass runs in one thread, and as many passes at once as there are cores: two
passes beside each other take less processor time than one on two threads. Several images
are divided among the threads. With one image the classifier begins beside the filter, and
its prediction is dropped if the filter refuses the image.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from raiox.bundle import Bundle, open_bundle
from raiox.bundle.errors import BundleInvalidError
from raiox.bundle.manifest import BundleManifest
from raiox.entities import (
    EngineResult,
    FilterResult,
    LungOcclusion,
    ModelIdentity,
    OperatingPoint,
    Prediction,
    Radiograph,
    Rejection,
)
from raiox.errors import RaioxError
from raiox.inference.blank import reject_blank
from raiox.inference.classifier import Classifier
from raiox.inference.errors import LungsNotFoundError
from raiox.inference.frontal_filter import FrontalFilter
from raiox.inference.incomplete import reject_incomplete
from raiox.inference.lung_fields import LungFields
from raiox.inference.lung_occlusion import occlude_lungs
from raiox.inference.lungs import LungSegmenter, share_inside
from raiox.inference.margins import Box, as_networks_see, crop, find_content, uncrop
from raiox.inference.reference_image import Answer, require_answers
from raiox.inference.session import BATCH_SIZE
from raiox.settings import Backend, InferenceSettings
from raiox.vocabulary import ImageKind

SHIPPED_MODELS = Path(__file__).parent.parent / "models"


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Content:
    """What even margins surround, without burnt-in marks: the networks see it.

    The maps are laid over the whole.
    """

    radiograph: Radiograph
    box: Box
    whole_shape: tuple[int, ...]
    refusal: Rejection | None
    """Whatever the filter says."""

    @classmethod
    def of(cls, whole: Radiograph) -> "_Content":
        box = find_content(whole.pixels)
        pixels = crop(whole.pixels, box)
        radiograph = replace(whole, pixels=as_networks_see(pixels))
        refusal = reject_blank(pixels) or reject_incomplete(whole.pixels, box)
        return cls(radiograph, box, whole.pixels.shape, refusal)

    def over_whole(self, prediction: Prediction) -> Prediction:
        maps = uncrop(prediction.activation_maps, self.box, self.whole_shape)
        if prediction.lungs is None:
            return replace(prediction, activation_maps=maps)
        [lungs] = uncrop(prediction.lungs[None], self.box, self.whole_shape)
        return replace(prediction, activation_maps=maps, lungs=lungs)


class LocalEngine:
    """Reads radiographs with a frontal filter, a classifier and, where there is one, the lungs' network."""

    def __init__(
        self,
        filter_bundle: Bundle,
        classifier_bundle: Bundle,
        n_threads: int,
        backend: Backend = "cpu",
        lungs_bundle: Bundle | None = None,
    ) -> None:
        self._filter = FrontalFilter(filter_bundle, 1, backend)
        self._classifier = Classifier(classifier_bundle, 1, backend)
        self._models: dict[str, ModelIdentity] = {
            bundle.manifest.role: identity_of(bundle)
            for bundle in (filter_bundle, classifier_bundle, lungs_bundle)
            if bundle is not None
        }
        self._lungs = LungSegmenter(lungs_bundle, 1, backend) if lungs_bundle else None
        self._batch_size = BATCH_SIZE[backend]
        self._n_threads = n_threads
        self._threads = ThreadPoolExecutor(n_threads, "raiox-pass")

    @classmethod
    def open(cls, settings: InferenceSettings) -> "LocalEngine":
        """Open and verify the bundles that the settings name.

        Raises:
            BundleError: a bundle is missing, contradicts itself, fails its checksum or does not
                answer the reference image.
            BackendMissingError: the backend of the settings is not installed here.
        """
        folder = settings.models_dir or SHIPPED_MODELS
        bundles = [
            open_bundle(folder / n) for n in (settings.filter_bundle, settings.classifier_bundle)
        ]
        for bundle, role in zip(bundles, ("frontal_filter", "classifier"), strict=True):
            if bundle.manifest.role != role:
                raise BundleInvalidError(bundle=bundle.manifest.id, reason="role")
        lungs = folder / settings.lungs_bundle
        engine = cls(
            bundles[0],
            bundles[1],
            settings.n_threads,
            settings.backend,
            open_bundle(lungs) if lungs.is_dir() else None,
        )
        engine.require_answers()
        return engine

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        """The networks that answer, by role."""
        return self._models

    @property
    def is_running(self) -> bool:
        """They run in this very process."""
        return True

    def require_answers(self) -> None:
        """Let each network answer the reference image. Raises: BundleInvalidError."""
        networks: dict[str, Answer] = {
            self._models["frontal_filter"].id: self._filter.classify,
            self._models["classifier"].id: self._classifier.predict,
        }
        if self._lungs:
            networks[self._models["lungs"].id] = self._lungs.segment
        require_answers(networks)

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Filter all, classify the accepted; one that fails does not harm the others.

        The networks see what even margins surround; activation maps cover the whole picture.
        """
        if len(radiographs) == 1:
            return self._analyse(radiographs, at_once=self._n_threads > 1)
        starts = range(0, len(radiographs), self._batch_size)
        batches = [radiographs[start : start + self._batch_size] for start in starts]
        return [result for done in self._threads.map(self._analyse, batches) for result in done]

    def occlude_lungs(self, radiographs: Sequence[Radiograph]) -> list[LungOcclusion | RaioxError]:
        """The scores of each accepted radiograph as it is and with its lungs hidden."""
        if self._lungs is None:
            return [LungsNotFoundError() for _ in radiographs]
        contents = [_Content.of(radiograph).radiograph for radiograph in radiographs]
        return occlude_lungs(contents, self._classifier, self._lungs)

    def _analyse(
        self, radiographs: Sequence[Radiograph], *, at_once: bool = False
    ) -> list[EngineResult | RaioxError]:
        """Analyse one batch.

        Args:
            at_once: begin the classifier before the filter has answered.
        """
        contents = [_Content.of(radiograph) for radiograph in radiographs]
        inside = [content.radiograph for content in contents]
        early = self._begin(inside) if at_once else None
        verdicts, filter_ms = _timed(lambda: self._filter.classify(inside))
        accepted = [
            i
            for i, verdict in enumerate(verdicts)
            if isinstance(verdict, FilterResult) and verdict.accepted and not contents[i].refusal
        ]
        kept = [inside[i] for i in accepted]
        lungs, lungs_ms = _timed(lambda: self._segment(kept))
        predicted, classifier_ms = (
            early.result() if early and accepted else _timed(lambda: self._classifier.predict(kept))
        )
        predictions = {}
        for i, prediction, fields in zip(accepted, predicted, lungs, strict=True):
            if fields is not None and fields.is_of_several_radiographs:
                verdicts[i] = _several_radiographs(verdicts[i])
            else:
                predictions[i] = _finished(contents[i], prediction, fields)
        n_accepted = max(1, len(accepted))
        timings_ms = {
            "filter": round(filter_ms / len(radiographs), 2),
            "classifier": round(classifier_ms / n_accepted, 2),
            "lungs": round(lungs_ms / n_accepted, 2),
        }
        return [
            self._result(verdict, contents[i], predictions.get(i), timings_ms)
            for i, verdict in enumerate(verdicts)
        ]

    def _begin(
        self, radiographs: Sequence[Radiograph]
    ) -> Future[tuple[list[Prediction | RaioxError], float]]:
        return self._threads.submit(_timed, lambda: self._classifier.predict(radiographs))

    def _segment(self, radiographs: Sequence[Radiograph]) -> Sequence[LungFields | None]:
        """The lungs in each; nothing where they could not be found, which is no failure."""
        nothing = [None] * len(radiographs)
        if self._lungs is None:
            return nothing
        try:
            return [LungFields.of(lungs) for lungs in self._lungs.segment(radiographs)]
        except RaioxError:  # a prediction does not depend on it
            return nothing

    def _result(
        self,
        filter_result: FilterResult | RaioxError,
        content: _Content,
        prediction: Prediction | RaioxError | None,
        timings_ms: Mapping[str, float],
    ) -> EngineResult | RaioxError:
        if isinstance(filter_result, RaioxError):
            return filter_result
        if isinstance(prediction, RaioxError):
            return prediction
        rejection = content.refusal or self._filter.reject(filter_result, content.radiograph.notes)
        return EngineResult(filter_result, rejection, prediction, self._models, timings_ms)


def _finished(
    content: _Content, prediction: Prediction | RaioxError, lungs: LungFields | None
) -> Prediction | RaioxError:
    """The prediction over the whole picture, with what the lungs say of maps and positioning."""
    if isinstance(prediction, RaioxError):
        return prediction
    if lungs is not None:
        maps = dict(zip(prediction.scores, prediction.activation_maps, strict=True))
        prediction = replace(
            prediction,
            evidence_in_lungs={f: share_inside(maps[f], lungs.probability) for f in maps},
            lung_extent={finding: lungs.extent(evidence) for finding, evidence in maps.items()},
            lungs=lungs.probability,
            positioning=lungs.positioning,
        )
    return content.over_whole(prediction)


def _several_radiographs(verdict: FilterResult | RaioxError) -> FilterResult | RaioxError:
    """What the filter would have said, had it seen the lungs of more than one."""
    if isinstance(verdict, RaioxError):
        return verdict
    return replace(verdict, kind=ImageKind.MULTIPLE, accepted=False)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work returns, and how long it took, in milliseconds."""
    started = time.perf_counter()
    value = work()
    return value, (time.perf_counter() - started) * 1e3


def identity_of(bundle: Bundle) -> ModelIdentity:
    """What results say of the network that gave them."""
    return manifest_identity(bundle.manifest, bundle.sha256)


def manifest_identity(manifest: BundleManifest, sha256: str) -> ModelIdentity:
    """The same, where the network itself is not opened."""
    return ModelIdentity(
        id=manifest.id,
        sha256=sha256,
        operating_points={
            label: OperatingPoint(**point.model_dump())
            for label, point in manifest.operating_points.items()
        },
        labels=manifest.labels,
        multi_label=manifest.multi_label,
        architecture=manifest.architecture,
        preprocessing=manifest.preprocessing.model_dump(),
    )
