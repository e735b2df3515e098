"""Does the network read the lungs, or what comes with them?

Marks that say nothing must change nothing; lungs that are taken away must take the answer with
them; and the embedding should not know which collection a film came from.
"""

from collections.abc import Iterator

import numpy as np

from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.occlusion import RegionOutputs, masked_figures, region_figures
from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, OVERLAYS
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, joined, text
from raiox.lab.metrics.intervals import (
    Floats,
    Indices,
    Names,
    bootstrapped_together,
    proportion,
)
from raiox.lab.metrics.linear_probe import probe_auc
from raiox.vocabulary import Finding

SMALL_CHANGE = 0.05
MIN_CASES_OF_A_SOURCE = 20

Figures = Iterator[ReportedMetric]


def shortcut_figures(context: ProbeContext) -> Figures:
    """All of them."""
    chosen = context.sampled()
    marked, region_outputs = _altered(context, chosen)
    yield from _changes(context, chosen, marked)
    yield from region_figures(context, chosen, region_outputs)
    yield from masked_figures(context)
    yield from _probed(context)


def _altered(context: ProbeContext, chosen: Indices) -> tuple[Floats, RegionOutputs]:
    """Scores (1 + M, N, K) of the film as it is and of each mark, and what each region leaves.

    A film is read once and forgotten.
    """
    every, n_marked = [*OVERLAYS.values(), *OCCLUSIONS.values()], 1 + len(OVERLAYS)
    iter_pixels = context.iter_pixels([context.answers.cases[i] for i in chosen])
    found = [context.scores([film, *(one.alter(film) for one in every)]) for film in iter_pixels]
    scores = np.stack([scores for scores, _ in found], axis=1)
    embeddings = np.stack([embeddings[n_marked:] for _, embeddings in found], axis=1)
    return scores[:n_marked], RegionOutputs(scores[n_marked:], embeddings)


def _changes(context: ProbeContext, chosen: Indices, scores: Floats) -> Figures:
    """How far each mark moves the COVID-19 score, and how often it changes the answer."""
    k, groups = context.labels.index(Finding.COVID19), context.answers.groups[chosen]
    before = scores[0]
    for key, after in zip(OVERLAYS, scores[1:], strict=True):
        change = after[:, k] - before[:, k]
        size = np.abs(change)
        told = bootstrapped_together(
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
        for measure, pt, en, figure in rows:
            name = joined(OVERLAYS[key].name, text(pt, en))
            yield ReportedMetric(f"change.{key}.covid19.{measure}", "shortcuts", name, figure)


def _probed(context: ProbeContext) -> Figures:
    """Whether a straight line reads the source from the embedding, and permuted labels."""
    answers, embeddings = context.answers, context.answers.embeddings
    for k, label in enumerate(context.labels):
        here = np.flatnonzero(
            (answers.labels == k) & _in_large_source(answers.sources, k, answers.labels)
        )
        names, source_of = np.unique(answers.sources[here], return_inverse=True)
        if len(names) > 1:
            area = probe_auc(embeddings[here], source_of, answers.groups[here])
            name = text(
                f"uma reta lê a fonte no embedding, dentro de {{x}} ({len(names)} fontes): AUC",
                f"a line reads the source from the embedding, within {{x}} ({len(names)} sources): AUC",
                x=label,
            )
            yield ReportedMetric(f"source_probe.{label}", "shortcuts", name, area)
    permuted = np.random.default_rng(0).permutation(answers.labels)
    area = probe_auc(embeddings, permuted, answers.groups)
    name = text(
        "uma reta lê rótulos permutados no embedding: AUC (0,5 se nada vaza)",
        "a line reads permuted labels from the embedding: AUC (0.5 if nothing leaks)",
    )
    yield ReportedMetric("permuted_labels", "shortcuts", name, area)


def _in_large_source(sources: Names, k: int, labels: Indices) -> np.ndarray:
    """(N,) whether a case's source holds enough cases of label k."""
    names, counts = np.unique(sources[labels == k], return_counts=True)
    return np.isin(sources, names[counts >= MIN_CASES_OF_A_SOURCE])
