import numpy as np
import pytest
from PIL import Image, ImageFilter

from raiox.inference.blank import LOW_CONTRAST, reject_blank
from raiox.vocabulary import BLANK_IMAGE

SIDES = [(64, 64), (300, 260), (1500, 1200)]
RANDOM = np.random.default_rng(7)


def chest(height, width, *, darkest=20, brightest=230):
    """(height, width) uint8: two dark lungs in a bright body, with ribs."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    shades = 0.8 - 0.2 * y**2
    for side in (-0.45, 0.45):
        shades[((x - side) / 0.33) ** 2 + (y / 0.7) ** 2 < 1] -= 0.55
    shades += 0.06 * np.sin(18 * y + 6 * x**2)
    shades = np.clip(shades, 0, 1)
    return (darkest + (brightest - darkest) * shades).astype(np.uint8)


def spot(height, width):
    pixels = np.zeros((height, width), np.uint8)
    pixels[height // 2, width // 2] = 255
    return pixels


def slope(height, width):
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (127 + 60 * x + 60 * y).astype(np.uint8)


def vignette(height, width):
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (240 - 100 * (x**2 + y**2)).astype(np.uint8)


BLANKS = {
    "black": lambda h, w: np.zeros((h, w), np.uint8),
    "white": lambda h, w: np.full((h, w), 255, np.uint8),
    "gray": lambda h, w: np.full((h, w), 117, np.uint8),
    "one hot pixel": spot,
    "nearly black noise": lambda h, w: RANDOM.integers(0, 6, (h, w)).astype(np.uint8),
    "uniform noise": lambda h, w: RANDOM.integers(0, 256, (h, w)).astype(np.uint8),
    "normal noise": lambda h, w: np.clip(RANDOM.normal(120, 40, (h, w)), 0, 255).astype(np.uint8),
    "slope": slope,
    "vignette": vignette,
    "a corner on white": lambda h, w: np.pad(
        np.zeros((h // 8, w // 8), np.uint8), ((0, h - h // 8), (0, w - w // 8)),
        constant_values=255),
}  # fmt: skip


@pytest.mark.parametrize("size", SIDES)
@pytest.mark.parametrize("drawn", BLANKS.values(), ids=BLANKS)
def test_refuses_what_shows_nothing(drawn, size):
    rejection = reject_blank(drawn(*size))

    assert rejection is not None
    assert rejection.code == BLANK_IMAGE
    assert 0 <= rejection.facts["contrast"] <= 255


@pytest.mark.parametrize("size", SIDES)
@pytest.mark.parametrize(
    "shades", [(0, 255), (20, 230), (0, 52), (200, 252), (100, 152)], ids=lambda s: f"{s[0]}-{s[1]}"
)
def test_lets_a_chest_pass_however_it_was_exposed(shades, size):
    darkest, brightest = shades

    assert reject_blank(chest(*size, darkest=darkest, brightest=brightest)) is None


@pytest.mark.parametrize("shades", [(0, 30), (225, 255)], ids=["darkened", "lightened"])
def test_a_chest_of_too_few_shades_is_refused_as_such(shades):
    darkest, brightest = shades

    rejection = reject_blank(chest(300, 260, darkest=darkest, brightest=brightest))

    assert rejection is not None
    assert rejection.code == LOW_CONTRAST
    assert rejection.facts["contrast"] < 31


def test_lets_a_chest_pass_that_fills_a_third_of_a_white_page():
    page = np.full((600, 900), 255, np.uint8)
    page[:, 300:600] = chest(600, 300)

    assert reject_blank(page) is None


def test_lets_a_noisy_and_a_soft_chest_pass():
    image = Image.fromarray(chest(400, 380))
    noisy = np.clip(np.asarray(image) + RANDOM.normal(0, 25, (400, 380)), 0, 255).astype(np.uint8)

    assert reject_blank(noisy) is None
    assert reject_blank(np.asarray(image.filter(ImageFilter.GaussianBlur(12)))) is None
