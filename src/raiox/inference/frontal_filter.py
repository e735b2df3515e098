"""Is it an upright frontal chest radiograph, and if not, what is it?

Source: the paper, section 2.1; the kinds and their refusals are ours.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from raiox.bundle import Bundle
from raiox.bundle.errors import BundleInvalidError
from raiox.entities import FilterResult, Radiograph, Rejection
from raiox.errors import RaioxError
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import NetworkSession, calibrated
from raiox.preprocessing import network_input
from raiox.settings import Backend
from raiox.vocabulary import FALSE_COLOURS, IMAGE_KINDS, LOW_QUALITY_NOTES, ImageKind

REJECTION_CODES = {
    ImageKind.FRONTAL: "unsure_frontal",
    ImageKind.ROTATED_90: "rotated_radiograph",
    ImageKind.ROTATED_180: "rotated_radiograph",
    ImageKind.ROTATED_270: "rotated_radiograph",
    ImageKind.INVERTED: "inverted_radiograph",
    ImageKind.LATERAL: "lateral_radiograph",
    ImageKind.NONPULMONARY_XRAY: "other_xray",
    ImageKind.OTHER_MEDICAL: "other_medical_image",
    ImageKind.DOCUMENT: "document_image",
    ImageKind.NATURAL: "photograph",
    ImageKind.TEXTURE: "texture",
    ImageKind.MULTIPLE: "multiple_radiographs",
}
"""By the kind seen; `unsure_frontal` where frontal is likeliest but below its operating point."""

SHORTEST_TURN_BACK = {
    ImageKind.ROTATED_90: "↺ 90°",
    ImageKind.ROTATED_180: "180°",
    ImageKind.ROTATED_270: "↻ 90°",
}
"""How a person rotates the image back; an arrow needs no translation."""


class FrontalFilter:
    """The first network: one verdict for each radiograph."""

    def __init__(self, bundle: Bundle, n_threads: int, backend: Backend = "cpu") -> None:
        self.manifest = bundle.manifest
        labels = self.manifest.labels
        if ImageKind.FRONTAL not in labels or not set(labels) <= set(IMAGE_KINDS):
            raise BundleInvalidError(bundle=self.manifest.id, reason="labels")
        self.threshold = self.manifest.operating_points[ImageKind.FRONTAL].threshold
        self._session = NetworkSession(bundle, n_threads, backend)

    def classify(self, radiographs: Sequence[Radiograph]) -> list[FilterResult | RaioxError]:
        """One verdict each, or why there is none."""
        spec = self.manifest.preprocessing
        images = np.stack([network_input(r.pixels, spec) for r in radiographs])
        outputs = self._session.run(images)
        qualities = outputs.get("quality", [None] * len(images))
        verdicts = [self._verdict(*one) for one in zip(outputs["logits"], qualities, strict=True)]
        return [
            _noted(verdict, radiograph.notes) if isinstance(verdict, FilterResult) else verdict
            for radiograph, verdict in zip(radiographs, verdicts, strict=True)
        ]

    def reject(self, filter_result: FilterResult, notes: tuple[str, ...] = ()) -> Rejection | None:
        """The refusal that a verdict means; None where it was accepted.

        Args:
            notes: of the radiograph, from intake.
        """
        if filter_result.accepted:
            return None
        if FALSE_COLOURS in notes and filter_result.kind.is_frontal_radiograph:
            return Rejection(FALSE_COLOURS)
        code = REJECTION_CODES[filter_result.kind]
        if code == "rotated_radiograph":
            turn = filter_result.rotation_deg
            return Rejection(
                code,
                {
                    "rotation_deg": turn,
                    "turn_back_deg": 360 - turn,
                    "turn_back": SHORTEST_TURN_BACK[filter_result.kind],
                },
            )
        if code == "unsure_frontal":
            facts = {
                "frontal": round(filter_result.frontal, 2),
                "threshold": round(self.threshold, 2),
            }
            return Rejection(code, facts)
        return Rejection(code)

    def _verdict(self, logits: np.ndarray, rated: np.floating | None) -> FilterResult | RaioxError:
        try:
            scores = calibrated(logits, self.manifest.temperature)
        except RaioxError as error:
            return error
        labels = self.manifest.labels
        kind = ImageKind(labels[int(scores.argmax())])
        frontal = float(scores[labels.index(ImageKind.FRONTAL)])
        accepted = kind is ImageKind.FRONTAL and frontal >= self.threshold
        if (
            rated is None
            or self.manifest.quality_threshold is None
            or not kind.is_frontal_radiograph
        ):
            return FilterResult(frontal, kind, accepted)
        if not 0 <= rated <= 1:
            return ModelOutputInvalidError(reason="quality")
        low = float(rated) < self.manifest.quality_threshold
        return FilterResult(frontal, kind, accepted, float(rated), low)


def _noted(verdict: FilterResult, notes: tuple[str, ...]) -> FilterResult:
    """With what intake saw: quality that is low anyhow, colours of which no grays can be had."""
    low = verdict.low_quality or not LOW_QUALITY_NOTES.isdisjoint(notes)
    return replace(
        verdict, accepted=verdict.accepted and FALSE_COLOURS not in notes, low_quality=low
    )
