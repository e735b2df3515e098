"""Where a label may be read: inside the lungs or, where a radiologist framed it, inside the box.

Margins, letters and shoulders tell the hospital; evidence that lies there costs. Films that
nobody has drawn on may be read everywhere, so the penalty reaches them only through the features
they share with the others. Source: Ross et al., 2017, arXiv:1703.03717; Viviano et al., 2021,
arXiv:1910.00199, where it did not always help at other hospitals: measure before believing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.progress import track
from torch import Tensor
from torch.nn import functional

from raiox.lab.aliases import Mask
from raiox.lab.datasets.lung_masks import HALF_GRAY, drawn_masks, find_masks
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.probes.saliency import find_boxes
from raiox.lab.metrics.saliency import box_over, mask_over
from raiox.preprocessing import Preprocessing, fit_to_square
from raiox.vocabulary import Finding

Region = npt.NDArray[np.uint8]
"""(1, SIDE, SIDE), 255 where the label may be read."""

SIDE = 64
"""Finer than any map, and small: thousands of them stay in memory."""

EVERYWHERE: Region = np.full((1, SIDE, SIDE), 255, np.uint8)

LEAST_EVIDENCE = 1e-2
"""Of a place, in logits: below it a map speaks for nothing, and there is nothing to move."""


def read_regions(
    cases: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> dict[Path, Region]:
    """The regions of those cases that have one.

    Masks of a network, and those drawn without the heart, leave consolidated lung out: they serve
    only films without a finding.

    Args:
        cases: upright films.
        spec: how they are fitted to the network's square.
        data: the folder that holds `chest/`.
    """
    drawn = dict(_drawn(cases, spec.model_copy(update={"side_px": SIDE}), data))
    return {path: mask[np.newaxis].astype(np.uint8) * 255 for path, mask in drawn.items()}


def _drawn(
    cases: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> Iterator[tuple[Path, Mask]]:
    boxes, masks = find_boxes(data), find_masks(data).by_annotator
    by_hand = masks.get("hand", {})
    without_heart = masks.get("unet", {}) | masks.get("hand_noheart", {})
    for case in track(cases, "Reading regions", transient=True):
        clear = case.label == Finding.NO_FINDING
        file = by_hand.get(case.path) or (without_heart.get(case.path) if clear else None)
        if case.path in boxes:
            with Image.open(case.path) as film:
                yield case.path, box_over(boxes[case.path], (film.height, film.width), spec)
        elif file is not None:
            with Image.open(file) as mask:
                yield case.path, mask_over(np.asarray(mask.convert("L")) > HALF_GRAY, spec)


def read_mask_regions(
    samples: Sequence[Sample], spec: Preprocessing, data: Path | None
) -> dict[Path, Region]:
    """The mask drawn for each sample, (1, S / 2, S / 2) uint8, 255 in the lungs, fitted as its image."""
    drawn = drawn_masks(data)
    half = spec.model_copy(update={"side_px": spec.side_px // 2, "tone": "as_stored"})
    regions = {}
    for sample in samples:
        with Image.open(drawn[sample.path][0]) as mask:
            regions[sample.path] = fit_to_square(np.asarray(mask.convert("L")), half)[np.newaxis]
    return regions


def region_loss(maps: Tensor, labels: Tensor, regions: Tensor) -> Tensor:
    """How little of the evidence for the right labels lies in their regions: 0 where all does.

    Args:
        maps: (N, K, h, w) in logits.
        labels: (N,) the right outputs.
        regions: (N, 1, R, R) in [0, 1].
    """
    own = maps.gather(1, labels.view(-1, 1, 1, 1).expand(-1, 1, *maps.shape[2:]))
    evidence = functional.relu(own - maps.mean(dim=1, keepdim=True)) + LEAST_EVIDENCE
    inside = evidence * functional.adaptive_avg_pool2d(regions, maps.shape[2:])
    shares = inside.sum(dim=(1, 2, 3)) / evidence.sum(dim=(1, 2, 3))
    return -shares.clamp(min=LEAST_EVIDENCE).log().mean()
