"""The figures of a frontal filter's answers, section by section."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import BundleManifest
from raiox.lab.aliases import Indices
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Section, text
from raiox.lab.metrics.decisions import balanced_accuracy, sensitivity, specificity
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, proportion
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
    """Upright frontal films against everything else."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    scores = predictions.scores[:, manifest.labels.index(ImageKind.FRONTAL)]
    both = bootstrap_estimate(
        lambda drawn: balanced_accuracy(accepted[drawn], truth[drawn]), predictions.groups
    )
    name = text(
        "acurácia balanceada, frontal em pé contra o resto",
        "balanced accuracy, upright frontal vs rest",
    )
    yield ReportedMetric("balanced_accuracy", "overall", name, both)
    area = auc_estimate(scores, truth, predictions.groups)
    name = text("AUC frontal em pé contra o resto", "AUC upright frontal vs rest")
    yield ReportedMetric("auc.frontal", "overall", name, area)
    name = text("frontal em pé aceita", "upright frontal accepted")
    yield ReportedMetric("accepted.frontal", "overall", name, sensitivity(accepted, truth))
    drawn = compose([manifest.labels[k] for k in predictions.labels], TABLE_1)
    if drawn is not None:
        right = accepted[drawn] == truth[drawn]
        name = text(
            "acurácia, composição da Tabela 1 do artigo",
            "accuracy, composition of the paper's Table 1",
        )
        yield ReportedMetric("accuracy.table_1", "overall", name, _share(right))


def by_kind(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """What is refused, and what is called by its name."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    likeliest = predictions.scores.argmax(axis=1)
    for k, kind in enumerate(manifest.labels):
        here = predictions.labels == k
        if kind != ImageKind.FRONTAL:
            name = text("{x} recusada", "{x} refused", x=kind)
            refused = specificity(accepted[here], truth[here])
            yield ReportedMetric(f"refused.{kind}", "findings", name, refused)
        name = text("{x} chamada pelo nome", "{x} named rightly", x=kind)
        yield ReportedMetric(f"named.{kind}", "findings", name, _share(likeliest[here] == k))


def by_dataset(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Right decisions on the images of each source, and its upright films that were accepted."""
    accepted, truth = accepts(predictions, manifest), is_frontal(predictions, manifest)
    for dataset in np.unique(predictions.datasets):
        here = predictions.datasets == dataset
        name = text(f"decisão certa, {dataset}", f"right decision, {dataset}")
        right = _share(accepted[here] == truth[here])
        yield ReportedMetric(f"right.{dataset}", "within_dataset", name, right)
        if (iter_pixels := here & truth).any():
            name = text(f"frontal em pé aceita, {dataset}", f"upright frontal accepted, {dataset}")
            yield ReportedMetric(
                f"accepted.{dataset}", "within_dataset", name, _share(accepted[iter_pixels])
            )


MEASURES: Final[Mapping[Section, Callable[[Predictions, BundleManifest], Metrics]]] = {
    "overall": overall,
    "findings": by_kind,
    "within_dataset": by_dataset,
}


def accepts(predictions: Predictions, manifest: BundleManifest) -> npt.NDArray[np.bool_]:
    """(N,) whether the filter would hand the image on, as the service decides."""
    frontal = manifest.labels.index(ImageKind.FRONTAL)
    threshold = manifest.operating_points[ImageKind.FRONTAL].threshold
    scores = predictions.scores
    accepted: npt.NDArray[np.bool_] = (scores.argmax(axis=1) == frontal) & (
        scores[:, frontal] >= threshold
    )
    return accepted


def is_frontal(predictions: Predictions, manifest: BundleManifest) -> npt.NDArray[np.bool_]:
    """(N,) whether it should."""
    truth: npt.NDArray[np.bool_] = predictions.labels == manifest.labels.index(ImageKind.FRONTAL)
    return truth


def compose(labels: Sequence[str], splits: Mapping[tuple[str, ...], int]) -> Indices | None:
    """Indices of a test set with so many cases of each group of labels; None if there are fewer."""
    random = np.random.default_rng(0)
    drawn = []
    for group, n in splits.items():
        found = np.flatnonzero(np.isin(labels, group))
        if len(found) < n:
            return None
        drawn.append(random.choice(found, size=n, replace=False))
    return np.concatenate(drawn)


def _share(chosen: npt.NDArray[np.bool_]) -> Estimate:
    return proportion(int(chosen.sum()), len(chosen))
