"""What a detector sees behind a chest, shown as a radiograph and marked as drawn."""

import io
from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from raiox.entities import GrayArray
from raiox.phantom.anatomy import Anatomy, Opacity
from raiox.phantom.projection import HEIGHT_PX, Grid, ball, blurred, coordinates
from raiox.vocabulary import PHANTOM_SOFTWARE

LETTERS: Final = "PHANTOM"
PHOTONS: Final = 60_000  # per pixel, before the patient
UNSHARP, UNSHARP_RADIUS_PX = 1.2, 24.0  # the detail that a console brings out
GAMMA: Final = 0.9
SCATTER: Final = 0.12  # of the mean signal, in spite of the grid

RIGHT_LOWER_LOBE: Final = Opacity(x_mm=-78, y_mm=262, radius_mm=46, density=0.85)

EXAMPLES: Final[dict[str, tuple[int, Opacity | None, int]]] = {
    "phantom_clear": (1, None, 0),
    "phantom_opacity": (3, RIGHT_LOWER_LOBE, 0),
    "phantom_rotated": (1, None, 1),
}
"""By name: seed, opacity, and by how many quarters it is rotated clockwise."""


@cache
def example_png(name: str) -> bytes:
    """One of `EXAMPLES` as a file; drawing takes a second or two, so it happens once."""
    seed, opacity, n_quarters = EXAMPLES[name]
    return phantom_png(np.rot90(draw_phantom(seed, opacity), -n_quarters))


def draw_phantom(seed: int = 0, opacity: Opacity | None = None) -> GrayArray:
    """Draw an upright frontal radiograph.

    Args:
        seed: of anatomy and noise.
        opacity: what lies in the lungs besides vessels.

    Returns: (H, W) uint8, bright where dense.
    """
    rng = np.random.default_rng(seed)
    x, y = coordinates()
    anatomy = Anatomy.vary(rng)
    attenuation = anatomy.attenuation(x, y, opacity, rng)
    return _labelled(_exposed(attenuation, rng))


def phantom_png(pixels: GrayArray) -> bytes:
    """The file of a drawn radiograph, which says that it is drawn."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Software", PHANTOM_SOFTWARE)
    texts.add_text("Description", "Drawn by a program; shows no person.")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", pnginfo=texts)
    return file.getvalue()


def _exposed(attenuation: Grid, rng: np.random.Generator) -> GrayArray:
    """What a detector counts behind the patient, shown as a radiograph."""
    signal = np.exp(-attenuation)
    signal += SCATTER * signal.mean()
    counted = rng.poisson(PHOTONS * signal).astype(np.float64)
    counts = blurred(counted + 1, ball(1.1))
    density = -np.log(counts / PHOTONS)
    density += UNSHARP * (density - blurred(density, ball(UNSHARP_RADIUS_PX)))
    low, high = np.percentile(density[HEIGHT_PX // 8 :, :], [0.5, 99.5])
    shade = np.clip((density - low) / (high - low), 0, 1)
    pixels: GrayArray = np.round(255 * shade**GAMMA).astype(np.uint8)
    return pixels


def _labelled(pixels: GrayArray) -> GrayArray:
    """With the letters that say what it is, below the left arm."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    draw.text((14, HEIGHT_PX - 30), LETTERS, fill=235, font=ImageFont.load_default(16))
    return np.asarray(image)
