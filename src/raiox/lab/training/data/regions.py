"""Where a label's evidence may lie: inside the lungs, or inside a radiologist's box.

Nobody has annotated every radiograph: evidence may lie anywhere in the others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track

from raiox.inference.margins import Box, crop, find_content
from raiox.lab.aliases import Mask
from raiox.lab.datasets.lung_masks import HALF_GRAY, drawn_masks, find_masks
from raiox.lab.datasets.manifest import Sample
from raiox.lab.datasets.opacity_boxes import find_boxes
from raiox.lab.metrics.saliency import box_over, mask_over
from raiox.lab.training.data.pixel_cache import read_gray
from raiox.preprocessing import Preprocessing, fit_to_square
from raiox.vocabulary import Finding

Region = npt.NDArray[np.uint8]
"""(1, SIDE, SIDE), 255 where evidence may lie."""

SIDE = 64
"""Finer than any activation map, and small: thousands of regions stay in memory."""

EVERYWHERE: Region = np.full((1, SIDE, SIDE), 255, np.uint8)


def read_regions(
    samples: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> dict[Path, Region]:
    """The regions of the samples that have one; a box wins over a mask.

    Masks of a network, and those drawn without the heart, leave consolidated lung out: they serve only
    images without a finding.

    Args:
        samples: upright radiographs.
        spec: how they are fitted to the network's square.
        data: the folder that holds `chest/`.
    """
    masks = dict(_masks(samples, spec.model_copy(update={"side_px": SIDE}), data))
    return {path: mask[np.newaxis].astype(np.uint8) * 255 for path, mask in masks.items()}


def _masks(
    samples: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> Iterator[tuple[Path, Mask]]:
    boxes, masks = find_boxes(data), find_masks(data).by_annotator
    by_hand = masks.get("hand", {})
    without_heart = masks.get("unet", {}) | masks.get("hand_noheart", {})
    for sample in track(samples, "Reading regions", transient=True):
        clear = sample.label == Finding.NO_FINDING
        file = by_hand.get(sample.path) or (without_heart.get(sample.path) if clear else None)
        if sample.path in boxes:
            x, y, width, height = boxes[sample.path]
            content = _content(sample.path)
            box = (x - content.left, y - content.top, width, height)
            shape = (content.bottom - content.top, content.right - content.left)
            yield sample.path, box_over(box, shape, spec)
        elif file is not None:
            mask = crop(read_gray(file), _content(sample.path))
            yield sample.path, mask_over(mask > HALF_GRAY, spec)


def read_mask_regions(
    samples: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> dict[Path, Region]:
    """The mask drawn for each sample, fitted as its image; (1, S / 2, S / 2) uint8, 255 in the lungs."""
    drawn = drawn_masks(data)
    half = spec.model_copy(update={"side_px": spec.side_px // 2, "tone": "as_stored"})
    regions = {}
    for sample in samples:
        mask = crop(read_gray(drawn[sample.path][0]), _content(sample.path))
        regions[sample.path] = fit_to_square(mask, half)[np.newaxis]
    return regions


def _content(path: Path) -> Box:
    """What the networks see of an image; so much of its mask or box is looked at."""
    return find_content(read_gray(path))
