"""Whole batches made different, on the device where the network trains.

One affine resampling does rotation, zoom, aspect, shift and flip; tone, lower
resolution, border patches and the paper's top occlusion follow. Against
shortcuts: what tells the source of an image (exposure, sharpness, markers at the
border) is what varies here. Source: the paper, section 4.2.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from raiox.training.recipe import Augmentation


def augment(images: Tensor, spec: Augmentation, generator: torch.Generator) -> Tensor:
    """(N, 1, S, S) float in [0, 1] to the same shape and range; the same generator, the same result."""
    draw = _Draw(len(images), generator)
    images = _resample(images, spec, draw)
    images = _change_tone(images, spec, draw)
    images = _lower_resolution(images, spec, draw)
    images = _paste_patches(images, spec, draw)
    return _occlude_top(images, spec, draw)


class _Draw:
    """One random number for each image of the batch."""

    def __init__(self, n: int, generator: torch.Generator) -> None:
        self.n, self.generator = n, generator

    def uniform(self, low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(self.n, generator=self.generator)

    def log_uniform(self, bounds: tuple[float, float]) -> Tensor:
        return self.uniform(math.log(bounds[0]), math.log(bounds[1])).exp()

    def chance(self, share: float) -> Tensor:
        return torch.rand(self.n, generator=self.generator) < share


def _resample(images: Tensor, spec: Augmentation, draw: _Draw) -> Tensor:
    angle = draw.uniform(-spec.rotation_deg, spec.rotation_deg) * (math.pi / 180)
    zoom, aspect = draw.log_uniform(spec.zoom), draw.log_uniform(spec.aspect).sqrt()
    mirror = 1.0 - 2.0 * draw.chance(0.5 if spec.flip else 0.0).float()
    matrix = torch.zeros(draw.n, 2, 3)
    matrix[:, 0, 0] = angle.cos() * mirror / (zoom * aspect)
    matrix[:, 0, 1] = -angle.sin() / (zoom / aspect)
    matrix[:, 1, 0] = angle.sin() * mirror / (zoom * aspect)
    matrix[:, 1, 1] = angle.cos() / (zoom / aspect)
    for axis in (0, 1):
        matrix[:, axis, 2] = draw.uniform(-2 * spec.shift, 2 * spec.shift)
    grid = functional.affine_grid(matrix.to(images.device), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def _change_tone(images: Tensor, spec: Augmentation, draw: _Draw) -> Tensor:
    gamma = _per_image(draw.log_uniform(spec.gamma), images)
    contrast = _per_image(draw.uniform(*spec.contrast), images)
    brightness = _per_image(draw.uniform(-spec.brightness, spec.brightness), images)
    toned = images.clamp(1e-4, 1) ** gamma
    return ((toned - 0.5) * contrast + 0.5 + brightness).clamp(0, 1)


def _lower_resolution(images: Tensor, spec: Augmentation, draw: _Draw) -> Tensor:
    chosen = draw.chance(spec.blur)
    factor = float(draw.uniform(0.35, 0.9)[0])
    if not chosen.any():
        return images
    side = images.shape[-1]
    small = functional.interpolate(
        images[chosen], size=max(16, int(side * factor)), mode="bilinear", antialias=True
    )
    blurred = functional.interpolate(small, size=side, mode="bilinear")
    return images.index_put((chosen.to(images.device),), blurred)


def _paste_patches(images: Tensor, spec: Augmentation, draw: _Draw) -> Tensor:
    """Flat rectangles in the outer quarter: letters, arrows and stickers live there."""
    side = images.shape[-1]
    place = (torch.arange(side) + 0.5) / side
    for _ in range(spec.patches):
        depth, along = draw.uniform(0.0, 0.22), draw.uniform(0.0, 1.0)
        across = torch.where(draw.chance(0.5), depth, 1 - depth)
        at_a_side = draw.chance(0.5)
        x, y = torch.where(at_a_side, across, along), torch.where(at_a_side, along, across)
        half_width, half_height = draw.uniform(0.015, 0.1), draw.uniform(0.01, 0.07)
        in_row = (place[None] - y[:, None]).abs() < half_height[:, None]
        in_column = (place[None] - x[:, None]).abs() < half_width[:, None]
        pasted = in_row[:, :, None] & in_column[:, None, :] & draw.chance(0.35)[:, None, None]
        gray = _per_image(draw.uniform(0, 1), images)
        images = torch.where(pasted[:, None].to(images.device), gray, images)
    return images


def _occlude_top(images: Tensor, spec: Augmentation, draw: _Draw) -> Tensor:
    """The paper's occlusion: the top sixth to quarter turns black."""
    chosen, share = draw.chance(spec.top_occlusion), draw.uniform(1 / 6, 1 / 4)
    rows = torch.arange(images.shape[-2]) / images.shape[-2]
    hidden = chosen[:, None] & (rows[None] < share[:, None])
    return images.masked_fill(hidden[:, None, :, None].to(images.device), 0.0)


def _per_image(values: Tensor, images: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1).to(images.device)
