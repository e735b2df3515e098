"""Do the activation maps show what moved the score, and does it lie where a radiologist looks?

A map that stays the same when the weights are shuffled shows the image and not the network
(Adebayo et al., 2018, arXiv:1810.03292); one that two seeds draw differently is no property of
the film. Arun et al., 2021, doi:10.1148/ryai.2021200267: all of eight methods failed at least one
of these. Saporta et al., 2022, doi:10.1038/s42256-022-00536-x: the best stayed below radiologists.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.bundle import Bundle
from raiox.entities import FloatArray, GrayArray
from raiox.inference.session import NetworkSession
from raiox.lab.evaluation.probes.masks import find_masks
from raiox.lab.metrics import saliency_metrics as overlays
from raiox.lab.evaluation.probes.context import Bench
from raiox.lab.evaluation.report.reported_metrics import NamedFigure, Text, joined, text
from raiox.lab.metrics.intervals import Figure, Floats, Indices, Names, bootstrapped, proportion
from raiox.vocabulary import Finding

Box = tuple[float, float, float, float]
Figures = Iterator[NamedFigure]


def saliency_figures(bench: Bench) -> Figures:
    """All of them; those whose annotations are not there are left out."""
    yield from _boxes(bench)
    yield from _lungs(bench)
    yield from _other_weights(bench)


@dataclass(frozen=True, slots=True, eq=False)
class BoxedFilm:
    """A film with what a radiologist framed on it, over the network's square."""

    heat: Floats
    box: overlays.Mask
    content: overlays.Mask


def find_boxes(data: Path | None) -> dict[Path, Box]:
    """One radiologist's box of each image that has one: x, y, width, height in pixels."""
    file = (data or Path()) / "chest" / "opacity_boxes.csv"
    if data is None or not file.is_file():
        return {}
    with file.open(newline="", encoding="utf-8") as opened:
        return {
            file.parent / row["image"]: (
                float(row["x_px"]), float(row["y_px"]),
                float(row["width_px"]), float(row["height_px"]),
            )
            for row in csv.DictReader(opened)
        }  # fmt: skip


def judged(heats: Sequence[BoxedFilm], groups: Names, key: str, who: Text) -> Figures:
    """Pointing game, overlap and area of one way of drawing maps on boxed films.

    Args:
        heats: a map with its box each.
        groups: (N,) of the films.
        key: of the method, `boxes` for the network's own maps.
        who: what the method is called.
    """
    pointed = [overlays.points_into(one.heat, one.box) for one in heats]
    told = (
        ("pointing", "ponto mais alto na caixa", "top of the map in the box",
         proportion(sum(pointed), len(pointed))),
        ("iou", "sobreposição com a caixa (IoU, área igual)", "overlap with the box (IoU, equal area)",
         _mean([overlays.overlap(one.heat, one.box) for one in heats], groups)),
        ("auprc", "AUPRC dos pontos na caixa", "AUPRC of the places in the box",
         _mean([overlays.area_precision(one.heat, one.box) for one in heats], groups)),
    )  # fmt: skip
    for measure, pt, en, figure in told:
        name = joined(text(pt, en), who)
        yield NamedFigure(f"{measure}.{key}", "saliency", name, figure)


def boxed_indices(bench: Bench, boxes: dict[Path, Box]) -> Indices:
    """Cases labelled as an opacity that carry a box."""
    opacity = bench.labels.index(Finding.LUNG_OPACITY)
    has_box = np.array([case.path in boxes for case in bench.answers.cases])
    return bench.sampled(np.flatnonzero(has_box & (bench.answers.labels == opacity)))


def _boxes(bench: Bench) -> Figures:
    boxes = find_boxes(bench.data)
    chosen = boxed_indices(bench, boxes)
    if not len(chosen):
        return
    cases, groups = [bench.answers.cases[i] for i in chosen], bench.answers.groups[chosen]
    draw, films, as_coded = _drawers(bench), [], []
    for case, film in zip(cases, bench.films(cases), strict=True):
        box = overlays.box_over(boxes[case.path], _shape(film), bench.bundle.manifest.preprocessing)
        content = overlays.content_over(_shape(film), bench.bundle.manifest.preprocessing)
        own, coded = draw(film)
        films.append(BoxedFilm(own, box, content))
        if coded is not None:
            as_coded.append(BoxedFilm(coded, box, content))
    yield from judged(films, groups, "boxes", text("mapa de ativação", "activation map"))
    if as_coded:
        who = text(
            "Grad-CAM guiado, como no código do artigo", "guided Grad-CAM, as the paper's code"
        )
        yield from judged(as_coded, groups, "guided", who)
    every = np.sum([one.box for one in films], axis=0, dtype=np.float64)
    habit = [replace(one, heat=every - one.box) for one in films]  # of the other films
    who = text(
        "o lugar mais comum das caixas, sem olhar", "where boxes usually lie, without looking"
    )
    yield from judged(habit, groups, "habit", who)
    area = [float(one.box.sum() / one.content.sum()) for one in films]
    name = text(
        "parte da imagem que a caixa ocupa (acaso)", "share of the image in the box (chance)"
    )
    yield NamedFigure("chance.boxes", "saliency", name, _mean(area, groups))


