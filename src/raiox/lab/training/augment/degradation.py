"""Loss of grays and of resolution, and JPEG compression, computed on batches."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.batch_random import BatchRandom, per_image

POSTERISED_GRAYS = (12.0, 96.0)
POSTERISED_GAMMA = (0.5, 2.0)
POSTERISED_NOISE = 0.015
"""Of full scale, the largest standard deviation."""

FINER = 2
"""Times the resolution of the batch, at which grays are lost."""

BLOCK = 8
STANDARD = 50
"""Quality at which the table holds as printed."""
LUMINANCE = torch.tensor(
    [[16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55],
     [14, 13, 16, 24, 40, 57, 69, 56], [14, 17, 22, 29, 51, 87, 80, 62],
     [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
     [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99]],
    dtype=torch.float32,
)  # fmt: skip
"""Quantisation of luminance at quality 50. Source: ITU-T T.81, table K.1."""


def posterise(images: Tensor, share: float, random: BatchRandom) -> Tensor:
    """Leave some images 12 to 96 grays; (N, 1, S, S) in [0, 1] in and out.

    As an exposure does that uses a part of the 8 bits: the grays are even under some other tone curve, and
    are lost at a finer resolution, where noise still carries some of what lies between them.
    """
    chosen, n_grays = random.chance(share), random.log_uniform(POSTERISED_GRAYS)
    curve, noise = random.log_uniform(POSTERISED_GAMMA), random.uniform(0, POSTERISED_NOISE)
    if not chosen.any():
        return images
    n_grays, curve, noise = (per_image(one[chosen], images) for one in (n_grays, curve, noise))
    side = images.shape[-1]
    fine = functional.interpolate(images[chosen], size=FINER * side, mode="bilinear")
    dither = torch.randn(fine.shape, generator=random.generator).to(fine.device)
    fine = (fine + noise * dither).clamp(1e-4, 1) ** curve
    few = ((fine * n_grays).round() / n_grays).clamp(1e-4, 1) ** (1 / curve)
    return images.index_put((chosen.to(images.device),), functional.avg_pool2d(few, FINER))


def lower_resolution(images: Tensor, share: float, random: BatchRandom) -> Tensor:
    """Show some images at 35-90 % of their resolution; (N, 1, S, S) in and out."""
    chosen, factor = random.chance(share), float(random.uniform(0.35, 0.9)[0])
    if not chosen.any():
        return images
    return images.index_put((chosen.to(images.device),), resample_at(images[chosen], factor))


def compress(images: Tensor, share: float, random: BatchRandom) -> Tensor:
    """Compress some images at JPEG qualities 25-90; (N, 1, S, S) in and out."""
    chosen, quality = random.chance(share), random.uniform(25, 90)
    if not chosen.any():
        return images
    compressed = jpeg_compress(images[chosen], quality[chosen])
    return images.index_put((chosen.to(images.device),), compressed)


def resample_at(images: Tensor, factor: float) -> Tensor:
    """Images reduced to a share of their resolution and enlarged again."""
    side = images.shape[-1]
    small = functional.interpolate(
        images, size=max(8, int(side * factor)), mode="bilinear", antialias=True
    )
    return functional.interpolate(small, size=side, mode="bilinear")


def jpeg_compress(images: Tensor, quality: Tensor) -> Tensor:
    """Images after JPEG compression at qualities (N,); unchanged if 8 does not divide their side.

    Blocks, cosine transform and quantisation are JPEG's; the entropy coding loses nothing.
    """
    side = images.shape[-1]
    if side % BLOCK:
        return images
    table = _table(quality.cpu()).to(images.device)
    basis, n = _cosines().to(images.device), side // BLOCK
    blocks = images.reshape(-1, n, BLOCK, n, BLOCK).transpose(2, 3) * 255 - 128
    steps = table[:, None, None]
    coded = (basis @ blocks @ basis.T / steps).round() * steps
    decoded = ((basis.T @ coded @ basis + 128) / 255).clamp(0, 1)
    return decoded.transpose(2, 3).reshape(-1, 1, side, side)


def _table(quality: Tensor) -> Tensor:
    """(N,) quality to (N, 8, 8) steps, as libjpeg scales them."""
    scale = torch.where(quality < STANDARD, 5000 / quality, 200 - 2 * quality) / 100
    return (LUMINANCE * scale[:, None, None]).round().clamp(1, 255)


def _cosines() -> Tensor:
    """(8, 8) orthonormal cosine transform."""
    k = torch.arange(BLOCK, dtype=torch.float32)
    basis = torch.cos(math.pi * (2 * k[None] + 1) * k[:, None] / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    basis[0] /= math.sqrt(2)
    return basis
