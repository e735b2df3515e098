import numpy as np
import pytest
from PIL import Image

from raiox.inference.burnt_in import fill_burnt_in
from raiox.phantom import draw_phantom


@pytest.fixture(scope="module")
def dark():
    """A radiograph whose brightest gray is 200."""
    return (draw_phantom(1).astype(np.uint16) * 200 // 255).astype(np.uint8)


def test_a_white_box_is_filled_in_from_around_it(dark):
    marked = dark.copy()
    marked[20:70, 480:530] = 255

    filled = fill_burnt_in(marked)

    assert np.abs(filled.astype(int) - dark).max() <= 60
    assert np.abs(filled.astype(int) - dark).mean() < 0.5


def test_edges_that_were_blurred_are_taken_along(dark):
    marked = dark.copy()
    marked[20:70, 480:530] = 255
    size = (marked.shape[1] * 3 // 4, marked.shape[0] * 3 // 4)
    small = np.asarray(Image.fromarray(marked).resize(size, Image.Resampling.BICUBIC))

    assert fill_burnt_in(small).max() <= 205


def test_a_radiograph_without_anything_burnt_in_stays_as_it_is(dark):
    plain = draw_phantom(2)

    assert fill_burnt_in(plain) is plain
    assert fill_burnt_in(dark) is dark


def test_what_covers_more_than_a_mark_does_belongs_to_the_picture(dark):
    half = dark.copy()
    half[:100] = 255

    assert fill_burnt_in(half) is half


def test_a_single_hot_pixel_is_no_mark(dark):
    hot = dark.copy()
    hot[10, 10] = 255

    assert fill_burnt_in(hot) is hot


@pytest.mark.parametrize("gray", [0, 255])
def test_an_even_picture_stays_as_it_is(gray):
    even = np.full((80, 80), gray, np.uint8)

    assert fill_burnt_in(even) is even
