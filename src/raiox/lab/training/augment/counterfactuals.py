"""Counterfactual radiographs: without lungs, or with the surroundings of another image.

A network may know a data set by the shoulders, the letters and the frame of its images. In a
counterfactual image these say nothing of the label: one whose lungs are hidden is evidence for no
output, and lungs keep their label in whatever surroundings. Masks are those of the lungs network. Every
fill and every edge varies, so that none of them is learned; the fill of `inference/lung_occlusion.py`,
which measures, is not among them.
Source: Chang et al., 2021, arXiv:2106.01127 (foreground and background interventions); DeGrave et al., 2021,
doi:10.1038/s42256-021-00338-7 (why).
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.batch_random import BatchRandom, per_image
from raiox.lab.training.image_synthesis import Counterfactuals

LUNG = 0.5
"""Probability from which a cell is lung."""
COARSE_CELLS = 8
"""Along a side of the grid from which a smooth fill is interpolated."""
MAX_STRETCH = 1.6
"""How far surroundings are enlarged or reduced so that their lungs lie where the own ones do."""


class Altered(NamedTuple):
    """A batch with counterfactual images."""

    images: Tensor
    """(N, 1, S, S) in [0, 1]."""
    regions: Tensor
    """(N, 1, R, R), moved as the images."""
    lungs: Tensor
    """(N, 1, L, L), likewise."""
    hidden: Tensor
    """(N,) whether the lungs are hidden: the label no longer applies."""
    exchanged: Tensor
    """(N,) whether the surroundings are others'."""


def alter(
    images: Tensor,
    labels: Tensor,
    regions: Tensor,
    lungs: Tensor,
    spec: Counterfactuals,
    generator: torch.Generator,
) -> Altered:
    """Some images of a batch altered; those without visible lungs stay.

    Args:
        images: (N, 1, S, S) float in [0, 1].
        labels: (N,) index of the output.
        regions: (N, 1, R, R).
        lungs: (N, 1, L, L) probability of lung over the images, in [0, 1].
        spec: how many of them.
        generator: of every draw.
    """
    random = BatchRandom(len(images), generator)
    with_lungs = (lungs >= LUNG).any(dim=(1, 2, 3)).cpu()
    hidden = random.chance(spec.hidden_lungs) & with_lungs
    exchanged = random.chance(spec.exchanged_surroundings) & with_lungs & ~hidden
    cropped = random.chance(spec.lung_crops) & with_lungs
    altered = images
    if exchanged.any():
        others = exchange_surroundings(images, labels, lungs, random)
        altered = torch.where(per_image(exchanged, images), others, altered)
    if hidden.any():
        without = hide_lungs(images, lungs, random)
        altered = torch.where(per_image(hidden, images), without, altered)
    if cropped.any():
        box = _crop_box(lungs, random)
        altered, regions, lungs = (
            torch.where(per_image(cropped, whole), _resampled(whole, box), whole)
            for whole in (altered, regions, lungs)
        )
    return Altered(altered, regions, lungs, hidden.to(labels.device), exchanged.to(labels.device))


def hide_lungs(images: Tensor, lungs: Tensor, random: BatchRandom) -> Tensor:
    """Images (N, 1, S, S) whose lungs (N, 1, L, L) are filled: smoothly, evenly or with noise."""
    cover = _cover(lungs, images, random.uniform(0.08, 0.3), random.log_uniform((0.02, 0.3)))
    smooth, even = inpaint(images, cover), per_image(random.uniform(0.05, 0.9), images)
    fill = torch.where(per_image(random.chance(0.7), images), smooth, even)
    return images * (1 - cover) + (fill + _noise(images, random)).clamp(0, 1) * cover


def exchange_surroundings(
    images: Tensor, labels: Tensor, lungs: Tensor, random: BatchRandom
) -> Tensor:
    """Images (N, 1, S, S) whose lungs lie in the surroundings of an image with another label.

    The other image is moved so that its lungs, filled, lie behind the own ones. Half of the images keep the
    whole box around their lungs; a quarter get blurred or even surroundings instead.
    """
    partners = _of_another_label(labels, random).to(images.device)
    cover = _cover(lungs, images, random.uniform(0.08, 0.3), random.log_uniform((0.05, 0.4)))
    behind = inpaint(images, _cover(lungs, images, 0.1, 0.1))
    behind = images * (1 - cover) + behind * cover
    own, theirs = lung_boxes(lungs), lung_boxes(lungs[partners])
    others = _resampled(behind[partners], _box_that_moves(theirs, own))
    blurred = functional.interpolate(
        functional.adaptive_avg_pool2d(images, COARSE_CELLS), size=images.shape[-1], mode="bilinear"
    )
    even = per_image(random.uniform(0, 0.9), images)
    plain = torch.where(per_image(random.chance(0.5), images), blurred, even)
    plain = (plain + _noise(images, random)).clamp(0, 1)
    others = torch.where(per_image(random.chance(0.25), images), plain, others)
    boxed = _soft_box(own, images.shape[-1], random)
    kept = torch.where(per_image(random.chance(0.5), images), boxed, cover)
    return images * kept + others * (1 - kept)


