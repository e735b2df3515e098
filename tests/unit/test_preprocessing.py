"""What a network sees of an image."""

import numpy as np
import pytest
from PIL import Image

from raiox.preprocessing import (
    REDUCING_GAP,
    Preprocessing,
    content_box,
    fit_to_square,
    levels_table,
    network_input,
)

LETTERBOX = Preprocessing(side_px=64, fit="letterbox")
BILINEAR = Image.Resampling.BILINEAR
STRETCH = Preprocessing(side_px=64, fit="stretch")


def radiograph(height: int, width: int) -> np.ndarray:
    return np.full((height, width), 200, np.uint8)


def test_letterbox_keeps_the_aspect_ratio_and_pads_with_black() -> None:
    square = fit_to_square(radiograph(100, 200), LETTERBOX)

    assert square.shape == (64, 64)
    assert (square[16:48] == 200).all()
    assert (square[:16] == 0).all()
    assert (square[48:] == 0).all()


def test_stretch_fills_the_square() -> None:
    square = fit_to_square(radiograph(100, 200), STRETCH)

    assert (square == 200).all()


@pytest.mark.parametrize("size", [(100, 200), (333, 77), (64, 64), (1, 500), (2001, 2000)])
def test_the_content_box_is_where_the_image_lies(size: tuple[int, int]) -> None:
    square = fit_to_square(radiograph(*size), LETTERBOX)

    left, top, right, bottom = content_box(*size, LETTERBOX)

    rows, columns = np.nonzero(square)
    assert (columns.min(), rows.min()) == (left, top)
    assert (columns.max() + 1, rows.max() + 1) == (right, bottom)


def test_black_becomes_minus_one_and_white_one() -> None:
    pixels = np.zeros((64, 64), np.uint8)
    pixels[:, 32:] = 255

    image = network_input(pixels, LETTERBOX)

    assert image.shape == (1, 64, 64)
    assert image.dtype == np.float32
    assert (image.min(), image.max()) == (-1.0, 1.0)


def test_shrinking_averages_instead_of_picking_pixels() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (512, 256))

    square = fit_to_square(stripes, LETTERBOX)

    assert abs(int(square.mean()) - 127) <= 2
    assert square.std() < 10


@pytest.mark.parametrize("size", [(1024, 1024), (1001, 803), (530, 4000)])
def test_a_large_picture_is_reduced_as_pillow_does_it(size: tuple[int, int]) -> None:
    pixels = smooth(*size)
    left, top, right, bottom = content_box(*size, LETTERBOX)
    wanted = (right - left, bottom - top)
    resized = {
        gap: np.asarray(Image.fromarray(pixels).resize(wanted, BILINEAR, reducing_gap=gap))
        for gap in (REDUCING_GAP, None)
    }

    square = fit_to_square(pixels, LETTERBOX)

    found = square[top:bottom, left:right].astype(int)
    assert np.abs(found - resized[REDUCING_GAP]).max() <= 1
    assert np.abs(found - resized[None]).mean() < 1


def smooth(height: int, width: int) -> np.ndarray:
    """Slopes and waves, no grain."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return (110 + 60 * np.sin(7 * x + 3 * y) + 70 * (x - 0.5) * y).astype(np.uint8)


def test_the_same_pixels_give_the_same_input() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (301, 207), dtype=np.uint8)

    first, second = (network_input(pixels.copy(), LETTERBOX) for _ in range(2))

    assert first.tobytes() == second.tobytes()


def shaded(side: int = 256) -> np.ndarray:
    """A drawn body: dark corners, two darker lungs, a bright middle, some grain."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    body = 60 + 130 * np.exp(-2 * x**2) - 70 * np.exp(-8 * ((abs(x) - 0.5) ** 2 + y**2))
    grain = np.random.default_rng(0).normal(0, 4, body.shape)
    return np.clip(body * (np.hypot(x, y) < 1.3) + grain, 0, 255).astype(np.uint8)


def marked(pixels: np.ndarray) -> np.ndarray:
    marked = pixels.copy()
    marked[4:20, 4:40] = 255
    return marked


TONES = {
    "darkened 4 times": lambda p: p // 4,
    "darkened 8 times": lambda p: p // 8,
    "a constant added": lambda p: (p * 0.8 + 45).astype(np.uint8),
    "gamma 0.5": lambda p: (255 * (p / 255) ** 0.5).astype(np.uint8),
    "gamma 2": lambda p: (255 * (p / 255) ** 2).astype(np.uint8),
    "a marker at full scale": lambda p: marked(p // 3),
}


@pytest.mark.parametrize("change", TONES)
def test_levels_are_the_same_however_an_image_was_exposed(change: str) -> None:
    pixels = shaded()

    changed = TONES[change](pixels)

    inner = np.s_[30:-30, 30:-30]
    difference = leveled(changed).astype(int)[inner] - leveled(pixels)[inner]
    assert np.abs(difference).mean() < 8


def leveled(pixels: np.ndarray) -> np.ndarray:
    return levels_table(pixels)[pixels]


def test_levels_never_fall() -> None:
    table = levels_table(shaded())

    assert (np.diff(table.astype(int)) >= 0).all()
    assert (table[0], table[-1]) == (0, 255)


@pytest.mark.parametrize("pixels", [radiograph(1, 1), radiograph(3, 200), radiograph(500, 400)])
def test_a_constant_image_has_levels_too(pixels: np.ndarray) -> None:
    assert 100 < levels_table(pixels)[200] < 156


def test_a_bundle_without_a_tone_sees_images_as_stored() -> None:
    pixels = shaded(64)

    assert (fit_to_square(pixels, LETTERBOX) == pixels).all()
