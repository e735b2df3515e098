"""The metrics of a frontal filter's predictions, section by section."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import BundleManifest
from raiox.lab.aliases import Indices
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Section, named
from raiox.lab.metrics.decisions import balanced_accuracy, sensitivity, specificity
from raiox.lab.metrics.intervals import bootstrap_estimate, proportion_true
from raiox.lab.metrics.ranking import auc_estimate
from raiox.vocabulary import ImageKind

TABLE_1: Final[dict[tuple[str, ...], int]] = {
    (ImageKind.FRONTAL,): 300,
    (ImageKind.ROTATED_90, ImageKind.ROTATED_180, ImageKind.ROTATED_270): 100,
    (ImageKind.NONPULMONARY_XRAY,): 100,
    (ImageKind.NATURAL, ImageKind.DOCUMENT): 100,
}
"""Test images of the paper's filter, by what they show."""


def overall(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Upright frontal radiographs against everything else."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    scores = predictions.scores[:, manifest.labels.index(ImageKind.FRONTAL)]
    both = bootstrap_estimate(
        lambda drawn: balanced_accuracy(accepted[drawn], truth[drawn]), predictions.groups
    )
    yield ReportedMetric("balanced_accuracy", "overall", named("filter.balanced_accuracy"), both)
    area = auc_estimate(scores, truth, predictions.groups)
    yield ReportedMetric("auc.frontal", "overall", named("filter.auc"), area)
    hits = sensitivity(accepted, truth)
    yield ReportedMetric("accepted.frontal", "overall", named("filter.accepted"), hits)
    drawn = compose([manifest.labels[k] for k in predictions.labels], TABLE_1)
    if drawn is not None:
        right = proportion_true(accepted[drawn] == truth[drawn])
        yield ReportedMetric("accuracy.table_1", "overall", named("filter.table_1"), right)


def by_kind(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """How often each kind of image is rejected, and recognised as what it is."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    likeliest = predictions.scores.argmax(axis=1)
    for k, kind in enumerate(manifest.labels):
        here = predictions.labels == k
        if kind != ImageKind.FRONTAL:
            rejected = specificity(accepted[here], truth[here])
            name = named("filter.rejected", kind=kind)
            yield ReportedMetric(f"rejected.{kind}", "findings", name, rejected)
        recognised = proportion_true(likeliest[here] == k)
        name = named("filter.kind_sensitivity", kind=kind)
        yield ReportedMetric(f"sensitivity.{kind}", "findings", name, recognised)


def by_dataset(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Accuracy on the images of each data set, and its upright radiographs that were accepted."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    for dataset in np.unique(predictions.datasets):
        here = predictions.datasets == dataset
        right = proportion_true(accepted[here] == truth[here])
        name = named("filter.dataset_accuracy", dataset=dataset)
        yield ReportedMetric(f"accuracy.{dataset}", "within_dataset", name, right)
        if (upright := here & truth).any():
            name = named("filter.dataset_accepted", dataset=dataset)
            hits = proportion_true(accepted[upright])
            yield ReportedMetric(f"accepted.{dataset}", "within_dataset", name, hits)


MEASURES: Final[Mapping[Section, Callable[[Predictions, BundleManifest], Metrics]]] = {
    "overall": overall,
    "findings": by_kind,
    "within_dataset": by_dataset,
}


def accepts(predictions: Predictions, manifest: BundleManifest) -> npt.NDArray[np.bool_]:
    """(N,) whether the filter accepts the image, as the service decides."""
    frontal = manifest.labels.index(ImageKind.FRONTAL)
    threshold = manifest.operating_points[ImageKind.FRONTAL].threshold
    scores = predictions.scores
    accepted: npt.NDArray[np.bool_] = (scores.argmax(axis=1) == frontal) & (
        scores[:, frontal] >= threshold
    )
    return accepted


def is_frontal(predictions: Predictions, manifest: BundleManifest) -> npt.NDArray[np.bool_]:
    """(N,) whether it should be accepted."""
    truth: npt.NDArray[np.bool_] = predictions.labels == manifest.labels.index(ImageKind.FRONTAL)
    return truth


def compose(labels: Sequence[str], composition: Mapping[tuple[str, ...], int]) -> Indices | None:
    """Indices of a test set with so many cases of each group of labels; None if there are fewer."""
    random = np.random.default_rng(0)
    drawn = []
    for group, n in composition.items():
        found = np.flatnonzero(np.isin(labels, group))
        if len(found) < n:
            return None
        drawn.append(random.choice(found, size=n, replace=False))
    return np.concatenate(drawn)
