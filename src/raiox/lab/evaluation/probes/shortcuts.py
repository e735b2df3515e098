"""Shortcut tests: does the network read the lungs, or what comes with them?

Overlays must not change an answer, occluded lungs must, and a linear probe should not recover the
data set from the embedding.
"""

import numpy as np

from raiox.inference.margins import content
from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.occlusion import (
    RegionOutputs,
    lung_mask_metrics,
    occlusion_metrics,
)
from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, OVERLAYS
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.metrics.intervals import bootstrap_estimates, proportion_true
from raiox.lab.metrics.linear_probe import probe_auc
from raiox.vocabulary import Finding

SMALL_CHANGE = 0.05
MIN_SAMPLES_PER_DATASET = 20


def shortcut_metrics(context: ProbeContext) -> Metrics:
    """Overlays, occlusion of a central box and of the lungs, linear probes."""
    chosen = context.sampled()
    overlaid, occluded = _predict_perturbed(context, chosen)
    if Finding.COVID19 in context.labels:
        yield from _changes(context, chosen, overlaid)
    yield from occlusion_metrics(context, chosen, occluded)
    yield from lung_mask_metrics(context)
    yield from _linear_probes(context)


def _predict_perturbed(context: ProbeContext, chosen: Indices) -> tuple[Floats, RegionOutputs]:
    """Scores (1 + M, N, K) of the image and of each overlay, and the outputs of each occlusion.

    An overlay changes the picture, before its margins are cut away; an occlusion hides a part of what
    the network sees. Each image is read once and not kept.
    """
    n_overlaid = 1 + len(OVERLAYS)
    samples = [context.predictions.samples[i] for i in chosen]
    outputs = [
        context.scores(
            [
                content(pixels),
                *(content(alter(pixels)) for alter in OVERLAYS.values()),
                *(alter(content(pixels)) for alter in OCCLUSIONS.values()),
            ]
        )
        for pixels in context.iter_pixels(samples)
    ]
    scores = np.stack([scores for scores, _ in outputs], axis=1)
    embeddings = np.stack([embeddings[n_overlaid:] for _, embeddings in outputs], axis=1)
    return scores[:n_overlaid], RegionOutputs(scores[n_overlaid:], embeddings)


def _changes(context: ProbeContext, chosen: Indices, scores: Floats) -> Metrics:
    """How far each overlay moves the COVID-19 score, and how often the finding stays the same."""
    k, groups = context.labels.index(Finding.COVID19), context.predictions.groups[chosen]
    before = scores[0]
    for key, after in zip(OVERLAYS, scores[1:], strict=True):
        change = after[:, k] - before[:, k]
        size = np.abs(change)
        mean, p95 = bootstrap_estimates(
            lambda drawn, c=change, s=size: (  # type: ignore[misc]
                float(c[drawn].mean()),
                float(np.quantile(s[drawn], 0.95)),
            ),
            groups,
        )
        same = before.argmax(axis=1) == after.argmax(axis=1)
        for measure, estimate in (
            ("within", proportion_true(size < SMALL_CHANGE)),
            ("mean", mean),
            ("p95", p95),
            ("same_answer", proportion_true(same)),
        ):
            name = named(
                f"change.{measure}", perturbation=f"perturbation.{key}", label=Finding.COVID19
            )
            yield ReportedMetric(f"change.{key}.covid19.{measure}", "shortcuts", name, estimate)


def _linear_probes(context: ProbeContext) -> Metrics:
    """Whether a linear probe recovers the data set from the embedding, and permuted labels."""
    predictions, embeddings = context.predictions, context.predictions.embeddings
    for k, label in enumerate(context.labels):
        here = np.flatnonzero(
            (predictions.labels == k)
            & _in_large_dataset(predictions.datasets, k, predictions.labels)
        )
        names, dataset_of = np.unique(predictions.datasets[here], return_inverse=True)
        if len(names) > 1:
            area = probe_auc(embeddings[here], dataset_of, predictions.groups[here])
            name = named("dataset_probe", label=label, n=len(names))
            yield ReportedMetric(f"dataset_probe.{label}", "shortcuts", name, area)
    permuted = np.random.default_rng(0).permutation(predictions.labels)
    area = probe_auc(embeddings, permuted, predictions.groups)
    yield ReportedMetric("permuted_labels", "shortcuts", named("permuted_labels"), area)


def _in_large_dataset(datasets: Names, k: int, labels: Indices) -> Mask:
    """(N,) whether a sample's data set holds enough samples of label k."""
    names, counts = np.unique(datasets[labels == k], return_counts=True)
    return np.isin(datasets, names[counts >= MIN_SAMPLES_PER_DATASET])
