"""Artefacts pasted at random: stickers, letters, collimated or padded margins.

They identify the hospital and not the finding; pasted at random, they identify nothing.
Source: Zech et al., 2018, doi:10.1371/journal.pmed.1002683 (laterality tokens give
the hospital away); DeGrave et al., 2021, doi:10.1038/s42256-021-00338-7.
"""

from functools import cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.batch_random import BatchRandom, per_image

WORDS = ("L", "R", "D", "E", "AP", "PA", "PORTABLE", "SUPINE", "SEMI-ERECT", "LEFT", "->", "07:42")
GLYPH_PX = (24, 72)
MAX_BORDER_SHARE = 0.14


def paste_patches(images: Tensor, n_patches: int, random: BatchRandom) -> Tensor:
    """Paste flat rectangles in the outer quarter, like stickers and black bars."""
    side = images.shape[-1]
    position = (torch.arange(side) + 0.5) / side
    for _ in range(n_patches):
        x, y = _near_a_border(random)
        half_width, half_height = random.uniform(0.015, 0.1), random.uniform(0.01, 0.07)
        in_row = (position[None] - y[:, None]).abs() < half_height[:, None]
        in_column = (position[None] - x[:, None]).abs() < half_width[:, None]
        pasted = in_row[:, :, None] & in_column[:, None, :] & random.chance(0.35)[:, None, None]
        gray = per_image(random.uniform(0, 1), images)
        images = torch.where(pasted[:, None].to(images.device), gray, images)
    return images


def paste_markers(images: Tensor, n_markers: int, random: BatchRandom) -> Tensor:
    """Paste letters of random gray and size near the borders, some of them mirrored."""
    for _ in range(n_markers):
        x, y = _near_a_border(random)
        half_height = random.uniform(0.015, 0.06)
        half_width = half_height * (GLYPH_PX[1] / GLYPH_PX[0])
        mirror = 1.0 - 2.0 * random.chance(0.2).float()
        matrix = torch.zeros(random.n, 2, 3)
        matrix[:, 0, 0], matrix[:, 1, 1] = mirror / half_width, 1 / half_height
        matrix[:, 0, 2] = -mirror * (2 * x - 1) / half_width
        matrix[:, 1, 2] = -(2 * y - 1) / half_height
        glyphs = _glyphs()[random.index(len(WORDS))].to(images.device)
        grid = functional.affine_grid(
            matrix.to(images.device), list(images.shape), align_corners=False
        )
        ink = functional.grid_sample(glyphs, grid, align_corners=False)
        ink = ink * per_image(random.chance(0.5).float() * random.uniform(0.6, 1), images)
        images = images * (1 - ink) + ink * per_image(random.uniform(0, 1).round(), images)
    return images


def paste_borders(images: Tensor, share: float, random: BatchRandom) -> Tensor:
    """Paste flat margins, of another width on each side; black, white or gray."""
    chosen = random.chance(share)
    position = torch.arange(images.shape[-1]) / images.shape[-1]
    widths = [random.uniform(-0.05, MAX_BORDER_SHARE)[:, None] for _ in range(4)]
    rows = (position < widths[0]) | (position >= 1 - widths[1])
    columns = (position < widths[2]) | (position >= 1 - widths[3])
    outside = (rows[:, :, None] | columns[:, None, :]) & chosen[:, None, None]
    gray = per_image(torch.where(random.chance(0.7), 0.0, random.uniform(0, 1)), images)
    return torch.where(outside[:, None].to(images.device), gray, images)


def paste_bars(images: Tensor, share: float, draw: BatchRandom, *, black: bool = False) -> Tensor:
    """Some images squeezed between two flat bars, as a viewer fills a screen of another shape.

    Args:
        images: (N, 1, S, S).
        share: of the images.
        draw: of every choice, the same for what must move alike.
        black: whether all bars are 0.
    """
    chosen, at_the_sides = draw.chance(share), draw.chance(0.7)
    stretch = torch.where(chosen, 1 / draw.uniform(0.5, 0.95), 1.0)
    flat = draw.uniform(0, 1)
    level = torch.where(draw.chance(0.6), flat.round(), flat) * (not black)
    matrix = torch.zeros(draw.n, 2, 3)
    matrix[:, 0, 0] = torch.where(at_the_sides, stretch, 1.0)
    matrix[:, 1, 1] = torch.where(at_the_sides, 1.0, stretch)
    grid = functional.affine_grid(matrix.to(images.device), list(images.shape), align_corners=False)
    outside = (grid.abs() > 1).any(dim=-1)[:, None]
    inside = functional.grid_sample(images, grid, align_corners=False)
    bars = torch.where(outside, per_image(level, images), inside)
    return torch.where(per_image(chosen, images), bars, images)


def _near_a_border(random: BatchRandom) -> tuple[Tensor, Tensor]:
    """(N,) x and y in [0, 1], one of them in the outer fifth."""
    depth, along = random.uniform(0.0, 0.22), random.uniform(0.0, 1.0)
    across = torch.where(random.chance(0.5), depth, 1 - depth)
    at_a_side = random.chance(0.5)
    return torch.where(at_a_side, across, along), torch.where(at_a_side, along, across)


@cache
def _glyphs() -> Tensor:
    """(W, 1, h, w) float in [0, 1]: each word in Pillow's own typeface."""
    drawn = []
    for word in WORDS:
        picture = Image.new("L", GLYPH_PX[::-1])
        size = min(22.0, 100.0 / len(word))
        font = ImageFont.load_default(size)
        middle = (GLYPH_PX[1] / 2, GLYPH_PX[0] / 2)
        ImageDraw.Draw(picture).text(middle, word, fill=255, font=font, anchor="mm")
        drawn.append(np.asarray(picture, np.float32) / 255)
    return torch.from_numpy(np.stack(drawn))[:, None]