def _drawers(bench: Bench) -> Callable[[GrayArray], tuple[Floats, Floats | None]]:
    """The activation map for an opacity and, where the graph can be opened, the guided one."""
    k, side = bench.labels.index(Finding.LUNG_OPACITY), bench.bundle.manifest.preprocessing.side_px
    if bench.surgery is None:
        return lambda film: (overlays.evidence(_maps(bench, film), k, side), None)
    model, weights = bench.surgery.with_features(bench.bundle.model)
    session = NetworkSession(replace(bench.bundle, model=model), bench.n_threads)

    def draw(film: GrayArray) -> tuple[Floats, Floats]:
        outputs = session.run(bench.prepared([film]))
        logits = outputs["logits"][0].astype(np.float64)
        coded = overlays.guided(outputs["features"][0], weights, logits, k, side)
        return overlays.evidence(outputs["maps"][0], k, side), coded

    return draw


def _lungs(bench: Bench) -> Figures:
    """How much of the evidence for the likeliest finding lies inside the lungs, by annotator."""
    masks, spec = find_masks(bench.data), bench.bundle.manifest.preprocessing
    paths = [case.path for case in bench.answers.cases]
    for annotator, known in masks.by_annotator.items():
        chosen = bench.sampled(np.flatnonzero([path in known for path in paths]))
        cases, inside, area = [bench.answers.cases[i] for i in chosen], [], []
        for i, case, film in zip(chosen, cases, bench.films(cases), strict=True):
            lungs = overlays.mask_over(masks.read(annotator, case.path, film, bench.read), spec)
            k = int(bench.answers.logits[i].argmax())
            heat = overlays.evidence(_maps(bench, film), k, spec.side_px)
            inside.append(overlays.share_inside(heat, lungs))
            area.append(float(lungs.sum() / overlays.content_over(_shape(film), spec).sum()))
        if not inside:
            continue
        groups = bench.answers.groups[chosen]
        name = text(
            f"parte da evidência dentro dos pulmões (máscara {annotator})",
            f"share of the evidence inside the lungs ({annotator} mask)",
        )
        yield NamedFigure(f"lung_fraction.{annotator}", "saliency", name, _mean(inside, groups))
        name = text(
            f"parte da imagem que os pulmões ocupam (máscara {annotator})",
            f"share of the image in the lungs ({annotator} mask)",
        )
        yield NamedFigure(f"lung_area.{annotator}", "saliency", name, _mean(area, groups))


def _other_weights(bench: Bench) -> Figures:
    """Maps beside those of shuffled weights, which must differ, and of another seed."""
    others: list[tuple[str, Text, Bundle]] = []
    if bench.surgery is not None:
        shuffled = replace(bench.bundle, model=bench.surgery.shuffled(bench.bundle.model))
        who = text("com os pesos embaralhados", "with shuffled weights")
        others.append(("shuffled", who, shuffled))
    if bench.twin is not None:
        others.append(("twin", text("de outra semente", "of another seed"), bench.twin))
    chosen = bench.sampled()[::3]
    for key, who, bundle in others:
        session, spec = NetworkSession(bundle, bench.n_threads), bundle.manifest.preprocessing
        cases, alike = [bench.answers.cases[i] for i in chosen], []
        for i, film in zip(chosen, bench.films(cases), strict=True):
            k = int(bench.answers.logits[i].argmax())
            side = bench.bundle.manifest.preprocessing.side_px
            own = overlays.evidence(_maps(bench, film), k, side)
            images = bench.prepared([film], spec)
            other = overlays.evidence(session.run(images)["maps"][0], k, side)
            alike.append(overlays.likeness(own, other))
        name = joined(
            text("semelhança com outro mapa (SSIM)", "likeness to another map (SSIM)"), who
        )
        figure = _mean(alike, bench.answers.groups[chosen])
        yield NamedFigure(f"ssim.{key}", "saliency", name, figure)


def _maps(bench: Bench, film: GrayArray) -> FloatArray:
    maps: FloatArray = bench.session.run(bench.prepared([film]))["maps"][0]
    return maps


def _shape(film: GrayArray) -> tuple[int, int]:
    rows, columns = film.shape
    return rows, columns


def _mean(values: Sequence[float], groups: Names) -> Figure:
    found = np.array(values)
    return bootstrapped(lambda drawn: _defined_mean(found[drawn]), groups)


def _defined_mean(values: Floats) -> float:
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
