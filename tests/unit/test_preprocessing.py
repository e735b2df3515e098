"""What a network sees of an image."""

import numpy as np
import pytest

from raiox.preprocessing import Preprocessing, content_box, fit_to_square, network_input

LETTERBOX = Preprocessing(side_px=64, fit="letterbox")
STRETCH = Preprocessing(side_px=64, fit="stretch")


def film(height: int, width: int) -> np.ndarray:
    return np.full((height, width), 200, np.uint8)


def test_letterbox_keeps_the_aspect_ratio_and_pads_with_black() -> None:
    square = fit_to_square(film(100, 200), LETTERBOX)

    assert square.shape == (64, 64)
    assert (square[16:48] == 200).all()
    assert (square[:16] == 0).all()
    assert (square[48:] == 0).all()


def test_stretch_fills_the_square() -> None:
    square = fit_to_square(film(100, 200), STRETCH)

    assert (square == 200).all()


@pytest.mark.parametrize("size", [(100, 200), (333, 77), (64, 64), (1, 500), (2001, 2000)])
def test_the_content_box_is_where_the_image_lies(size: tuple[int, int]) -> None:
    square = fit_to_square(film(*size), LETTERBOX)

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


def test_the_same_pixels_give_the_same_input() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (301, 207), dtype=np.uint8)

    first, second = (network_input(pixels.copy(), LETTERBOX) for _ in range(2))

    assert first.tobytes() == second.tobytes()