def inpaint(images: Tensor, cover: Tensor) -> Tensor:
    """(N, 1, S, S) what is covered, interpolated from means of what is not, over a coarse grid."""
    seen = 1 - cover
    mean = (images * seen).mean(dim=(2, 3), keepdim=True) / seen.mean(
        dim=(2, 3), keepdim=True
    ).clamp(min=1e-3)
    gray, weight = (functional.adaptive_avg_pool2d(x, COARSE_CELLS) for x in (images * seen, seen))
    coarse = (gray + 0.02 * mean) / (weight + 0.02)
    return functional.interpolate(coarse, size=images.shape[-1], mode="bilinear")


def lung_boxes(lungs: Tensor) -> Tensor:
    """(N, 4) left, top, right, bottom of the lungs (N, 1, L, L), from -1 to 1; all of it without lungs."""
    inside = (lungs >= LUNG)[:, 0]
    edges = []
    for axis in (1, 2):  # over rows: columns are left
        line = inside.any(dim=axis).float()
        n = line.shape[1]
        first, behind = line.argmax(dim=1), n - line.flip(1).argmax(dim=1)
        edges += [first * 2 / n - 1, behind * 2 / n - 1]
    left, right, top, bottom = edges
    return torch.stack([left, top, right, bottom], dim=1)


def _cover(
    lungs: Tensor, images: Tensor, level: Tensor | float, softness: Tensor | float
) -> Tensor:
    """(N, 1, S, S) 1 over the lungs and what is near, 0 far from them.

    Args:
        lungs: (N, 1, L, L).
        images: they lie over.
        level: (N,) of the blurred mask where the edge lies; a low one reaches further.
        softness: (N,) width of the edge, in the same unit.
    """
    spread = functional.avg_pool2d(lungs, 7, stride=1, padding=3)
    fine = functional.interpolate(spread, size=images.shape[-1], mode="bilinear")
    level, softness = (
        per_image(x, images) if isinstance(x, Tensor) else x for x in (level, softness)
    )
    return ((fine - level) / softness + 0.5).clamp(0, 1)


def _noise(images: Tensor, random: BatchRandom) -> Tensor:
    """(N, 1, S, S) fine and coarse noise, each in half of the images."""
    noise = torch.zeros_like(images)
    for cells, largest in ((images.shape[-1], 0.04), (2 * COARSE_CELLS, 0.1)):
        strength = random.chance(0.5).float() * random.uniform(0, largest)
        drawn = torch.randn(len(images), 1, cells, cells, generator=random.generator).to(images)
        drawn = functional.interpolate(drawn, size=images.shape[-1], mode="bilinear")
        noise = noise + drawn * per_image(strength, images)
    return noise


def _of_another_label(labels: Tensor, random: BatchRandom) -> Tensor:
    """(N,) for each image the index of one with another label, or of any where there is none."""
    scores = torch.rand(random.n, random.n, generator=random.generator)
    same = (labels[:, None] == labels[None]).cpu()
    return (scores - same.float()).argmax(dim=1)


def _crop_box(lungs: Tensor, random: BatchRandom) -> Tensor:
    """(N, 4) a square around the lungs with a random margin."""
    left, top, right, bottom = lung_boxes(lungs).unbind(1)
    half = torch.maximum(right - left, bottom - top) / 2
    half = half * (1 + random.uniform(0.02, 0.35).to(lungs.device))
    shifts = [random.uniform(-0.1, 0.1).to(lungs.device) * half for _ in range(2)]
    x, y = (left + right) / 2 + shifts[0], (top + bottom) / 2 + shifts[1]
    return torch.stack([x - half, y - half, x + half, y + half], dim=1)


def _box_that_moves(theirs: Tensor, own: Tensor) -> Tensor:
    """(N, 4) what of another image to show, so that its lungs come to lie where the own ones do."""
    stretch = ((theirs[:, 2:] - theirs[:, :2]) / (own[:, 2:] - own[:, :2]).clamp(min=1e-3)).clamp(
        1 / MAX_STRETCH, MAX_STRETCH
    )
    middle = (theirs[:, :2] + theirs[:, 2:]) / 2 - (own[:, :2] + own[:, 2:]) / 2 * stretch
    return torch.cat([middle - stretch, middle + stretch], dim=1)


def _resampled(images: Tensor, boxes: Tensor) -> Tensor:
    """What lies in the boxes (N, 4), enlarged to (N, 1, S, S); black outside."""
    matrix = torch.zeros(len(images), 2, 3, device=images.device)
    for axis in range(2):
        low, high = boxes[:, axis], boxes[:, axis + 2]
        matrix[:, axis, axis], matrix[:, axis, 2] = (high - low) / 2, (high + low) / 2
    grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def _soft_box(boxes: Tensor, side: int, random: BatchRandom) -> Tensor:
    """(N, 1, side, side) 1 inside the boxes, falling to 0 over a random width."""
    position = (torch.arange(side, device=boxes.device) + 0.5) * 2 / side - 1
    margin, width = (
        x.to(boxes.device)[:, None] for x in (random.uniform(0, 0.08), random.uniform(0.02, 0.15))
    )
    inside = [
        (
            torch.minimum(position[None] - boxes[:, [axis]], boxes[:, [axis + 2]] - position[None])
            + margin
        )
        / width
        + 1
        for axis in range(2)
    ]
    across, down = (x.clamp(0, 1) for x in inside)
    return (across[:, None, :] * down[:, :, None])[:, None]
