"""Photographs of a radiograph on a light box or a monitor, drawn from drawn radiographs."""

import numpy as np
import pytest
from drawings import LIMITS, picture
from drawn_radiographs import radiograph
from PIL import Image, ImageFilter

from raiox.intake import Intake
from raiox.intake.decode import decode
from raiox.intake.photograph import find_photographed
from raiox.settings import IntakeSettings
from raiox.vocabulary import PHOTOGRAPH

TINTS = {
    "warm": (1.0, 0.93, 0.8),
    "cold": (0.82, 0.93, 1.0),
    "green": (0.85, 1.0, 0.9),
    "none": (1.0, 1.0, 1.0),
}


def photograph(seed: int, tint: tuple[float, float, float], degrees: float = 5.0) -> Image.Image:
    """A lit sheet in a dark room: slanted, brighter in its middle, tinted, noisy, a little soft."""
    random = np.random.default_rng(seed)
    width, height = random.integers(500, 900, 2)
    sheet = radiograph(seed, 256).resize(
        (int(width * random.uniform(0.55, 0.85)), int(height * random.uniform(0.55, 0.85)))
    )
    room = Image.new("L", (int(width), int(height)), int(random.integers(12, 35)))
    left, top = (width - sheet.width) // 2, (height - sheet.height) // 2
    room.paste(sheet, (int(left), int(top)))
    room = room.rotate(random.uniform(-degrees, degrees) / 2, Image.Resampling.BICUBIC,
                       fillcolor=int(random.integers(12, 35)))  # fmt: skip
    shear = np.tan(np.radians(random.uniform(-degrees, degrees) / 2))
    room = room.transform(
        room.size, Image.Transform.PERSPECTIVE,
        (1, shear, -shear * height / 2, 0, 1, 0, 0, shear / height / 4), Image.Resampling.BICUBIC,
    )  # fmt: skip
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = np.asarray(room.filter(ImageFilter.GaussianBlur(1)), float) * (1 - 0.15 * (x**2 + y**2))
    noisy = light[..., None] * tint + random.normal(0, 3, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("tint", TINTS.values(), ids=TINTS)
def test_a_photograph_is_noted_and_cropped_to_the_radiograph(tint):
    found = 0
    for seed in range(10):
        image = photograph(seed, tint)
        image = image if tint != TINTS["none"] else image.convert("L")
        decoded = decode("jpeg", picture(image, "jpeg", quality=88), LIMITS)
        found += PHOTOGRAPH in decoded.notes
        if PHOTOGRAPH in decoded.notes:
            assert 0.2 < decoded.pixels.size / (image.width * image.height) < 0.85

    assert found >= 9


def test_an_export_is_none_whatever_its_margin_or_tint():
    random = np.random.default_rng(3)
    for seed in range(10):
        gray = np.asarray(radiograph(seed, 300))
        tinted = (gray[..., None] * np.array(TINTS["cold"])).astype(np.uint8)
        noisy = np.clip(tinted + random.normal(0, 3, tinted.shape), 0, 255).astype(np.uint8)
        margin = np.pad(tinted, ((40, 40), (60, 60), (0, 0)), constant_values=15)
        plain = np.stack([np.pad(gray, 40, constant_values=12)] * 3, axis=2)
        for pixels in (tinted, noisy, margin, plain):
            image = Image.fromarray(pixels)
            assert find_photographed(image) is None
            as_jpeg = decode("jpeg", picture(image, "jpeg", quality=80), LIMITS)
            assert PHOTOGRAPH not in as_jpeg.notes


@pytest.mark.parametrize("roundness", [2, 4, 8])
def test_a_smooth_hill_on_black_is_none(roundness: int):
    y, x = np.abs(np.mgrid[-1:1:400j, -1:1:400j])
    distance = (x**roundness + y**roundness) ** (1 / roundness)
    for flat in np.linspace(0.3, 0.6, 7):
        for slope in (0.6, 1.0, 1.3, 2.0):
            hill = np.clip(250 - np.maximum(0, distance - flat) * 200 * slope, 3, 255)
            assert find_photographed(Image.fromarray(hill.astype(np.uint8))) is None


def test_a_confined_process_reads_photographs_and_exports():
    sheet = Image.fromarray(np.stack([np.asarray(radiograph(1, 300))] * 3, axis=2))
    with Intake(IntakeSettings(decoder_wall_s=30.0)) as intake:
        read = [
            intake.load(picture(image, "png")) for image in (photograph(1, TINTS["warm"]), sheet)
        ]

    assert [PHOTOGRAPH in one.notes for one in read] == [True, False]
