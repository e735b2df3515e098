"""One bundle's report, and its JSON: what the page, the README and every other writer read.

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
from raiox.lab.evaluation.report.targets import UnmetTarget, limits, unmet_targets
from raiox.lab.metrics.seeds import confusion
from raiox.vocabulary import ImageKind

JsonObject = dict[str, Any]

CARD_SECTIONS: tuple[Section, ...] = (
    "overall", "findings", "within_dataset", "operating_points", "prediction_sets",
)  # fmt: skip
"""Those that a model card shows."""

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured and by which code, so that it can be repeated."""

    split: str
    """valid, test or own."""
    command: str
    """As it was typed, without the folders of this machine."""
    code_version: str
    unread: Mapping[str, int] = field(default_factory=dict)
    """Images that could not be read, by code."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything that was measured of a bundle on labelled images."""

    manifest: BundleManifest
    sha256: str
    """Of the bundle's model."""
    measurement: Measurement
    n_images: int
    n_groups: int
    metrics: Sequence[ReportedMetric]
    confusion: Indices
    """(K, K) counts: label by predicted label."""
    curves: JsonObject

    @property
    def unmet_targets(self) -> list[UnmetTarget]:
        """Targets that the metrics do not reach."""
        return unmet_targets(self.metrics)

    @property
    def sections(self) -> dict[Section, list[ReportedMetric]]:
        """The metrics of each section that has any, in the order of the sections."""
        found = {section: of_section(self.metrics, section) for section in SECTIONS}
        return {section: metrics for section, metrics in found.items() if metrics}


def make_report(
    bundle: Bundle,
    predictions: Predictions,
    measurement: Measurement,
    further: Iterable[ReportedMetric] = (),
) -> Report:
    """Measure a bundle's predictions.

    Args:
        bundle: the network that predicted.
        predictions: for the samples of one split.
        measurement: what was measured, and how to repeat it.
        further: metrics of probes, which need more than the predictions.
    """
    manifest = bundle.manifest
    likeliest = predictions.scores.argmax(axis=1)
    return Report(
        manifest=manifest,
        sha256=bundle.sha256,
        measurement=measurement,
        n_images=len(predictions.labels),
        n_groups=len(np.unique(predictions.groups)),
        metrics=[*measured(predictions, manifest), *further],
        confusion=confusion(predictions.labels, likeliest, len(manifest.labels)),
        curves=_curves(predictions, manifest),
    )


def measured(
    predictions: Predictions, manifest: BundleManifest, sections: Iterable[Section] | None = None
) -> Iterable[ReportedMetric]:
    """The metrics that follow from the predictions alone; of some sections, or of all."""
    is_filter = manifest.role == "frontal_filter"
    measures = filter_metrics.MEASURES if is_filter else classifier_metrics.MEASURES
    for section in measures if sections is None else sections:
        if section in measures:
            yield from measures[section](predictions, manifest)


def card_metrics(predictions: Predictions, manifest: BundleManifest) -> list[ReportedMetric]:
    """The metrics of a model card."""
    return list(measured(predictions, manifest, CARD_SECTIONS))


def to_json(report: Report) -> JsonObject:
    """The report without NaN: an undefined metric is null."""
    manifest, measurement = report.manifest, report.measurement
    return {
        "format_version": 2,
        "bundle": {"id": manifest.id, "role": manifest.role, "sha256": report.sha256},
        "data": {
            "split": measurement.split,
            "n_images": report.n_images,
            "n_groups": report.n_groups,
            "test_opened": measurement.split == "test",
            "unread": dict(measurement.unread),
        },
        "code_version": measurement.code_version,
        "command": measurement.command,
        "limits": [dict(limit) for limit in limits(manifest.role, manifest.labels)],
        "unmet_targets": [
            {"key": one.key, "target": one.target, "value": _or_null(one.value), **one.sentence}
            for one in report.unmet_targets
        ],
        "metrics": [_line(metric) for metric in report.metrics],
        "confusion": {"labels": list(manifest.labels), "counts": report.confusion.tolist()},
        "curves": report.curves,
    }


def _line(metric: ReportedMetric) -> JsonObject:
    estimate = metric.estimate
    return {
        "key": metric.key,
        "section": metric.section,
        "name": dict(metric.name),
        "value": _or_null(estimate.value),
        "low": _or_null(estimate.low),
        "high": _or_null(estimate.high),
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
    points: JsonObject = {
        name: {str(label): draw(*pair) for label, pair in drawn.items()}
        for name, draw in by_label.items()
    }
    return points | {"risk_coverage": curves.risk_coverage(scores, predictions.labels)}


def _or_null(value: float) -> float | None:
    return round(value, DECIMALS) if math.isfinite(value) else None
