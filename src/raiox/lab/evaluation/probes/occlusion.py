"""What the network still answers when the lungs, or all but the lungs, are taken away.

Source: Maguolo and Nanni, 2021, doi:10.1016/j.inffus.2021.04.008: networks told data sets apart
with the lungs blacked out. If they answer as before, they do not read the lungs.
"""

from typing import NamedTuple

import numpy as np

from raiox.entities import FloatArray
from raiox.lab.aliases import Floats, Indices
from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, only
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, joined, text
from raiox.lab.metrics.intervals import bootstrap_estimate
from raiox.lab.metrics.linear_probe import cross_fitted, indicators, probe_auc
from raiox.lab.metrics.ranking import auc_estimates, macro_auc
from raiox.lab.metrics.within_dataset import within_dataset_pairs


class RegionOutputs(NamedTuple):
    """What was answered to films of which each of `OCCLUSIONS` was left."""

    scores: Floats
    """(R, N, K)"""
    embeddings: FloatArray
    """(R, N, D)"""


def occlusion_metrics(
    context: ProbeContext, chosen: Indices, region_outputs: RegionOutputs
) -> Metrics:
    """Macro AUC of what is left of the films, and how far that lies above knowing the source.

    The network was trained on whole films; a line fitted anew on what it computes of the rest
    tells what training without the lungs could have read.
    """
    predictions = context.predictions
    labels, groups = predictions.labels[chosen], predictions.groups[chosen]
    by_dataset = cross_fitted(indicators(predictions.datasets[chosen]), labels, groups)
    for key, after, embeddings in zip(OCCLUSIONS, *region_outputs, strict=True):
        area = auc_estimates(after, labels, groups)[0]
        auc_of_rest = joined(OCCLUSIONS[key].name, text("AUC", "AUC"))
        yield ReportedMetric(f"{key}.auc", "shortcuts", auc_of_rest, area)
        read_anew = joined(
            OCCLUSIONS[key].name, text("AUC de uma reta nova", "AUC of a line fitted anew")
        )
        area = probe_auc(embeddings, labels, groups)
        yield ReportedMetric(f"{key}.line.auc", "shortcuts", read_anew, area)
    without = region_outputs.scores[list(OCCLUSIONS).index("lungs_out.box")]
    above = bootstrap_estimate(
        lambda drawn: (
            macro_auc(without[drawn], labels[drawn])
            - max(0.5, macro_auc(by_dataset[drawn], labels[drawn]))  # knowing nothing gives a half
        ),
        groups,
    )
    name = text(
        "AUC sem a caixa central menos a de saber só a fonte",
        "AUC without the central box less that of knowing the source",
    )
    yield ReportedMetric("lungs_out.box.above_baseline", "shortcuts", name, above)


def lung_mask_metrics(context: ProbeContext) -> Metrics:
    """Pairs of labels inside a source with the lungs taken out or left alone, by annotator."""
    masks = find_masks(context.data)
    paths = [sample.path for sample in context.predictions.samples]
    for annotator, known in masks.by_annotator.items():
        chosen = context.sampled(np.flatnonzero([path in known for path in paths]))
        samples, found = [context.predictions.samples[i] for i in chosen], []
        for sample, film in zip(samples, context.iter_pixels(samples), strict=True):
            lungs = masks.read(annotator, sample.path, film, context.read)
            iter_pixels = [film, only(~lungs, film), only(lungs, film)]
            found.append(context.session.run(context.prepared(iter_pixels))["logits"])
        if not found:
            continue
        logits = np.stack(found, axis=1).astype(np.float64)
        for key, told in zip(("whole", "lungs_out", "lungs_only"), logits, strict=True):
            yield from _pairs(context, chosen, f"{key}.{annotator}", told)


def _pairs(context: ProbeContext, chosen: Indices, key: str, logits: Floats) -> Metrics:
    predictions = context.predictions
    region, annotator = key.split(".")
    pt, en = {
        "whole": ("imagem inteira", "whole image"),
        "lungs_out": ("pulmões apagados", "lungs blacked out"),
        "lungs_only": ("só os pulmões", "lungs only"),
    }[region]
    found = within_dataset_pairs(
        predictions.datasets[chosen], predictions.groups[chosen], predictions.labels[chosen], logits
    )
    for dataset, a, b, estimate in found:
        name = text(
            f"{pt} (máscara {annotator}): AUC {{b}} contra {{a}}, dentro de {dataset}",
            f"{en} ({annotator} mask): AUC {{b}} vs {{a}}, inside {dataset}",
            a=context.labels[a],
            b=context.labels[b],
        )
        pair = f"{context.labels[b]}_vs_{context.labels[a]}"
        yield ReportedMetric(f"{key}.{pair}.{dataset}", "shortcuts", name, estimate)
