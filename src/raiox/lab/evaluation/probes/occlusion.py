"""What the network still answers when the lungs, or all but the lungs, are taken away.

Source: Maguolo and Nanni, 2021, doi:10.1016/j.inffus.2021.04.008: networks told data sets apart
with the lungs blacked out. If they answer as before, they do not read the lungs.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from raiox.entities import FloatArray
from raiox.lab.evaluation.probes.masks import find_masks
from raiox.lab.evaluation.probes.context import Bench
from raiox.lab.evaluation.probes.perturbations import REGIONS, only
from raiox.lab.evaluation.report.reported_metrics import NamedFigure, joined, text
from raiox.lab.metrics.intervals import Floats, Indices, auc_figures, bootstrapped, macro_auc
from raiox.lab.metrics.linear_probe import cross_fitted, indicators, line_auc
from raiox.lab.metrics.within_dataset import pairs_inside_sources

Figures = Iterator[NamedFigure]


class Bared(NamedTuple):
    """What was answered to films of which each of `REGIONS` was left."""

    scores: Floats
    """(R, N, K)"""
    embeddings: FloatArray
    """(R, N, D)"""


def region_figures(bench: Bench, chosen: Indices, bared: Bared) -> Figures:
    """Macro AUC of what is left of the films, and how far that lies above knowing the source.

    The network was trained on whole films; a line fitted anew on what it computes of the rest
    tells what training without the lungs could have read.
    """
    answers = bench.answers
    labels, groups = answers.labels[chosen], answers.groups[chosen]
    by_source = cross_fitted(indicators(answers.sources[chosen]), labels, groups)
    for key, after, embeddings in zip(REGIONS, *bared, strict=True):
        area = auc_figures(after, labels, groups)[0]
        auc_of_rest = joined(REGIONS[key].name, text("AUC", "AUC"))
        yield NamedFigure(f"{key}.auc", "shortcuts", auc_of_rest, area)
        read_anew = joined(
            REGIONS[key].name, text("AUC de uma reta nova", "AUC of a line fitted anew")
        )
        area = line_auc(embeddings, labels, groups)
        yield NamedFigure(f"{key}.line.auc", "shortcuts", read_anew, area)
    without = bared.scores[list(REGIONS).index("lungs_out.box")]
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


def masked_figures(bench: Bench) -> Figures:
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
