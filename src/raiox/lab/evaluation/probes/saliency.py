"""Do the activation maps show what moved the score, and does it lie where a radiologist looks?

A map that stays the same when the weights are shuffled shows the image and not the network
(Adebayo et al., 2018, arXiv:1810.03292); one that two seeds draw differently is no property of
the film. Arun et al., 2021, doi:10.1148/ryai.2021200267: all of eight methods failed at least one
of these. Saporta et al., 2022, doi:10.1038/s42256-022-00536-x: the best stayed below radiologists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.bundle import Bundle
from raiox.entities import FloatArray, GrayArray
from raiox.inference.session import NetworkSession
from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.datasets.opacity_boxes import Box, find_boxes
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Text, joined, text
from raiox.lab.metrics import saliency as overlays
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, proportion
from raiox.vocabulary import Finding


def saliency_metrics(context: ProbeContext) -> Metrics:
    """All of them; those whose annotations are not there are left out."""
    yield from _boxes(context)
    yield from _lungs(context)
    yield from _other_weights(context)


@dataclass(frozen=True, slots=True, eq=False)
class BoxedImage:
    """A film with what a radiologist framed on it, over the network's square."""

    heat: Floats
    box: Mask
    content: Mask


def judged(heats: Sequence[BoxedImage], groups: Names, key: str, who: Text) -> Metrics:
    """Pointing game, overlap and area of one way of drawing maps on boxed films.

    Args:
        heats: a map with its box each.
        groups: (N,) of the films.
        key: of the method, `boxes` for the network's own maps.
        who: what the method is called.
    """
    pointed = [overlays.pointing_game(one.heat, one.box) for one in heats]
    told = (
        ("pointing", "ponto mais alto na caixa", "top of the map in the box",
         proportion(sum(pointed), len(pointed))),
        ("iou", "sobreposição com a caixa (IoU, área igual)", "overlap with the box (IoU, equal area)",
         _mean([overlays.iou_equal_area(one.heat, one.box) for one in heats], groups)),
        ("auprc", "AUPRC dos pontos na caixa", "AUPRC of the places in the box",
         _mean([overlays.area_precision(one.heat, one.box) for one in heats], groups)),
    )  # fmt: skip
    for measure, pt, en, estimate in told:
        name = joined(text(pt, en), who)
        yield ReportedMetric(f"{measure}.{key}", "saliency", name, estimate)


def boxed_indices(context: ProbeContext, boxes: dict[Path, Box]) -> Indices:
    """Cases labelled as an opacity that carry a box."""
    opacity = context.labels.index(Finding.LUNG_OPACITY)
    has_box = np.array([sample.path in boxes for sample in context.predictions.samples])
    return context.sampled(np.flatnonzero(has_box & (context.predictions.labels == opacity)))


def _boxes(context: ProbeContext) -> Metrics:
    boxes = find_boxes(context.data)
    chosen = boxed_indices(context, boxes)
    if not len(chosen):
        return
    samples, groups = (
        [context.predictions.samples[i] for i in chosen],
        context.predictions.groups[chosen],
    )
    draw, iter_pixels, as_coded = _drawers(context), [], []
    for sample, film in zip(samples, context.iter_pixels(samples), strict=True):
        box = overlays.box_over(
            boxes[sample.path], _shape(film), context.bundle.manifest.preprocessing
        )
        content = overlays.content_over(_shape(film), context.bundle.manifest.preprocessing)
        own, coded = draw(film)
        iter_pixels.append(BoxedImage(own, box, content))
        if coded is not None:
            as_coded.append(BoxedImage(coded, box, content))
    yield from judged(iter_pixels, groups, "boxes", text("mapa de ativação", "activation map"))
    if as_coded:
        who = text(
            "Grad-CAM guiado, como no código do artigo", "guided Grad-CAM, as the paper's code"
        )
        yield from judged(as_coded, groups, "guided", who)
    every = np.sum([one.box for one in iter_pixels], axis=0, dtype=np.float64)
    habit = [replace(one, heat=every - one.box) for one in iter_pixels]  # of the other films
    who = text(
        "o lugar mais comum das caixas, sem olhar", "where boxes usually lie, without looking"
    )
    yield from judged(habit, groups, "habit", who)
    area = [float(one.box.sum() / one.content.sum()) for one in iter_pixels]
    name = text(
        "parte da imagem que a caixa ocupa (acaso)", "share of the image in the box (chance)"
    )
    yield ReportedMetric("chance.boxes", "saliency", name, _mean(area, groups))


