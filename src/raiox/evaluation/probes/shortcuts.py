"""Does the network read the lungs, or what comes with them?

Marks that say nothing must change nothing; lungs that are taken away must take the answer with
them; and the embedding should not know which collection a film came from.
"""

from collections.abc import Iterator

import numpy as np

from raiox.entities import FloatArray
from raiox.evaluation.metrics import (
    Figure,
    Floats,
    Indices,
    Names,
    auc_figures,
    bootstrapped,
    bootstrapped_together,
    macro_auc,
    proportion,
)
from raiox.evaluation.probes.alterations import MARKS, REGIONS, only
from raiox.evaluation.probes.bench import Bench
from raiox.evaluation.probes.linear import cross_fitted, indicators
from raiox.evaluation.probes.masks import find_masks
from raiox.evaluation.report.named import NamedFigure, joined, text
from raiox.evaluation.sources import pairs_inside_sources
from raiox.vocabulary import Finding

SMALL_CHANGE = 0.05
MIN_CASES_OF_A_SOURCE = 20

Figures = Iterator[NamedFigure]


def shortcut_figures(bench: Bench) -> Figures:
    """All of them."""
    chosen = bench.sampled()
    scores = _altered_scores(bench, chosen)
    yield from _changes(bench, chosen, scores)
    yield from _regions(bench, chosen, scores)
    yield from _masked(bench)
    yield from _probed(bench)


def _altered_scores(bench: Bench, chosen: Indices) -> Floats:
    """(A, N, K) of the film as it is, then of each mark and region; a film is read once."""
    every = [*MARKS.values(), *REGIONS.values()]
    films = bench.films([bench.answers.cases[i] for i in chosen])
    found = [bench.scores([film, *(one.alter(film) for one in every)]) for film in films]
    return np.stack(found, axis=1)


def _changes(bench: Bench, chosen: Indices, scores: Floats) -> Figures:
    """How far each mark moves the COVID-19 score, and how often it changes the answer."""
    k, groups = bench.labels.index(Finding.COVID19), bench.answers.groups[chosen]
    before = scores[0]
    for key, after in zip(MARKS, scores[1:], strict=False):
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
            name = joined(MARKS[key].name, text(pt, en))
            yield NamedFigure(f"change.{key}.covid19.{measure}", "shortcuts", name, figure)


def _regions(bench: Bench, chosen: Indices, scores: Floats) -> Figures:
    """Macro AUC of what is left of the films, and how far that lies above knowing the source."""
    answers = bench.answers
    labels, groups = answers.labels[chosen], answers.groups[chosen]
    by_source = cross_fitted(indicators(answers.sources[chosen]), labels, groups)
    for key, after in zip(REGIONS, scores[1 + len(MARKS) :], strict=True):
        area = auc_figures(after, labels, groups)[0]
        auc_of_rest = joined(REGIONS[key].name, text("AUC", "AUC"))
        yield NamedFigure(f"{key}.auc", "shortcuts", auc_of_rest, area)
    without = scores[1 + len(MARKS) + list(REGIONS).index("lungs_out.box")]
    above = bootstrapped(
        lambda drawn: (
            macro_auc(without[drawn], labels[drawn])
            - max(0.5, macro_auc(by_source[drawn], labels[drawn]))  # knowing nothing gives a half
        ),
        groups,
    )
    name = text(
        "AUC sem a caixa central menos a de saber só a fonte",
        "AUC without the central box less that of knowing the source",
    )
    yield NamedFigure("lungs_out.box.above_baseline", "shortcuts", name, above)


def _masked(bench: Bench) -> Figures:
    """Pairs of labels inside a source with the lungs taken out or left alone, by annotator."""
    masks = find_masks(bench.data)
    paths = [case.path for case in bench.answers.cases]
    for annotator, known in masks.by_annotator.items():
        chosen = bench.sampled(np.flatnonzero([path in known for path in paths]))
        cases, found = [bench.answers.cases[i] for i in chosen], []
        for case, film in zip(cases, bench.films(cases), strict=True):
            lungs = masks.read(annotator, case.path, film, bench.read)
            films = [film, only(~lungs, film), only(lungs, film)]
            found.append(bench.session.run(bench.prepared(films))["logits"])
        if not found:
            continue
        logits = np.stack(found, axis=1).astype(np.float64)
        for key, told in zip(("whole", "lungs_out", "lungs_only"), logits, strict=True):
            yield from _pairs(bench, chosen, f"{key}.{annotator}", told)


def _pairs(bench: Bench, chosen: Indices, key: str, logits: Floats) -> Figures:
    answers = bench.answers
    region, annotator = key.split(".")
    pt, en = {
        "whole": ("imagem inteira", "whole image"),
        "lungs_out": ("pulmões apagados", "lungs blacked out"),
        "lungs_only": ("só os pulmões", "lungs only"),
    }[region]
    found = pairs_inside_sources(
        answers.sources[chosen], answers.groups[chosen], answers.labels[chosen], logits
    )
    for source, a, b, figure in found:
        name = text(
            f"{pt} (máscara {annotator}): AUC {{b}} contra {{a}}, dentro de {source}",
            f"{en} ({annotator} mask): AUC {{b}} vs {{a}}, inside {source}",
            a=bench.labels[a],
            b=bench.labels[b],
        )
        pair = f"{bench.labels[b]}_vs_{bench.labels[a]}"
        yield NamedFigure(f"{key}.{pair}.{source}", "shortcuts", name, figure)


def _probed(bench: Bench) -> Figures:
    """Whether a straight line reads the source from the embedding, and permuted labels."""
    answers, embeddings = bench.answers, bench.answers.embeddings
    for k, label in enumerate(bench.labels):
        here = np.flatnonzero(
            (answers.labels == k) & _in_large_source(answers.sources, k, answers.labels)
        )
        names, source_of = np.unique(answers.sources[here], return_inverse=True)
        if len(names) > 1:
            area = _line_auc(embeddings[here], source_of, answers.groups[here])
            name = text(
                f"uma reta lê a fonte no embedding, dentro de {{x}} ({len(names)} fontes): AUC",
                f"a line reads the source from the embedding, within {{x}} ({len(names)} sources): AUC",
                x=label,
            )
            yield NamedFigure(f"source_probe.{label}", "shortcuts", name, area)
    permuted = np.random.default_rng(0).permutation(answers.labels)
    area = _line_auc(embeddings, permuted, answers.groups)
    name = text(
        "uma reta lê rótulos permutados no embedding: AUC (0,5 se nada vaza)",
        "a line reads permuted labels from the embedding: AUC (0.5 if nothing leaks)",
    )
    yield NamedFigure("permuted_labels", "shortcuts", name, area)


def _in_large_source(sources: Names, k: int, labels: Indices) -> np.ndarray:
    """(N,) whether a case's source holds enough cases of label k."""
    names, counts = np.unique(sources[labels == k], return_counts=True)
    return np.isin(sources, names[counts >= MIN_CASES_OF_A_SOURCE])


def _line_auc(features: FloatArray, labels: Indices, groups: Names) -> Figure:
    return auc_figures(cross_fitted(features, labels, groups), labels, groups)[0]
