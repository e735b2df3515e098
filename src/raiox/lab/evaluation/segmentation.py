"""How well masks of the lungs overlap with those drawn by hand, on the pixels of what the network sees.

Source: Dice, 1945, doi:10.2307/1932409.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.lungs import LungSegmenter
from raiox.inference.margins import crop, find_content
from raiox.lab.aliases import Floats, Mask, Progress, Reader
from raiox.lab.datasets.lung_masks import HALF_GRAY, drawn_masks
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Text, named
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate

HALF = 0.5
ACCEPTABLE = 0.9
"""Dice below which a mask is counted as a failure."""


def dice(mask: Mask, drawn: Mask) -> float:
    """Twice the shared area over both areas; 1 where both are empty."""
    both = int(mask.sum()) + int(drawn.sum())
    return 2 * int((mask & drawn).sum()) / both if both else 1.0


def dice_of(
    segmenter: LungSegmenter,
    samples: Sequence[Sample],
    data: Path | None,
    read: Reader,
    progress: Progress = iter,
) -> Floats:
    """(N,) Dice of each sample, for the anatomy that was drawn on it."""
    drawn = drawn_masks(data)
    found = np.zeros(len(samples))
    for i in progress(range(len(samples))):
        mask_file, anatomy = drawn[samples[i].path]
        whole = read(samples[i].path.read_bytes())
        box = find_content(whole.pixels)
        radiograph = replace(whole, pixels=crop(whole.pixels, box))
        mask = crop(read(mask_file.read_bytes()).pixels, box)
        lungs: FloatArray = segmenter.segment(
            [radiograph], anatomy=anatomy, side_cells=max(radiograph.pixels.shape)
        )[0]
        found[i] = dice(lungs >= HALF, mask > HALF_GRAY)
    return found


def dice_metrics(samples: Sequence[Sample], values: Floats) -> Metrics:
    """Mean Dice of each data set and anatomy, and how many images stay below `ACCEPTABLE`."""
    kinds = [(sample.label, sample.dataset) for sample in samples]
    groups = np.array([sample.group_id for sample in samples])
    for label, dataset in sorted(set(kinds)):
        chosen = np.array([kind == (label, dataset) for kind in kinds])
        own, its = values[chosen], groups[chosen]
        for key, each in (("dice", own), ("dice_below", (own < ACCEPTABLE).astype(float))):
            name = dice_name(key, label, dataset)
            yield ReportedMetric(
                f"{key}.{label}.{dataset}", "within_dataset", name, _mean(each, its)
            )


def dice_name(key: str, label: str, dataset: str) -> Text:
    """What one of these metrics is called: `dice`, or `dice_below`."""
    return named(key, anatomy=f"anatomy.{label}", dataset=dataset, least=ACCEPTABLE)


def _mean(values: Floats, groups: np.ndarray) -> Estimate:
    return bootstrap_estimate(lambda drawn: float(values[drawn].mean()), groups)
