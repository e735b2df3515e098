"""Image quality, learned from radiographs degraded by a known amount.

No data set here says which radiograph is technically poor, so the network learns from radiographs
blurred, noisy, under- or overexposed, flattened or compressed with a severity between 0 and 1; its
quality score estimates 1 minus that severity. It rates the image, not the positioning.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.aliases import Names
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.metrics.intervals import bootstrap_estimate
from raiox.lab.metrics.ranking import auc
from raiox.lab.training.augment.batch_random import BatchRandom, per_image
from raiox.lab.training.augment.degradation import jpeg_compress, resample_at
from raiox.vocabulary import IMAGE_KINDS

RADIOGRAPH_OUTPUTS = tuple(
    index for index, kind in enumerate(IMAGE_KINDS) if kind.is_frontal_radiograph
)
"""Outputs of the frontal filter that are frontal radiographs: only those are rated."""

LOW_QUALITY = 0.5
"""At or below it, a radiograph should be distinguished from an undegraded one."""

P_CLEAN = 0.4
"""Share of images that stay undegraded."""

Degradation = Callable[[Tensor, Tensor, BatchRandom], Tensor]
"""Images (N, 1, S, S) in [0, 1] and their severities (N, 1, 1, 1) to worse images."""


def degrade(images: Tensor, random: BatchRandom) -> tuple[Tensor, Tensor]:
    """Images with one degradation each, or none, and their quality (N,) in [0, 1]."""
    severity = torch.where(random.chance(P_CLEAN), 0.0, random.uniform(0.05, 1.0))
    chosen = random.index(len(DEGRADATIONS))
    strength = per_image(severity, images)
    for index, degradation in enumerate(DEGRADATIONS):
        affected = per_image((chosen == index) & (severity > 0), images)
        images = torch.where(affected, degradation(images, strength, random).clamp(0, 1), images)
    return images, 1 - severity.to(images.device)


def quality_loss(scores: Tensor, quality: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error of scores (N,) against the known quality (N,), over the radiographs of a batch."""
    rated = torch.isin(labels, torch.tensor(RADIOGRAPH_OUTPUTS, device=labels.device))
    if not rated.any():
        return scores.sum() * 0.0
    return functional.mse_loss(scores[rated], quality[rated])


def _blurred(images: Tensor, severity: Tensor, _: BatchRandom) -> Tensor:
    """Reduce to 100 to 8 % of the resolution, in eight steps of severity."""
    blurred = images.clone()
    steps = (severity.flatten() * 8).ceil().long()
    for step in steps.unique().tolist():
        here = steps == step
        blurred[here] = resample_at(images[here], 1 - 0.92 * step / 8)
    return blurred


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
    return jpeg_compress(images, 60 - 57 * severity.flatten())


DEGRADATIONS: tuple[Degradation, ...] = (
    _blurred,
    _noisy,
    _underexposed,
    _overexposed,
    _flat,
    _compressed,
)


def quality_metrics(
    rate: Callable[[Tensor], Tensor], images: Tensor, groups: Names, seed: int = 0
) -> Metrics:
    """How well a rating follows known degradations.

    Args:
        rate: images in [0, 1] to their ratings (N,).
        images: (N, 1, S, S) in [0, 1], preprocessed upright radiographs.
        groups: (N,) group of each.
        seed: of the degradations.
    """
    degraded, quality = degrade(
        images, BatchRandom(len(images), torch.Generator().manual_seed(seed))
    )
    with torch.inference_mode():
        rated = torch.cat([rate(batch) for batch in degraded.split(32)]).double().numpy()
    true = quality.double().numpy()
    clear_cut = np.flatnonzero((true <= LOW_QUALITY) | (true == 1))
    separation = bootstrap_estimate(
        lambda drawn: auc(rated[clear_cut[drawn]], true[clear_cut[drawn]] == 1), groups[clear_cut]
    )
    correlation = bootstrap_estimate(
        lambda drawn: float(np.corrcoef(rated[drawn], true[drawn])[0, 1]), groups
    )
    for key, estimate in (("separation", separation), ("correlation", correlation)):
        yield ReportedMetric(f"quality.{key}", "overall", named(f"quality.{key}"), estimate)
