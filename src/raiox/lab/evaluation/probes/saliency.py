"""Activation map tests: do the maps depend on the network, and lie where a radiologist looks?

A map that stays the same when the weights are shuffled shows the image and not the network
(Adebayo et al., 2018, arXiv:1810.03292); one that differs between two seeds is no property of the
image. Arun et al., 2021, doi:10.1148/ryai.2021200267: each of eight methods failed at least one
of these tests. Saporta et al., 2022, doi:10.1038/s42256-022-00536-x: the best stayed below
radiologists.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.bundle import Bundle
from raiox.entities import FloatArray, GrayArray
from raiox.inference.margins import crop
from raiox.inference.session import NetworkSession
from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.datasets.opacity_boxes import Box, find_boxes
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.probes.extent import extent_metrics
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.metrics import saliency
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, proportion
from raiox.vocabulary import Finding


def saliency_metrics(context: ProbeContext) -> Metrics:
    """Agreement with boxes and lung masks where there are any, then sanity checks."""
    yield from _against_boxes(context)
    yield from _inside_lungs(context)
    yield from _sanity_checks(context)
    yield from extent_metrics(context, boxed_indices(context, find_boxes(context.datasets)))


@dataclass(frozen=True, slots=True, eq=False)
class BoxedMap:
    """A map with a radiologist's box, over the network's square input."""

    heat: Floats
    box: Mask
    content: Mask
    """Where the image lies in the square."""


def localisation(maps: Sequence[BoxedMap], groups: Names, method: str) -> Metrics:
    """Pointing game, IoU and AUPRC of the maps of one method.

    Args:
        maps: each with its box.
        groups: (N,) of the images.
        method: `boxes` for the network's own maps, `guided` or `prior`.
    """
    hits = [saliency.pointing_game(one.heat, one.box) for one in maps]
    ious = [saliency.iou_equal_area(one.heat, one.box) for one in maps]
    precisions = [saliency.area_precision(one.heat, one.box) for one in maps]
    for key, text, estimate in (
        ("pointing", "pointing", proportion(sum(hits), len(hits))),
        ("iou", "iou", _mean(ious, groups)),
        ("auprc", "map_auprc", _mean(precisions, groups)),
    ):
        name = named(text, map=f"map.{method}")
        yield ReportedMetric(f"{key}.{method}", "saliency", name, estimate)


def boxed_indices(context: ProbeContext, boxes: Mapping[Path, Box]) -> Indices:
    """Samples labelled as an opacity that have a box."""
    if Finding.LUNG_OPACITY not in context.labels:
        return np.array([], np.int64)
    opacity = context.labels.index(Finding.LUNG_OPACITY)
    has_box = np.array([sample.path in boxes for sample in context.predictions.samples])
    return context.sampled(np.flatnonzero(has_box & (context.predictions.labels == opacity)))


def _against_boxes(context: ProbeContext) -> Metrics:
    boxes, spec = find_boxes(context.datasets), context.bundle.manifest.preprocessing
    chosen = boxed_indices(context, boxes)
    if not len(chosen):
        return
    samples = [context.predictions.samples[i] for i in chosen]
    groups = context.predictions.groups[chosen]
    draw, own, guided = _drawers(context), [], []
    for sample, (pixels, seen) in zip(samples, context.iter_contents(samples), strict=True):
        x, y, width, height = boxes[sample.path]
        shifted = (x - seen.left, y - seen.top, width, height)
        box = saliency.box_over(shifted, _shape(pixels), spec)
        content = saliency.content_over(_shape(pixels), spec)
        heat, guided_heat = draw(pixels)
        own.append(BoxedMap(heat, box, content))
        if guided_heat is not None:
            guided.append(BoxedMap(guided_heat, box, content))
    yield from localisation(own, groups, "boxes")
    if guided:
        yield from localisation(guided, groups, "guided")
    total = np.sum([one.box for one in own], axis=0, dtype=np.float64)
    of_the_others = [replace(one, heat=total - one.box) for one in own]
    yield from localisation(of_the_others, groups, "prior")
    area = [float(one.box.sum() / one.content.sum()) for one in own]
    yield ReportedMetric("chance.boxes", "saliency", named("box_area"), _mean(area, groups))


def _drawers(context: ProbeContext) -> Callable[[GrayArray], tuple[Floats, Floats | None]]:
    """The activation map for an opacity and, where the graph can be edited, guided Grad-CAM."""
    k = context.labels.index(Finding.LUNG_OPACITY)
    side_px = context.bundle.manifest.preprocessing.side_px
    if context.graph_editor is None:
        return lambda pixels: (saliency.evidence(_maps(context, pixels), k, side_px), None)
    model, weights = context.graph_editor.expose_features(context.bundle.model)
    session = NetworkSession(replace(context.bundle, model=model), context.n_threads)

    def draw(pixels: GrayArray) -> tuple[Floats, Floats]:
        outputs = session.run(context.prepared([pixels]))
        logits = outputs["logits"][0].astype(np.float64)
        guided = saliency.guided(outputs["features"][0], weights, logits, k, side_px)
        return saliency.evidence(outputs["maps"][0], k, side_px), guided

    return draw


def _inside_lungs(context: ProbeContext) -> Metrics:
    """How much of the evidence for the predicted finding lies inside the lungs, by annotator."""
    masks, spec = find_masks(context.datasets), context.bundle.manifest.preprocessing
    paths = [sample.path for sample in context.predictions.samples]
    for annotator, known in masks.by_annotator.items():
        chosen = context.sampled(np.flatnonzero([path in known for path in paths]))
        samples, inside, area = [context.predictions.samples[i] for i in chosen], [], []
        contents = context.iter_contents(samples)
        for i, sample, (pixels, box) in zip(chosen, samples, contents, strict=True):
            mask = crop(masks.read(annotator, sample.path, context.read), box)
            lungs, content = (
                saliency.mask_over(mask, spec),
                saliency.content_over(_shape(pixels), spec),
            )
            k = int(context.predictions.logits[i].argmax())
            heat = saliency.evidence(_maps(context, pixels), k, spec.side_px)
            inside.append(saliency.fraction_inside(heat, lungs))
            area.append(float(lungs.sum() / content.sum()))
        if not inside:
            continue
        groups = context.predictions.groups[chosen]
        for key, values in (("lung_fraction", inside), ("lung_area", area)):
            name = named(key, annotator=annotator)
            yield ReportedMetric(f"{key}.{annotator}", "saliency", name, _mean(values, groups))


def _sanity_checks(context: ProbeContext) -> Metrics:
    """SSIM with the maps of shuffled weights, which must differ, and of another seed."""
    others: dict[str, Bundle] = {}
    if context.graph_editor is not None:
        model = context.graph_editor.shuffle_weights(context.bundle.model)
        others["shuffled"] = replace(context.bundle, model=model)
    if context.other_seed is not None:
        others["other_seed"] = context.other_seed
    chosen = context.sampled()[::3]
    samples = [context.predictions.samples[i] for i in chosen]
    side_px = context.bundle.manifest.preprocessing.side_px
    for key, bundle in others.items():
        session, similarities = NetworkSession(bundle, context.n_threads), []
        for i, (pixels, _) in zip(chosen, context.iter_contents(samples), strict=True):
            k = int(context.predictions.logits[i].argmax())
            images = context.prepared([pixels], bundle.manifest.preprocessing)
            other = saliency.evidence(session.run(images)["maps"][0], k, side_px)
            own = saliency.evidence(_maps(context, pixels), k, side_px)
            similarities.append(saliency.ssim(own, other))
        estimate = _mean(similarities, context.predictions.groups[chosen])
        name = named("ssim", map=f"map.{key}")
        yield ReportedMetric(f"ssim.{key}", "saliency", name, estimate)


def _maps(context: ProbeContext, pixels: GrayArray) -> FloatArray:
    maps: FloatArray = context.session.run(context.prepared([pixels]))["maps"][0]
    return maps


def _shape(pixels: GrayArray) -> tuple[int, int]:
    rows, columns = pixels.shape
    return rows, columns


def _mean(values: Sequence[float], groups: Names) -> Estimate:
    found = np.array(values)
    return bootstrap_estimate(lambda drawn: _defined_mean(found[drawn]), groups)


def _defined_mean(values: Floats) -> float:
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