def _drawers(context: ProbeContext) -> Callable[[GrayArray], tuple[Floats, Floats | None]]:
    """The activation map for an opacity and, where the graph can be opened, the guided one."""
    k, side = (
        context.labels.index(Finding.LUNG_OPACITY),
        context.bundle.manifest.preprocessing.side_px,
    )
    if context.graph_editor is None:
        return lambda film: (overlays.evidence(_maps(context, film), k, side), None)
    model, weights = context.graph_editor.expose_features(context.bundle.model)
    session = NetworkSession(replace(context.bundle, model=model), context.n_threads)

    def draw(film: GrayArray) -> tuple[Floats, Floats]:
        outputs = session.run(context.prepared([film]))
        logits = outputs["logits"][0].astype(np.float64)
        coded = overlays.guided(outputs["features"][0], weights, logits, k, side)
        return overlays.evidence(outputs["maps"][0], k, side), coded

    return draw


def _lungs(context: ProbeContext) -> Metrics:
    """How much of the evidence for the likeliest finding lies inside the lungs, by annotator."""
    masks, spec = find_masks(context.data), context.bundle.manifest.preprocessing
    paths = [sample.path for sample in context.predictions.samples]
    for annotator, known in masks.by_annotator.items():
        chosen = context.sampled(np.flatnonzero([path in known for path in paths]))
        samples, inside, area = [context.predictions.samples[i] for i in chosen], [], []
        for i, sample, film in zip(chosen, samples, context.iter_pixels(samples), strict=True):
            lungs = overlays.mask_over(masks.read(annotator, sample.path, film, context.read), spec)
            k = int(context.predictions.logits[i].argmax())
            heat = overlays.evidence(_maps(context, film), k, spec.side_px)
            inside.append(overlays.share_inside(heat, lungs))
            area.append(float(lungs.sum() / overlays.content_over(_shape(film), spec).sum()))
        if not inside:
            continue
        groups = context.predictions.groups[chosen]
        name = text(
            f"parte da evidência dentro dos pulmões (máscara {annotator})",
            f"share of the evidence inside the lungs ({annotator} mask)",
        )
        yield ReportedMetric(f"lung_fraction.{annotator}", "saliency", name, _mean(inside, groups))
        name = text(
            f"parte da imagem que os pulmões ocupam (máscara {annotator})",
            f"share of the image in the lungs ({annotator} mask)",
        )
        yield ReportedMetric(f"lung_area.{annotator}", "saliency", name, _mean(area, groups))


def _other_weights(context: ProbeContext) -> Metrics:
    """Maps beside those of shuffled weights, which must differ, and of another seed."""
    others: list[tuple[str, Text, Bundle]] = []
    if context.graph_editor is not None:
        shuffled = replace(
            context.bundle, model=context.graph_editor.shuffle_weights(context.bundle.model)
        )
        who = text("com os pesos embaralhados", "with shuffled weights")
        others.append(("shuffled", who, shuffled))
    if context.other_seed is not None:
        others.append(("twin", text("de outra semente", "of another seed"), context.other_seed))
    chosen = context.sampled()[::3]
    for key, who, bundle in others:
        session, spec = NetworkSession(bundle, context.n_threads), bundle.manifest.preprocessing
        samples, alike = [context.predictions.samples[i] for i in chosen], []
        for i, film in zip(chosen, context.iter_pixels(samples), strict=True):
            k = int(context.predictions.logits[i].argmax())
            side = context.bundle.manifest.preprocessing.side_px
            own = overlays.evidence(_maps(context, film), k, side)
            images = context.prepared([film], spec)
            other = overlays.evidence(session.run(images)["maps"][0], k, side)
            alike.append(overlays.ssim(own, other))
        name = joined(
            text("semelhança com outro mapa (SSIM)", "likeness to another map (SSIM)"), who
        )
        estimate = _mean(alike, context.predictions.groups[chosen])
        yield ReportedMetric(f"ssim.{key}", "saliency", name, estimate)


def _maps(context: ProbeContext, film: GrayArray) -> FloatArray:
    maps: FloatArray = context.session.run(context.prepared([film]))["maps"][0]
    return maps


def _shape(film: GrayArray) -> tuple[int, int]:
    rows, columns = film.shape
    return rows, columns


def _mean(values: Sequence[float], groups: Names) -> Estimate:
    found = np.array(values)
    return bootstrap_estimate(lambda drawn: _defined_mean(found[drawn]), groups)


def _defined_mean(values: Floats) -> float:
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
