"""How good a film is as a picture: learned from films made worse by a known amount.

No data set here says which film is technically poor, so the network learns from films blurred,
noised, over- or underexposed, flattened or compressed by a severity between 0 and 1; its
quality score is 1 minus the severity it sees. It rates the picture, not the positioning.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.aliases import Names
from raiox.lab.evaluation.report import CardMetrics
from raiox.lab.metrics.intervals import bootstrap_estimate
from raiox.lab.metrics.ranking import auc
from raiox.lab.training.augment.batch_random import BatchRandom, per_image
from raiox.lab.training.augment.degradation import compressed, seen_at
from raiox.vocabulary import IMAGE_KINDS

FILMS = tuple(index for index, kind in enumerate(IMAGE_KINDS) if kind.is_frontal_radiograph)
"""Outputs of the frontal filter that are films: nothing else has a film's quality."""

LOW_QUALITY = 0.5
"""Quality of a film that ought to be told from an untouched one."""

P_CLEAN = 0.4
"""Share of images left as they are."""

Degradation = Callable[[Tensor, Tensor, BatchRandom], Tensor]
"""Images (N, 1, S, S) in [0, 1] and their severities (N, 1, 1, 1) to worse images."""


def degrade(images: Tensor, random: BatchRandom) -> tuple[Tensor, Tensor]:
    """Images with one fault each, or none, and their quality (N,) in [0, 1]."""
    severity = torch.where(random.chance(P_CLEAN), 0.0, random.uniform(0.05, 1.0))
    chosen = random.index(len(DEGRADATIONS))
    strength = per_image(severity, images)
    for index, fault in enumerate(DEGRADATIONS):
        affected = per_image((chosen == index) & (severity > 0), images)
        images = torch.where(affected, fault(images, strength, random).clamp(0, 1), images)
    return images, 1 - severity.to(images.device)


def quality_loss(seen: Tensor, quality: Tensor, labels: Tensor) -> Tensor:
    """How far the scores (N,) lie from the known quality (N,), over the films of the batch."""
    films = torch.isin(labels, torch.tensor(FILMS, device=labels.device))
    if not films.any():
        return seen.sum() * 0.0
    return functional.mse_loss(seen[films], quality[films])


def _blurred(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    """As if taken at 100 to 8 % of the resolution; severities in eight steps."""
    worse = images.clone()
    steps = (severity.flatten() * 8).ceil().long()
    for step in steps.unique().tolist():
        here = steps == step
        worse[here] = seen_at(images[here], 1 - 0.92 * step / 8)
    return worse


def _noisy(images: Tensor, severity: Tensor, random: BatchRandom) -> Tensor:
    noise = torch.randn(images.shape, generator=random.generator).to(images)
    return images + 0.25 * severity * noise


def _underexposed(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    return images - 0.75 * severity


def _overexposed(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    return images + 0.75 * severity


def _flat(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    middle = images.mean(dim=(2, 3), keepdim=True)
    return middle + (images - middle) * (1 - 0.93 * severity)


def _compressed(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    return compressed(images, 60 - 57 * severity.flatten())


DEGRADATIONS: tuple[Degradation, ...] = (
    _blurred,
    _noisy,
    _underexposed,
    _overexposed,
    _flat,
    _compressed,
)


def quality_figures(
    rate: Callable[[Tensor], Tensor], images: Tensor, groups: Names, seed: int = 0
) -> CardMetrics:
    """How well a rating tells films made worse by a known amount.

    Args:
        rate: images in [0, 1] to their ratings (N,).
        images: (N, 1, S, S) in [0, 1], prepared upright films as they are.
        groups: (N,) group of each.
        seed: of the faults.
    """
    worse, quality = degrade(images, BatchRandom(len(images), torch.Generator().manual_seed(seed)))
    with torch.inference_mode():
        rated = torch.cat([rate(batch) for batch in worse.split(32)]).double().numpy()
    true = quality.double().numpy()
    either = np.flatnonzero((true <= LOW_QUALITY) | (true == 1))
    told = bootstrap_estimate(
        lambda drawn: auc(rated[either[drawn]], true[either[drawn]] == 1), groups[either]
    )
    followed = bootstrap_estimate(
        lambda drawn: float(np.corrcoef(rated[drawn], true[drawn])[0, 1]), groups
    )
    return {
        "quality score: AUC, untouched vs a fault of half strength and more": told,
        "quality score: correlation with the known quality": followed,
    }
