"""The metrics of a classifier's predictions, section by section.

Comparisons within a data set that holds two findings stand beside the overall ones: across data
sets, a network may score the hospital instead of the lungs.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from raiox.bundle import BundleManifest
from raiox.inference.decision import findings_sets
from raiox.inference.session import calibrated
from raiox.lab.aliases import Mask
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Section, named
from raiox.lab.evaluation.report.subgroups import subgroup_metrics
from raiox.lab.metrics.calibration import brier, calibration_error, log_loss
from raiox.lab.metrics.decisions import f1, npv, ppv, sensitivity, specificity
from raiox.lab.metrics.intervals import (
    Estimate,
    bootstrap_estimate,
    bootstrap_estimates,
    proportion_true,
)
from raiox.lab.metrics.ranking import auc_estimate, auc_estimates, average_precision
from raiox.lab.metrics.within_dataset import abnormal_within_datasets, within_dataset_pairs
from raiox.vocabulary import Finding

Measure = Callable[[Predictions, BundleManifest], Metrics]

PREVALENCES: Final = (2, 5, 10, 30)
"""In percent: screening, a general ward, an outbreak, the peak of an outbreak."""


def overall(predictions: Predictions, _: BundleManifest) -> Metrics:
    """One estimate for all labels at once."""
    scores, labels = predictions.scores, predictions.labels
    right = scores.argmax(axis=1) == labels
    macro = auc_estimates(scores, labels, predictions.groups)[0]
    yield ReportedMetric("auc.macro", "overall", named("auc.macro"), macro)
    yield ReportedMetric("accuracy", "overall", named("accuracy"), proportion_true(right))
    balanced = bootstrap_estimate(
        lambda drawn: float(
            np.mean([right[drawn][labels[drawn] == k].mean() for k in np.unique(labels[drawn])])
        ),
        predictions.groups,
    )
    yield ReportedMetric("balanced_accuracy", "overall", named("balanced_accuracy"), balanced)


def by_label(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Ranking of each label against the rest, and the decisions of the highest score."""
    scores, likeliest = predictions.scores, predictions.scores.argmax(axis=1)
    for k, label in enumerate(manifest.labels):
        truth = predictions.labels == k
        precision = bootstrap_estimate(
            lambda drawn, s=scores[:, k], t=truth: average_precision(  # type: ignore[misc]
                s[drawn], t[drawn]
            ),
            predictions.groups,
        )
        area = auc_estimate(scores[:, k], truth, predictions.groups)
        for key, estimate in (("auc", area), ("auprc", precision)):
            yield ReportedMetric(f"{key}.{label}", "findings", named(key, label=label), estimate)
        for key, estimate in _decisions(likeliest == k, truth, predictions):
            yield ReportedMetric(f"{key}.{label}", "findings", named(key, label=label), estimate)


