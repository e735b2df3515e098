"""How well masks of the lungs overlap with those drawn by hand, on the pixels of what the network sees.

Source: Dice, 1945, doi:10.2307/1932409.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from raiox.entities import FloatArray
from raiox.inference.lungs import LungSegmenter
from raiox.inference.margins import crop, find_content
from raiox.lab.aliases import Floats, Mask, Progress, Reader
from raiox.lab.datasets.lung_masks import HALF_GRAY, drawn_masks
from raiox.lab.datasets.manifest import Sample
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


def dice_estimates(samples: Sequence[Sample], values: Floats) -> Iterator[tuple[str, Estimate]]:
    """Mean Dice of each data set and anatomy, and how many images stay below `ACCEPTABLE`."""
    names = np.array([f"{s.label}, {s.dataset}" for s in samples])
    groups = np.array([s.group_id for s in samples])
    for name in np.unique(names):
        own, its = values[names == name], groups[names == name]
        yield f"Dice, {name}", _mean(own, its)
        yield f"Dice below {ACCEPTABLE}, {name}", _mean((own < ACCEPTABLE).astype(float), its)


def _mean(values: Floats, groups: np.ndarray) -> Estimate:
    return bootstrap_estimate(lambda drawn: float(values[drawn].mean()), groups)
