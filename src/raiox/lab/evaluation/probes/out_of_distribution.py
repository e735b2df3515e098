"""Does a network detect images that it was not trained for?

A frontal filter is judged by its score of upright frontal; a classifier by its maximum softmax
probability (MSP) and by the Mahalanobis distance of an embedding from those of in-distribution
radiographs. FPR95: the proportion of out-of-distribution images that pass where 95 % of the
in-distribution ones do. Source: Hendrycks and Gimpel, 2017, arXiv:1610.02136 (MSP); Lee et al.,
2018, arXiv:1807.03888 (Mahalanobis distance).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.session import calibrated
from raiox.lab.aliases import Floats, Mask, Names
from raiox.lab.datasets.manifest import Sample, read_kind_samples
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.evaluation.report.subgroups import age_band
from raiox.lab.metrics.linear_probe import folds
from raiox.lab.metrics.ood import ood_scores
from raiox.vocabulary import IMAGE_KINDS, ImageKind

CHILDREN: Final = frozenset({"kermany"})
"""Data sets of children alone, whose manifest has no ages."""
SHRINKAGE: Final = 0.1
"""Of the covariance, towards its mean variance."""


def out_of_distribution_metrics(context: ProbeContext) -> Metrics:
    """AUROC and FPR95 of every kind of image that is no upright frontal radiograph."""
    if context.bundle.manifest.role == "frontal_filter":
        yield from _of_filter(context)
    else:
        yield from _of_classifier(context)


def _of_filter(context: ProbeContext) -> Metrics:
    predictions, frontal = context.predictions, context.labels.index(ImageKind.FRONTAL)
    scores, inside = predictions.scores[:, frontal], predictions.labels == frontal
    for k, kind in enumerate(context.labels):
        outside = predictions.labels == k
        if k != frontal and outside.any():
            chosen = inside | outside
            groups = predictions.groups[chosen]
            yield from _detection(scores[chosen], inside[chosen], groups, (kind, "score"))


def _of_classifier(context: ProbeContext) -> Metrics:
    """Against in-distribution radiographs: children, unseen data sets, other kinds of image."""
    predictions = context.predictions
    scores_inside = in_distribution_scores(
        predictions.scores, predictions.embeddings, predictions.groups
    )
    children = _children(predictions.samples)
    trained_on = {source.name for source in context.bundle.manifest.training.sources}
    unseen = np.array([sample.dataset not in trained_on for sample in predictions.samples])
    for kind, outside in (("children", children), ("dataset_unseen", unseen)):
        if outside.any() and not outside.all():
            for detector, values in scores_inside.items():
                yield from _detection(values, ~outside, predictions.groups, (kind, detector))
    for kind, samples in _other_kinds(context).items():
        scores, embeddings = _predict(context, samples)
        groups = np.concatenate([predictions.groups, [sample.group_id for sample in samples]])
        scores_outside = {
            "msp": scores.max(axis=1),
            "mahalanobis": -distances(embeddings, predictions.embeddings),
        }
        for detector, values in scores_inside.items():
            both = np.concatenate([values, scores_outside[detector]])
            inside = np.arange(len(both)) < len(values)
            yield from _detection(both, inside, groups, (kind, detector))


def in_distribution_scores(
    scores: Floats, embeddings: FloatArray, groups: Names
) -> dict[str, Floats]:
    """(N,) scores of each detector, higher for in-distribution images.

    A sample's distance is from the other samples, without the fold of its group.
    """
    near = np.zeros(len(scores))
    for held_out in folds(groups):
        others = np.setdiff1d(np.arange(len(scores)), held_out)
        near[held_out] = -distances(embeddings[held_out], embeddings[others])
    return {"msp": scores.max(axis=1), "mahalanobis": near}


def distances(embeddings: FloatArray, reference: FloatArray) -> Floats:
    """(N,) Mahalanobis distance from reference embeddings (M, D), with shrinkage."""
    mean = reference.mean(axis=0)
    covariance = np.cov(reference, rowvar=False).astype(np.float64)
    level = np.trace(covariance) / len(covariance)
    shrunken = (1 - SHRINKAGE) * covariance + SHRINKAGE * level * np.eye(len(covariance))
    centred = (embeddings - mean).astype(np.float64)
    squares: Floats = (centred * np.linalg.solve(shrunken, centred.T).T).sum(axis=1)
    return np.sqrt(squares)


def _children(samples: Sequence[Sample]) -> Mask:
    return np.array([s.dataset in CHILDREN or age_band(s.age) == "0-17" for s in samples])


def _other_kinds(context: ProbeContext) -> dict[str, list[Sample]]:
    """Samples of each other kind in the split measured; none without the data sets."""
    if context.datasets is None:
        return {}
    samples = [s for s in read_kind_samples(context.datasets) if s.split == context.split]
    found: dict[str, list[Sample]] = {}
    for kind in IMAGE_KINDS:
        of_kind = [sample for sample in samples if sample.label == kind]
        if kind is not ImageKind.FRONTAL and of_kind:
            found[str(kind)] = of_kind[:: max(1, -(-len(of_kind) // (context.n_sampled // 2 or 1)))]
    return found


def _predict(context: ProbeContext, samples: Sequence[Sample]) -> tuple[Floats, FloatArray]:
    logits, embeddings = [], []
    for pixels, _ in context.iter_contents(samples):
        outputs = context.session.run(context.prepared([pixels]))
        logits.append(outputs["logits"])
        embeddings.append(outputs["embedding"])
    temperature = context.bundle.manifest.temperature
    return calibrated(np.concatenate(logits), temperature), np.concatenate(embeddings)


def _detection(scores: Floats, inside: Mask, groups: Names, of: tuple[str, str]) -> Metrics:
    """AUROC and FPR95 of a detector, `of` the kind of image and the detector's name."""
    kind, detector = of
    for key, estimate in zip(("auroc", "fpr95"), ood_scores(scores, inside, groups), strict=True):
        name = named(f"ood_{key}", kind=kind, detector=f"detector.{detector}")
        yield ReportedMetric(f"{key}.{kind}.{detector}", "out_of_distribution", name, estimate)
