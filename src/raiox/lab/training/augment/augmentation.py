"""Augmentation of whole batches, on the device where the network trains.

One affine resampling does rotation, zoom, aspect, crop, shift and flip; intensity, image quality and
artefacts follow. What identifies the hospital of an image (exposure, sharpness, compression, markers
at the border) is what varies here, against shortcut learning.
Source: the paper, section 4.2, and its authors' code.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.artefacts import (
    paste_bars,
    paste_borders,
    paste_markers,
    paste_patches,
)
from raiox.lab.training.augment.batch_random import BatchRandom, per_image
from raiox.lab.training.augment.degradation import compress, lower_resolution, posterise
from raiox.lab.training.recipe import Augmentation


def augment(
    images: Tensor,
    spec: Augmentation,
    generator: torch.Generator,
    zoomed: Tensor | None = None,
) -> Tensor:
    """A random variant of each image; the same generator state gives the same variants.

    Args:
        images: (N, 1, S, S) float in [0, 1]; the result is too.
        spec: how much they may change.
        generator: of all random values.
        zoomed: (N,) whether `zoom` applies to each; default: to all.
    """
    random = BatchRandom(len(images), generator)
    clean, originals = random.chance(spec.p_clean), images
    images = _resample(images, spec, random, zoomed)
    images = paste_bars(images, spec.bars, random) if spec.bars else images
    images = _change_intensity(images, spec, random)
    images = posterise(images, spec.posterise, random) if spec.posterise else images
    images = lower_resolution(images, spec.blur, random)
    images = compress(images, spec.jpeg, random)
    images = paste_patches(images, spec.patches, random)
    images = paste_markers(images, spec.markers, random)
    images = paste_borders(images, spec.borders, random)
    images = _occlude_top(images, spec, random)
    return torch.where(per_image(clean, images), originals, images)


def augment_regions(
    regions: Tensor,
    spec: Augmentation,
    generator: torch.Generator,
    zoomed: Tensor | None = None,
) -> Tensor:
    """Regions (N, 1, R, R) moved as `augment` moves their images; seed the generator as there."""
    random = BatchRandom(len(regions), generator)
    clean = per_image(random.chance(spec.p_clean), regions)
    moved = _resample(regions, spec, random, zoomed)
    moved = paste_bars(moved, spec.bars, random, black=True) if spec.bars else moved
    return torch.where(clean, regions, moved)


def _resample(
    images: Tensor, spec: Augmentation, random: BatchRandom, zoomed: Tensor | None
) -> Tensor:
    angle = random.uniform(-spec.rotation_deg, spec.rotation_deg) * (math.pi / 180)
    zoom, aspect = random.log_uniform(spec.zoom), random.log_uniform(spec.aspect).sqrt()
    if zoomed is not None:
        zoom = torch.where(zoomed.cpu(), zoom, 1.0)
    mirror = 1.0 - 2.0 * random.chance(0.5 if spec.flip else 0.0).float()
    area, shape = random.uniform(*spec.crop_area), random.log_uniform(spec.crop_aspect)
    width, height = (area * shape).sqrt().clamp(max=1), (area / shape).sqrt().clamp(max=1)
    matrix = torch.zeros(random.n, 2, 3)
    matrix[:, 0, 0] = angle.cos() * mirror * width / (zoom * aspect)
    matrix[:, 0, 1] = -angle.sin() * height / (zoom / aspect)
    matrix[:, 1, 0] = angle.sin() * mirror * width / (zoom * aspect)
    matrix[:, 1, 1] = angle.cos() * height / (zoom / aspect)
    for axis, kept in enumerate((width, height)):
        matrix[:, axis, 2] = random.uniform(-2 * spec.shift, 2 * spec.shift)
        matrix[:, axis, 2] += random.uniform(-1, 1) * (1 - kept)
    grid = functional.affine_grid(matrix.to(images.device), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def _change_intensity(images: Tensor, spec: Augmentation, random: BatchRandom) -> Tensor:
    gamma = per_image(random.log_uniform(spec.gamma), images)
    contrast = per_image(random.uniform(*spec.contrast), images)
    brightness = per_image(random.uniform(-spec.brightness, spec.brightness), images)
    gain = per_image(random.uniform(*spec.gain), images)
    with_gamma = images.clamp(1e-4, 1) ** gamma
    return (((with_gamma - 0.5) * contrast + 0.5 + brightness) * gain).clamp(0, 1)


def _occlude_top(images: Tensor, spec: Augmentation, random: BatchRandom) -> Tensor:
    """The paper's occlusion: the top sixth to quarter becomes black."""
    chosen, share = random.chance(spec.top_occlusion), random.uniform(1 / 6, 1 / 4)
    rows = torch.arange(images.shape[-2]) / images.shape[-2]
    hidden = chosen[:, None] & (rows[None] < share[:, None])
    return images.masked_fill(hidden[:, None, :, None].to(images.device), 0.0)
