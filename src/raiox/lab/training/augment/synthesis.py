"""Images that show nothing, drawn in the batch: the frontal filter must refuse every one.

No data set holds enough of what is not a picture at all: blanks, noise, gradients, gratings, clouds
and textures, at any scale and any exposure. They are drawn while training, never twice the same,
beside pictures that hold two radiographs instead of one.
Source: Hendrycks et al., 2019, arXiv:1812.04606 (outlier exposure).
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.batch_random import BatchRandom, per_image
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.tasks import TASKS
from raiox.vocabulary import IMAGE_KINDS, ImageKind

N_BLOBS = 6
N_WAVES = 3

RADIOGRAPHS = tuple(
    str(kind) for kind in IMAGE_KINDS if kind.is_frontal_radiograph or kind is ImageKind.LATERAL
)
"""Kinds of which two in one picture are `multiple_radiographs`."""


def synthesise(
    images: Tensor, labels: Tensor, recipe: Recipe, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Some images of a batch replaced by textures, some radiographs set beside others.

    Args:
        images: (N, 1, S, S) float in [0, 1].
        labels: (N,) outputs of the recipe's task.
        recipe: the shares.
        generator: of every draw.

    Returns: images and labels of the same shapes.
    """
    spec, outputs = recipe.synthesis, TASKS[recipe.task].outputs
    if not (spec.textures or spec.pairs):
        return images, labels
    draw = BatchRandom(len(images), generator)
    drawn, paired = draw.chance(spec.textures), draw.chance(spec.pairs)
    radiographs = torch.tensor([outputs[label] in RADIOGRAPHS for label in labels.tolist()])
    images, labels = images.clone(), labels.clone()
    if radiographs.sum() > 1 and (paired & radiographs).any():
        pairs = draw_pairs(images[radiographs], paired[radiographs], generator)
        images[paired & radiographs] = pairs
        labels[paired & radiographs] = outputs.index(ImageKind.MULTIPLE)
    if drawn.any():
        images[drawn] = draw_textures(int(drawn.sum()), images.shape[-1], generator).to(images)
        labels[drawn] = outputs.index(ImageKind.TEXTURE)
    return images, labels


def draw_textures(n: int, side_px: int, generator: torch.Generator) -> Tensor:
    """(n, 1, S, S) float in [0, 1], each of a pattern, a range of tones and a fault of its own."""
    draw = BatchRandom(n, generator)
    chosen = draw.index(len(PATTERNS))
    images = torch.zeros(n, 1, side_px, side_px)
    for index, pattern in enumerate(PATTERNS):
        here = chosen == index
        if here.any():
            images[here] = _stretched(pattern(BatchRandom(int(here.sum()), generator), side_px))
    return _exposed(images, draw)


