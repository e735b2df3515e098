"""One bundle's report as the JSON that page, README and every other writer read.

The keys are a contract: docs/reference/report-json.md.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from raiox.bundle import Bundle, BundleManifest
from raiox.lab.aliases import Indices
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report import classifier_metrics, curves, filter_metrics
from raiox.lab.evaluation.report.reported_metrics import (
    SECTIONS,
    ReportedMetric,
    Section,
    of_section,
)
from raiox.lab.evaluation.report.targets import LIMITS, UnmetTarget, unmet_targets
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.metrics.seeds import confusion
from raiox.vocabulary import ImageKind

JsonObject = dict[str, Any]

CARD_SECTIONS: tuple[Section, ...] = (
    "overall", "findings", "within_dataset", "operating_points", "sets",
)  # fmt: skip
CardMetrics = dict[str, Estimate]
"""What a card shows, by English name."""

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was asked, and by which code, so that it can be asked again."""

    split: str
    """valid, test or own."""
    command: str
    """As it was given, without the folders of this machine."""
    code_version: str
    unread: Mapping[str, int] = field(default_factory=dict)
    """Images that could not be read, by code."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything that was measured of a bundle on labelled cases."""

    manifest: BundleManifest
    sha256: str
    """Of the bundle's model."""
    measurement: Measurement
    n_cases: int
    n_groups: int
    metrics: Sequence[ReportedMetric]
    confusion: Indices
    """(K, K) counts: label by likeliest answer."""
    curves: JsonObject

    @property
    def unmet_targets(self) -> list[UnmetTarget]:
        """Bars that the figures fall short of."""
        return unmet_targets(self.metrics)

    @property
    def sections(self) -> dict[Section, list[ReportedMetric]]:
        """The figures of each section that has any, in the order of the sections."""
        found = {section: of_section(self.metrics, section) for section in SECTIONS}
        return {section: estimates for section, estimates in found.items() if estimates}


def make_report(
    bundle: Bundle,
    predictions: Predictions,
    measurement: Measurement,
    further: Iterable[ReportedMetric] = (),
) -> Report:
    """Measure a bundle's answers.

    Args:
        bundle: whose answers they are.
        answers: to the cases of one part.
        asked: what was asked of it.
        further: figures of probes, which ask more than the answers hold.
    """
    manifest = bundle.manifest
    likeliest = predictions.scores.argmax(axis=1)
    return Report(
        manifest=manifest,
        sha256=bundle.sha256,
        measurement=measurement,
        n_cases=len(predictions.labels),
        n_groups=len(np.unique(predictions.groups)),
        metrics=[*measured(predictions, manifest), *further],
        confusion=confusion(predictions.labels, likeliest, len(manifest.labels)),
        curves=_curves(predictions, manifest),
    )


def measured(
    predictions: Predictions, manifest: BundleManifest, sections: Iterable[Section] | None = None
) -> Iterable[ReportedMetric]:
    """The figures that follow from the answers alone; of some sections, or of all."""
    is_filter = manifest.role == "frontal_filter"
    measures = filter_metrics.MEASURES if is_filter else classifier_metrics.MEASURES
    for section in measures if sections is None else sections:
        if section in measures:
            yield from measures[section](predictions, manifest)


def card_metrics(predictions: Predictions, manifest: BundleManifest) -> CardMetrics:
    """The figures of a card."""
    return {f.name["en"]: f.estimate for f in measured(predictions, manifest, CARD_SECTIONS)}


def to_json(report: Report) -> JsonObject:
    """The report without NaN: a figure that is not defined is null."""
    manifest, measurement = report.manifest, report.measurement
    return {
        "format_version": 1,
        "bundle": {"id": manifest.id, "role": manifest.role, "sha256": report.sha256},
        "data": {
            "part": measurement.split,
            "n_cases": report.n_cases,
            "n_groups": report.n_groups,
            "test_opened": measurement.split == "test",
            "unread": dict(measurement.unread),
        },
        "code_version": measurement.code_version,
        "command": measurement.command,
        "limits": [dict(limit) for limit in LIMITS[manifest.role]],
        "missed": [
            {"figure": m.key, "bar": m.threshold, "value": _told(m.value), **m.told}
            for m in report.unmet_targets
        ],
        "figures": [_line(metric) for metric in report.metrics],
        "confusion": {"labels": list(manifest.labels), "counts": report.confusion.tolist()},
        "curves": report.curves,
    }


def _line(named: ReportedMetric) -> JsonObject:
    estimate = named.estimate
    return {
        "key": named.key,
        "section": named.section,
        "name": dict(named.name),
        "value": _told(estimate.value),
        "low": _told(estimate.low),
        "high": _told(estimate.high),
        "n": estimate.n,
    }


def _curves(predictions: Predictions, manifest: BundleManifest) -> JsonObject:
    """ROC, precision-recall, reliability and decision curves by label; risk by coverage."""
    scores = predictions.scores
    drawn = {
        label: (scores[:, k], predictions.labels == k) for k, label in enumerate(manifest.labels)
    }
    if manifest.role == "frontal_filter":
        drawn = {ImageKind.FRONTAL: drawn[ImageKind.FRONTAL]}
    by_label = {
        "roc": curves.roc,
        "pr": curves.precision_recall,
        "reliability": curves.reliability,
        "decision": curves.decision,
    }
    told: JsonObject = {
        name: {str(label): draw(*pair) for label, pair in drawn.items()}
        for name, draw in by_label.items()
    }
    return told | {"risk_coverage": curves.risk_coverage(scores, predictions.labels)}


def _told(value: float) -> float | None:
    return round(value, DECIMALS) if math.isfinite(value) else None
