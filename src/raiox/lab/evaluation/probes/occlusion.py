"""What the network still predicts when the lungs, or everything but the lungs, are occluded.

If it predicts as before, it does not read the lungs. Source: Maguolo and Nanni, 2021,
doi:10.1016/j.inffus.2021.04.008 (networks separated data sets with the lungs blacked out).
"""

from typing import NamedTuple

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.margins import crop
from raiox.lab.aliases import Floats, Indices
from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, only
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.metrics.intervals import bootstrap_estimate
from raiox.lab.metrics.linear_probe import cross_fitted, indicators, probe_auc
from raiox.lab.metrics.ranking import auc_estimates, macro_auc
from raiox.lab.metrics.within_dataset import within_dataset_pairs


class RegionOutputs(NamedTuple):
    """The outputs for images with each of `OCCLUSIONS`."""

    scores: Floats
    """(R, N, K)"""
    embeddings: FloatArray
    """(R, N, D)"""


def occlusion_metrics(
    context: ProbeContext, chosen: Indices, region_outputs: RegionOutputs
) -> Metrics:
    """Macro AUC on occluded images, and how far it exceeds that of knowing the data set alone.

    The network was trained on whole images; a linear probe on its embedding of the occluded image
    estimates what a network trained without the lungs could have read.
    """
    predictions = context.predictions
    labels, groups = predictions.labels[chosen], predictions.groups[chosen]
    by_dataset = cross_fitted(indicators(predictions.datasets[chosen]), labels, groups)
    for key, scores, embeddings in zip(OCCLUSIONS, *region_outputs, strict=True):
        area = auc_estimates(scores, labels, groups)[0]
        name = named("occlusion_auc", occlusion=f"occlusion.{key}")
        yield ReportedMetric(f"{key}.auc", "shortcuts", name, area)
        area = probe_auc(embeddings, labels, groups)
        name = named("occlusion_probe_auc", occlusion=f"occlusion.{key}")
        yield ReportedMetric(f"{key}.linear_probe.auc", "shortcuts", name, area)
    without = region_outputs.scores[list(OCCLUSIONS).index("lungs_out.box")]
    above = bootstrap_estimate(
        lambda drawn: (
            macro_auc(without[drawn], labels[drawn])
            - max(0.5, macro_auc(by_dataset[drawn], labels[drawn]))  # 0.5: knowing nothing
        ),
        groups,
    )
    name = named("above_baseline")
    yield ReportedMetric("lungs_out.box.above_baseline", "shortcuts", name, above)


def lung_mask_metrics(context: ProbeContext) -> Metrics:
    """Pairs of labels within a data set with the lungs or the rest occluded, by annotator."""
    masks = find_masks(context.datasets)
    paths = [sample.path for sample in context.predictions.samples]
    for annotator, known in masks.by_annotator.items():
        chosen = context.sampled(np.flatnonzero([path in known for path in paths]))
        samples, outputs = [context.predictions.samples[i] for i in chosen], []
        for sample, (pixels, box) in zip(samples, context.iter_contents(samples), strict=True):
            lungs = crop(masks.read(annotator, sample.path, context.read), box)
            images = context.prepared([pixels, only(~lungs, pixels), only(lungs, pixels)])
            outputs.append(context.session.run(images)["logits"])
        if not outputs:
            continue
        by_region = np.stack(outputs, axis=1).astype(np.float64)
        for region, logits in zip(("whole", "lungs_out", "lungs_only"), by_region, strict=True):
            yield from _pairs(context, chosen, (region, annotator), logits)


def _pairs(
    context: ProbeContext, chosen: Indices, masking: tuple[str, str], logits: Floats
) -> Metrics:
    predictions = context.predictions
    region, annotator = masking
    found = within_dataset_pairs(
        predictions.datasets[chosen],
        predictions.groups[chosen],
        predictions.labels[chosen],
        logits,
    )
    for dataset, a, b, estimate in found:
        pair = {"positive": context.labels[b], "negative": context.labels[a]}
        name = named(
            "masked_auc", region=f"region.{region}", annotator=annotator, dataset=dataset, **pair
        )
        key = "{positive}_vs_{negative}".format(**pair)
        yield ReportedMetric(f"{region}.{annotator}.{key}.{dataset}", "shortcuts", name, estimate)
