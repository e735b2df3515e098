"""Does the network read the lungs, or what comes with them?

Marks that say nothing must change nothing; lungs that are taken away must take the answer with
them; and the embedding should not know which collection a film came from.
"""

import numpy as np

from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.occlusion import (
    RegionOutputs,
    lung_mask_metrics,
    occlusion_metrics,
)
from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, OVERLAYS
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, joined, text
from raiox.lab.metrics.intervals import bootstrap_estimates, proportion
from raiox.lab.metrics.linear_probe import probe_auc
from raiox.vocabulary import Finding

SMALL_CHANGE = 0.05
MIN_SAMPLES_PER_DATASET = 20


def shortcut_metrics(context: ProbeContext) -> Metrics:
    """All of them."""
    chosen = context.sampled()
    marked, region_outputs = _altered(context, chosen)
    yield from _changes(context, chosen, marked)
    yield from occlusion_metrics(context, chosen, region_outputs)
    yield from lung_mask_metrics(context)
    yield from _probed(context)


def _altered(context: ProbeContext, chosen: Indices) -> tuple[Floats, RegionOutputs]:
    """Scores (1 + M, N, K) of the film as it is and of each mark, and what each region leaves.

    A film is read once and forgotten.
    """
    every, n_marked = [*OVERLAYS.values(), *OCCLUSIONS.values()], 1 + len(OVERLAYS)
    iter_pixels = context.iter_pixels([context.predictions.samples[i] for i in chosen])
    found = [context.scores([film, *(one.alter(film) for one in every)]) for film in iter_pixels]
    scores = np.stack([scores for scores, _ in found], axis=1)
    embeddings = np.stack([embeddings[n_marked:] for _, embeddings in found], axis=1)
    return scores[:n_marked], RegionOutputs(scores[n_marked:], embeddings)


def _changes(context: ProbeContext, chosen: Indices, scores: Floats) -> Metrics:
    """How far each mark moves the COVID-19 score, and how often it changes the answer."""
    k, groups = context.labels.index(Finding.COVID19), context.predictions.groups[chosen]
    before = scores[0]
    for key, after in zip(OVERLAYS, scores[1:], strict=True):
        change = after[:, k] - before[:, k]
        size = np.abs(change)
        told = bootstrap_estimates(
            lambda drawn, c=change, s=size: (  # type: ignore[misc]
                float(c[drawn].mean()), float(np.quantile(s[drawn], 0.95))
            ),
            groups,
        )  # fmt: skip
        same = before.argmax(axis=1) == after.argmax(axis=1)
        small = proportion(int((size < SMALL_CHANGE).sum()), len(size))
        rows = (
            ("within", "escore de COVID-19 muda menos de 0,05",
             "COVID-19 score changes by less than 0.05", small),
            ("mean", "mudança média do escore de COVID-19", "mean change of the COVID-19 score",
             told[0]),
            ("p95", "tamanho da mudança, percentil 95", "size of the change, 95th percentile",
             told[1]),
            ("same_answer", "mesmo achado", "same finding",
             proportion(int(same.sum()), len(same))),
        )  # fmt: skip
        for measure, pt, en, estimate in rows:
            name = joined(OVERLAYS[key].name, text(pt, en))
            yield ReportedMetric(f"change.{key}.covid19.{measure}", "shortcuts", name, estimate)


def _probed(context: ProbeContext) -> Metrics:
    """Whether a straight line reads the source from the embedding, and permuted labels."""
    predictions, embeddings = context.predictions, context.predictions.embeddings
    for k, label in enumerate(context.labels):
        here = np.flatnonzero(
            (predictions.labels == k)
            & _in_large_source(predictions.datasets, k, predictions.labels)
        )
        names, source_of = np.unique(predictions.datasets[here], return_inverse=True)
        if len(names) > 1:
            area = probe_auc(embeddings[here], source_of, predictions.groups[here])
            name = text(
                f"uma reta lê a fonte no embedding, dentro de {{x}} ({len(names)} fontes): AUC",
                f"a line reads the source from the embedding, within {{x}} ({len(names)} sources): AUC",
                x=label,
            )
            yield ReportedMetric(f"source_probe.{label}", "shortcuts", name, area)
    permuted = np.random.default_rng(0).permutation(predictions.labels)
    area = probe_auc(embeddings, permuted, predictions.groups)
    name = text(
        "uma reta lê rótulos permutados no embedding: AUC (0,5 se nada vaza)",
        "a line reads permuted labels from the embedding: AUC (0.5 if nothing leaks)",
    )
    yield ReportedMetric("permuted_labels", "shortcuts", name, area)


def _in_large_source(datasets: Names, k: int, labels: Indices) -> np.ndarray:
    """(N,) whether a case's source holds enough cases of label k."""
    names, counts = np.unique(datasets[labels == k], return_counts=True)
    return np.isin(datasets, names[counts >= MIN_SAMPLES_PER_DATASET])