def within_dataset(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """AUC of every pair of labels that one data set holds, and of abnormal against normal."""
    for dataset, a, b, estimate in within_dataset_pairs(
        predictions.datasets, predictions.groups, predictions.labels, predictions.logits
    ):
        pair = {"positive": manifest.labels[b], "negative": manifest.labels[a]}
        key = "auc.{positive}_vs_{negative}".format(**pair)
        name = named("within_dataset_auc", dataset=dataset, **pair)
        yield ReportedMetric(f"{key}.{dataset}", "within_dataset", name, estimate)
    if Finding.NO_FINDING not in manifest.labels:
        return
    normal = manifest.labels.index(Finding.NO_FINDING)
    for dataset, estimate in abnormal_within_datasets(
        predictions.datasets, predictions.groups, predictions.labels, predictions.logits, normal
    ):
        name = named("within_dataset_abnormal", dataset=dataset)
        yield ReportedMetric(f"auc.abnormal.{dataset}", "within_dataset", name, estimate)


def operating_points(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """The decisions at each operating point; in data sets without the finding, false positives."""
    for k, label, predicted in _at_operating_points(predictions, manifest):
        truth = predictions.labels == k
        for key, estimate in _decisions(predicted, truth, predictions):
            name = named(f"point.{key}", label=label)
            yield ReportedMetric(f"point.{key}.{label}", "operating_points", name, estimate)
        for dataset in np.unique(predictions.datasets):
            here = predictions.datasets == dataset
            if not truth[here].any():
                key = f"false_positive_rate.{label}.{dataset}"
                name = named("false_positive_rate", label=label, dataset=dataset)
                estimate = proportion_true(predicted[here])
                yield ReportedMetric(key, "operating_points", name, estimate)


def by_prevalence(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Predictive values at the operating points where the finding is rarer or more common.

    By Bayes' theorem, with the sensitivity and specificity that were measured here.
    """
    for k, label, predicted in _at_operating_points(predictions, manifest):
        estimates = bootstrap_estimates(
            lambda drawn, a=predicted, t=predictions.labels == k: (  # type: ignore[misc]
                _predictive_values(a[drawn], t[drawn])
            ),
            predictions.groups,
        )
        keys = [(measure, p) for p in PREVALENCES for measure in ("ppv", "npv")]
        for (measure, percent), estimate in zip(keys, estimates, strict=True):
            name = named(f"{measure}_at_prevalence", label=label, percent=percent)
            key = f"{measure}.{label}.at_{percent}"
            yield ReportedMetric(key, "prevalence", name, estimate)


def calibration(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Gaps between scores and frequencies, before and after temperature scaling."""
    for stage, temperature in (("before", 1.0), ("after", manifest.temperature)):
        keys = [f"{name}.{stage}" for name in ("ece", "brier", "log_loss")]
        names = [named(key) for key in keys]
        keys += [f"ece.{label}.{stage}" for label in manifest.labels]
        names += [named(f"label_ece.{stage}", label=label) for label in manifest.labels]
        estimates = _calibration_estimates(predictions, temperature)
        for key, name, estimate in zip(keys, names, estimates, strict=True):
            yield ReportedMetric(key, "calibration", name, estimate)


def prediction_sets(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Coverage and size of the prediction sets, and how often they hold one finding."""
    if manifest.set_threshold is None and manifest.abnormal_first is None:
        return
    labels = predictions.labels
    kept = findings_sets(predictions.scores, manifest, predictions.distances)
    covered, size = kept[np.arange(len(labels)), labels], kept.sum(axis=1)
    alone = size == 1

    def metric(key: str, estimate: Estimate) -> ReportedMetric:
        return ReportedMetric(key, "prediction_sets", named(key), estimate)

    yield metric("coverage", proportion_true(covered))
    for k, label in enumerate(manifest.labels):
        name, estimate = (
            named("label_coverage", label=label),
            proportion_true(covered[labels == k]),
        )
        yield ReportedMetric(f"coverage.{label}", "prediction_sets", name, estimate)
    if (nominal := manifest.set_coverage) is not None:
        gap = bootstrap_estimate(
            lambda drawn: abs(float(covered[drawn].mean()) - nominal), predictions.groups
        )
        yield metric("coverage.gap", gap)
    mean_size = bootstrap_estimate(lambda drawn: float(size[drawn].mean()), predictions.groups)
    yield metric("set_size", mean_size)
    yield metric("single", proportion_true(alone))
    yield metric("uncertain", proportion_true(~alone))
    yield metric("right_when_single", proportion_true(covered[alone]))
    for dataset in np.unique(predictions.datasets):
        name = named("dataset_coverage", dataset=dataset)
        estimate = proportion_true(covered[predictions.datasets == dataset])
        yield ReportedMetric(f"coverage.{dataset}", "prediction_sets", name, estimate)


MEASURES: Final[Mapping[Section, Measure]] = {
    "overall": overall,
    "findings": by_label,
    "within_dataset": within_dataset,
    "operating_points": operating_points,
    "prevalence": by_prevalence,
    "calibration": calibration,
    "prediction_sets": prediction_sets,
    "subgroups": subgroup_metrics,
}


def _at_operating_points(
    predictions: Predictions, manifest: BundleManifest
) -> Iterator[tuple[int, str, Mask]]:
    """Index, label and (N,) decisions of every label that has an operating point."""
    for k, label in enumerate(manifest.labels):
        if (point := manifest.operating_points.get(label)) is not None:
            yield k, label, predictions.scores[:, k] >= point.threshold


def _decisions(
    predicted: Mask, truth: Mask, predictions: Predictions
) -> Iterator[tuple[str, Estimate]]:
    """Sensitivity, specificity, PPV, NPV and F1, by the key of each."""
    yield "sensitivity", sensitivity(predicted, truth)
    yield "specificity", specificity(predicted, truth)
    yield "ppv", ppv(predicted, truth)
    yield "npv", npv(predicted, truth)
    yield (
        "f1",
        bootstrap_estimate(lambda drawn: f1(predicted[drawn], truth[drawn]), predictions.groups),
    )


def _calibration_estimates(predictions: Predictions, temperature: float) -> list[Estimate]:
    """ECE of the top label, Brier score, log-loss, then the ECE of each label."""
    logits, labels = predictions.logits, predictions.labels
    scores = calibrated(logits, temperature)
    right = scores.argmax(axis=1) == labels
    return bootstrap_estimates(
        lambda drawn: (
            calibration_error(scores[drawn].max(axis=1), right[drawn]),
            brier(scores[drawn], labels[drawn]),
            log_loss(logits[drawn], labels[drawn], temperature),
            *(
                calibration_error(scores[drawn, k], labels[drawn] == k)
                for k in range(scores.shape[1])
            ),
        ),
        predictions.groups,
    )


def _predictive_values(predicted: Mask, truth: Mask) -> list[float]:
    """PPV and NPV at each of PREVALENCES in turn; NaN where a resample lacks a class."""
    if truth.all() or not truth.any():
        return [float("nan")] * 2 * len(PREVALENCES)
    hits, passes = float(predicted[truth].mean()), float((~predicted[~truth]).mean())
    values = []
    for percent in PREVALENCES:
        p = percent / 100
        positive = hits * p + (1 - passes) * (1 - p)
        negative = passes * (1 - p) + (1 - hits) * p
        values += [
            hits * p / positive if positive else float("nan"),
            passes * (1 - p) / negative if negative else float("nan"),
        ]
    return values
