"""Does a network notice what it was never meant to see?

A filter is asked by its score of an upright frontal film, a classifier by its own doubt
(one less its highest score) and by how far an embedding lies from those of ordinary films.
FPR95: the share of foreign images that pass where 95 % of the ordinary ones do. Source:
Hendrycks and Gimpel, 2017, arXiv:1610.02136 (doubt); Lee et al., 2018, arXiv:1807.03888
(distance).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.session import calibrated
from raiox.lab.aliases import Floats, Mask, Names
from raiox.lab.datasets.manifest import Sample, read_kind_samples
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Text, text, word
from raiox.lab.evaluation.report.subgroups import age_band
from raiox.lab.metrics.linear_probe import folds
from raiox.lab.metrics.ood import ood_scores
from raiox.vocabulary import IMAGE_KINDS, ImageKind

CHILDREN: Final = frozenset({"kermany"})
"""Sources of children alone, whose manifest tells no ages."""
SHRINKAGE: Final = 0.1
"""Of the covariance, towards its mean variance."""

WAYS: Final[dict[str, Text]] = {
    "score": text("pelo escore de frontal em pé", "by the score of upright frontal"),
    "doubt": text("pela dúvida do classificador", "by the classifier's doubt"),
    "distance": text("pela distância do embedding", "by the distance of the embedding"),
}


def out_of_distribution_metrics(context: ProbeContext) -> Metrics:
    """AUROC and FPR95 of every kind of image that is no upright frontal radiograph."""
    if context.bundle.manifest.role == "frontal_filter":
        yield from _of_filter(context)
    else:
        yield from _of_classifier(context)


def _of_filter(context: ProbeContext) -> Metrics:
    predictions, frontal = context.predictions, context.labels.index(ImageKind.FRONTAL)
    scores, in_distribution = predictions.scores[:, frontal], predictions.labels == frontal
    for k, kind in enumerate(context.labels):
        foreign = predictions.labels == k
        if k != frontal and foreign.any():
            chosen = in_distribution | foreign
            yield from _told(
                scores[chosen], in_distribution[chosen], predictions.groups[chosen], kind, "score"
            )


def _of_classifier(context: ProbeContext) -> Metrics:
    """Ordinary films against each kind of foreign image, children and unseen sources."""
    predictions = context.predictions
    familiar = familiarity(predictions.scores, predictions.embeddings, predictions.groups)
    children = _children(predictions.samples)
    trained_on = {dataset.name for dataset in context.bundle.manifest.training.sources}
    unseen = np.array([sample.dataset not in trained_on for sample in predictions.samples])
    for name, foreign in (("children", children), ("source_unseen", unseen)):
        if foreign.any() and not foreign.all():
            for way, values in familiar.items():
                yield from _told(values, ~foreign, predictions.groups, name, way)
    for kind, samples in _foreign_cases(context).items():
        scores, embeddings = _asked(context, samples)
        groups = np.concatenate([predictions.groups, [sample.group_id for sample in samples]])
        away = {
            "doubt": scores.max(axis=1),
            "distance": -distances(embeddings, predictions.embeddings),
        }
        for way, values in familiar.items():
            both = np.concatenate([values, away[way]])
            in_distribution = np.arange(len(both)) < len(values)
            yield from _told(both, in_distribution, groups, kind, way)


def familiarity(scores: Floats, embeddings: FloatArray, groups: Names) -> dict[str, Floats]:
    """(N,) by each way; a case's distance is from the others, without its group's fifth."""
    near = np.zeros(len(scores))
    for held_out in folds(groups):
        others = np.setdiff1d(np.arange(len(scores)), held_out)
        near[held_out] = -distances(embeddings[held_out], embeddings[others])
    return {"doubt": scores.max(axis=1), "distance": near}


def distances(embeddings: FloatArray, ordinary: FloatArray) -> Floats:
    """(N,) Mahalanobis distance from ordinary embeddings (M, D), their covariance shrunken."""
    mean = ordinary.mean(axis=0)
    covariance = np.cov(ordinary, rowvar=False).astype(np.float64)
    level = np.trace(covariance) / len(covariance)
    shrunken = (1 - SHRINKAGE) * covariance + SHRINKAGE * level * np.eye(len(covariance))
    away = (embeddings - mean).astype(np.float64)
    squares: Floats = (away * np.linalg.solve(shrunken, away.T).T).sum(axis=1)
    return np.sqrt(squares)


def _children(samples: Sequence[Sample]) -> Mask:
    return np.array([c.dataset in CHILDREN or age_band(c.age) == "0-17" for c in samples])


def _foreign_cases(context: ProbeContext) -> dict[str, list[Sample]]:
    """Cases of each foreign kind of the part measured; none on anybody's own images."""
    if context.data is None:
        return {}
    every = [sample for sample in read_kind_samples(context.data) if sample.split == context.split]
    found: dict[str, list[Sample]] = {}
    for kind in IMAGE_KINDS:
        of_kind = [sample for sample in every if sample.label == kind]
        if kind is not ImageKind.FRONTAL and of_kind:
            found[str(kind)] = of_kind[:: max(1, -(-len(of_kind) // (context.n_sampled // 2 or 1)))]
    return found


def _asked(context: ProbeContext, samples: Sequence[Sample]) -> tuple[Floats, FloatArray]:
    logits, embeddings = [], []
    for film in context.iter_pixels(samples):
        outputs = context.session.run(context.prepared([film]))
        logits.append(outputs["logits"])
        embeddings.append(outputs["embedding"])
    temperature = context.bundle.manifest.temperature
    return calibrated(np.concatenate(logits), temperature), np.concatenate(embeddings)


def _told(scores: Floats, in_distribution: Mask, groups: Names, kind: str, way: str) -> Metrics:
    """How well a score that is high at home tells the two apart."""
    estimates = ood_scores(scores, in_distribution, groups)
    words, how = word(kind), WAYS[way]
    for key, short, estimate in zip(("auroc", "fpr95"), ("AUROC", "FPR95"), estimates, strict=True):
        name: Text = {language: f"{short} {words[language]}, {how[language]}" for language in how}
        yield ReportedMetric(f"{key}.{kind}.{way}", "out_of_distribution", name, estimate)
