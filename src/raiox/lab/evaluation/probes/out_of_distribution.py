"""Does a network notice what it was never meant to see?

A filter is asked by its score of an upright frontal film, a classifier by its own doubt
(one less its highest score) and by how far an embedding lies from those of ordinary films.
FPR95: the share of foreign images that pass where 95 % of the ordinary ones do. Source:
Hendrycks and Gimpel, 2017, arXiv:1610.02136 (doubt); Lee et al., 2018, arXiv:1807.03888
(distance).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.session import calibrated
from raiox.lab.datasets.manifest import Sample, read_kind_samples
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.perturbations import Mask
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, Text, text, word
from raiox.lab.evaluation.report.subgroups import age_band
from raiox.lab.metrics.intervals import Floats, Names
from raiox.lab.metrics.linear_probe import folds
from raiox.lab.metrics.ood import ood_scores
from raiox.vocabulary import IMAGE_KINDS, ImageKind

Figures = Iterator[ReportedMetric]

CHILDREN: Final = frozenset({"kermany"})
"""Sources of children alone, whose manifest tells no ages."""
SHRINKAGE: Final = 0.1
"""Of the covariance, towards its mean variance."""

WAYS: Final[dict[str, Text]] = {
    "score": text("pelo escore de frontal em pé", "by the score of upright frontal"),
    "doubt": text("pela dúvida do classificador", "by the classifier's doubt"),
    "distance": text("pela distância do embedding", "by the distance of the embedding"),
}


def foreign_figures(context: ProbeContext) -> Figures:
    """AUROC and FPR95 of every kind of image that is no upright frontal radiograph."""
    if context.bundle.manifest.role == "frontal_filter":
        yield from _of_filter(context)
    else:
        yield from _of_classifier(context)


def _of_filter(context: ProbeContext) -> Figures:
    answers, frontal = context.answers, context.labels.index(ImageKind.FRONTAL)
    scores, in_distribution = answers.scores[:, frontal], answers.labels == frontal
    for k, kind in enumerate(context.labels):
        foreign = answers.labels == k
        if k != frontal and foreign.any():
            chosen = in_distribution | foreign
            yield from _told(
                scores[chosen], in_distribution[chosen], answers.groups[chosen], kind, "score"
            )


def _of_classifier(context: ProbeContext) -> Figures:
    """Ordinary films against each kind of foreign image, children and unseen sources."""
    answers = context.answers
    familiar = familiarity(answers.scores, answers.embeddings, answers.groups)
    children = _children(answers.cases)
    trained_on = {source.name for source in context.bundle.manifest.training.sources}
    unseen = np.array([case.source not in trained_on for case in answers.cases])
    for name, foreign in (("children", children), ("source_unseen", unseen)):
        if foreign.any() and not foreign.all():
            for way, values in familiar.items():
                yield from _told(values, ~foreign, answers.groups, name, way)
    for kind, cases in _foreign_cases(context).items():
        scores, embeddings = _asked(context, cases)
        groups = np.concatenate([answers.groups, [case.group_id for case in cases]])
        away = {"doubt": scores.max(axis=1), "distance": -distances(embeddings, answers.embeddings)}
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


def _children(cases: Sequence[Sample]) -> Mask:
    return np.array([c.source in CHILDREN or age_band(c.age) == "0-17" for c in cases])


def _foreign_cases(context: ProbeContext) -> dict[str, list[Sample]]:
    """Cases of each foreign kind of the part measured; none on anybody's own images."""
    if context.data is None:
        return {}
    every = [case for case in read_kind_samples(context.data) if case.part == context.part]
    found: dict[str, list[Sample]] = {}
    for kind in IMAGE_KINDS:
        of_kind = [case for case in every if case.label == kind]
        if kind is not ImageKind.FRONTAL and of_kind:
            found[str(kind)] = of_kind[:: max(1, -(-len(of_kind) // (context.n_sampled // 2 or 1)))]
    return found


def _asked(context: ProbeContext, cases: Sequence[Sample]) -> tuple[Floats, FloatArray]:
    logits, embeddings = [], []
    for film in context.iter_pixels(cases):
        outputs = context.session.run(context.prepared([film]))
        logits.append(outputs["logits"])
        embeddings.append(outputs["embedding"])
    temperature = context.bundle.manifest.temperature
    return calibrated(np.concatenate(logits), temperature), np.concatenate(embeddings)


def _told(scores: Floats, in_distribution: Mask, groups: Names, kind: str, way: str) -> Figures:
    """How well a score that is high at home tells the two apart."""
    figures = ood_scores(scores, in_distribution, groups)
    words, how = word(kind), WAYS[way]
    for key, short, figure in zip(("auroc", "fpr95"), ("AUROC", "FPR95"), figures, strict=True):
        name: Text = {language: f"{short} {words[language]}, {how[language]}" for language in how}
        yield ReportedMetric(f"{key}.{kind}.{way}", "out_of_distribution", name, figure)