def draw_pairs(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """The chosen (N,) of radiographs (N, 1, S, S), each beside or above another one of them.

    Half of the pictures keep the aspect of what they show, with flat bars around.
    """
    partners = images[torch.randint(len(images), (int(chosen.sum()),), generator=generator)]
    images = images[chosen]
    draw = BatchRandom(len(images), generator)
    across, narrow, level = draw.chance(0.5), draw.chance(0.5), draw.uniform(0, 1).round()
    share, gap = draw.uniform(0.38, 0.62), draw.uniform(0, 0.06)
    pairs = []
    for i in range(len(images)):
        both = (images[i], partners[i]) if across[i] else (images[i].mT, partners[i].mT)
        pair = _side_by_side(*both, float(share[i]), float(gap[i]), float(level[i]))
        pair = _letterboxed(pair, float(level[i])) if narrow[i] else pair
        pairs.append(pair if across[i] else pair.mT)
    return torch.stack(pairs)


def _side_by_side(left: Tensor, right: Tensor, share: float, gap: float, level: float) -> Tensor:
    """Two images (1, S, S) in the width of one, `share` of it the left one's."""
    side = left.shape[-1]
    n_gap = round(gap * side)
    n_left = round(share * (side - n_gap))
    both = torch.full_like(left, level)
    both[:, :, :n_left] = _resized(left, side, n_left)
    both[:, :, n_left + n_gap :] = _resized(right, side, side - n_gap - n_left)
    return both


def _letterboxed(image: Tensor, level: float) -> Tensor:
    """Half as high, flat above and below."""
    side = image.shape[-1]
    boxed, top = torch.full_like(image, level), side // 4
    boxed[:, top : top + side // 2] = _resized(image, side // 2, side)
    return boxed


def _resized(image: Tensor, height: int, width: int) -> Tensor:
    size = (height, width)
    return functional.interpolate(image[None], size=size, mode="bilinear", antialias=True)[0]


def _stretched(images: Tensor) -> Tensor:
    """Each from its darkest to its brightest; a constant one stays."""
    low, high = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    return (images - low) / (high - low).clamp(min=1e-6)


def _exposed(images: Tensor, draw: BatchRandom) -> Tensor:
    """Any part of the tones, often the darkest; some with noise, some with a frame of their own."""
    gamma = per_image(draw.log_uniform((0.3, 3.0)), images)
    span = per_image(torch.where(draw.chance(0.4), draw.log_uniform((0.004, 0.3)),
                                 draw.uniform(0.3, 1.0)), images)  # fmt: skip
    floor = per_image(torch.where(draw.chance(0.4), 0.0, draw.uniform(0, 1)), images)
    spread = per_image(draw.log_uniform((1e-4, 0.15)), images)
    noise = torch.randn(images.shape, generator=draw.generator) * spread
    return (images**gamma * span + floor * (1 - span) + noise).clamp(0, 1)


def _constant(draw: BatchRandom, side: int) -> Tensor:
    return torch.zeros(draw.n, 1, side, side)


def _white_noise(draw: BatchRandom, side: int) -> Tensor:
    return torch.randn(draw.n, 1, side, side, generator=draw.generator)


def _coarse_noise(draw: BatchRandom, side: int) -> Tensor:
    """Noise of one correlation length, from two pixels to a third of the side; smooth or in blocks."""
    return torch.stack([
        _enlarged(int(cells), side, draw, "bilinear" if smooth else "nearest")
        for cells, smooth in zip(draw.log_uniform((3, side / 2)), draw.chance(0.7), strict=True)
    ])  # fmt: skip


def _coloured_noise(draw: BatchRandom, side: int) -> Tensor:
    """Power falling with a power of the frequency: from snow to clouds, perhaps along one axis."""
    frequency = torch.fft.fftfreq(side)
    stretch = draw.log_uniform((0.2, 5.0))[:, None, None]
    radius = ((frequency[:, None] * stretch) ** 2 + frequency[None] ** 2).sqrt().clamp(min=1 / side)
    steepness = draw.uniform(0.3, 3.0)[:, None, None]
    spectrum = torch.fft.fft2(torch.randn(draw.n, side, side, generator=draw.generator))
    return torch.fft.ifft2(spectrum / radius**steepness).real[:, None]


def _octaves(draw: BatchRandom, side: int) -> Tensor:
    """Noise summed over octaves, plain or folded into ridges. Source: Perlin, 1985."""
    images = []
    for start, falls, folded in zip(
        draw.index(6) + 2, draw.uniform(0.35, 0.8), draw.chance(0.4), strict=True
    ):
        layers, cells, weight = torch.zeros(1, side, side), int(start), 1.0
        while cells < side:
            layer = _enlarged(cells, side, draw, "bicubic")
            layers, cells, weight = layers + weight * layer, cells * 2, weight * float(falls)
        images.append(layers.abs() if folded else layers)
    return torch.stack(images)


def _gradient(draw: BatchRandom, side: int) -> Tensor:
    """Light falling along a line or from a point."""
    y, x = _grid(side)
    angle, round_ = draw.uniform(0, 2 * math.pi), draw.chance(0.5)
    along = angle.cos()[:, None, None] * x + angle.sin()[:, None, None] * y
    cx, cy = (draw.uniform(-1, 1)[:, None, None] for _ in range(2))
    from_point = -((x - cx) ** 2 + (y - cy) ** 2).sqrt()
    return torch.where(round_[:, None, None], from_point, along)[:, None]


def _gratings(draw: BatchRandom, side: int) -> Tensor:
    """A few waves; some cut to stripes and chequers."""
    y, x = _grid(side)
    image = torch.zeros(draw.n, side, side)
    for _ in range(N_WAVES):
        angle, phase = draw.uniform(0, math.pi), draw.uniform(0, 2 * math.pi)
        waves, weight = draw.log_uniform((1, side / 5)), draw.chance(0.6).float()
        along = angle.cos()[:, None, None] * x + angle.sin()[:, None, None] * y
        wave = (math.pi * waves[:, None, None] * along + phase[:, None, None]).sin()
        image = image + weight[:, None, None] * wave
    cut = draw.chance(0.3)[:, None, None]
    return torch.where(cut, image.sign(), image)[:, None]


def _blobs(draw: BatchRandom, side: int) -> Tensor:
    """A few soft or hard discs and ellipses, dark on light as often as light on dark."""
    y, x = _grid(side)
    image = torch.zeros(draw.n, side, side)
    for _ in range(N_BLOBS):
        cx, cy = (draw.uniform(-1, 1)[:, None, None] for _ in range(2))
        rx, ry = (draw.log_uniform((0.04, 1.0))[:, None, None] for _ in range(2))
        distance = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2
        hard = draw.chance(0.4)[:, None, None]
        blob = torch.where(hard, (distance < 1).float(), (-distance).exp())
        image = image + draw.uniform(-1, 1)[:, None, None] * blob
    return image[:, None]


def _lines(draw: BatchRandom, side: int) -> Tensor:
    """Scratches and streaks over a cloudy ground."""
    image, (y, x) = _coloured_noise(draw, side) * 0.0, _grid(side)
    for _ in range(N_BLOBS):
        angle, offset = draw.uniform(0, math.pi), draw.uniform(-1, 1)
        width = draw.log_uniform((0.005, 0.15))[:, None, None]
        across = angle.cos()[:, None, None] * x + angle.sin()[:, None, None] * y
        line = (-(((across - offset[:, None, None]) / width) ** 2)).exp()
        image = image + (draw.uniform(-1, 1)[:, None, None] * line)[:, None]
    ground = _stretched(_coloured_noise(draw, side))
    return _stretched(image) + per_image(draw.uniform(0, 2), image) * ground


def _cells(draw: BatchRandom, side: int) -> Tensor:
    """Cells around random points, as in foam, tissue and cracked paint. Source: Worley, 1996."""
    y, x = _grid(side)
    images = []
    for n_points, borders in zip(draw.log_uniform((6, 120)), draw.chance(0.5), strict=True):
        points = torch.rand(int(n_points), 2, generator=draw.generator) * 2.2 - 1.1
        distances = (
            (x[None] - points[:, :1, None]) ** 2 + (y[None] - points[:, 1:, None]) ** 2
        ).sqrt()
        nearest = distances.topk(2, dim=0, largest=False).values
        images.append((nearest[1] - nearest[0] if borders else nearest[0])[None])
    return torch.stack(images)


def _enlarged(cells: int, side: int, draw: BatchRandom, mode: str) -> Tensor:
    """(1, S, S) of random cells."""
    small = torch.randn(1, 1, max(2, cells), max(2, cells), generator=draw.generator)
    return functional.interpolate(small, size=side, mode=mode)[0]


def _grid(side: int) -> tuple[Tensor, Tensor]:
    """Row and column of each pixel, from -1 to 1."""
    line = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return y, x


Pattern = Callable[[BatchRandom, int], Tensor]

PATTERNS: tuple[Pattern, ...] = (
    _constant, _white_noise, _coarse_noise, _coloured_noise, _octaves, _gradient, _gratings, _blobs,
    _lines, _cells,
)  # fmt: skip
"""(n, 1, S, S) of any range; each is stretched and exposed afterwards."""
