import numpy as np
import pytest

from raiox.inference.margins import Box, crop, find_content, uncrop

RANDOM = np.random.default_rng(5)


def content(height=90, width=70):
    """(height, width) uint8 without an even line."""
    return RANDOM.integers(40, 200, (height, width)).astype(np.uint8)


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize(
    "margins", [((0, 0), (30, 30)), ((20, 25), (0, 0)), ((9, 8), (7, 6)), ((0, 40), (0, 0))]
)
def test_finds_what_margins_of_one_shade_surround(margins, shade):
    pixels = content()
    page = np.pad(pixels, margins, constant_values=shade)

    np.testing.assert_array_equal(crop(page, find_content(page)), pixels)


def test_finds_what_lies_in_one_frame_inside_another():
    pixels = content()
    page = np.pad(np.pad(pixels, 10, constant_values=0), 12, constant_values=255)

    np.testing.assert_array_equal(crop(page, find_content(page)), pixels)


def test_looks_through_the_noise_that_jpeg_leaves_in_a_margin():
    page = np.pad(content(), ((0, 0), (40, 40)), constant_values=20).astype(np.int16)
    page[:, :40] += RANDOM.integers(-3, 4, (90, 40))

    assert find_content(page.astype(np.uint8)) == Box(40, 0, 110, 90)


@pytest.mark.parametrize(
    "pixels",
    [content(), np.zeros((80, 90), np.uint8), np.pad(content(10, 10), 60)],
    ids=["no margin", "nothing but margin", "too small to be a radiograph on a page"],
)
def test_keeps_the_whole_picture_where_nothing_is_surrounded(pixels):
    assert find_content(pixels) == (0, 0, pixels.shape[1], pixels.shape[0])


def test_lays_maps_over_the_whole_where_the_content_lies():
    maps = np.full((3, 40, 20), 0.7, np.float32)

    laid = uncrop(maps, Box(100, 0, 200, 200), (200, 400))

    assert laid.shape == (3, 20, 40)
    np.testing.assert_allclose(laid[:, :, 10:20], 0.7, atol=1e-6)
    assert not laid[:, :, :10].any()
    assert not laid[:, :, 20:].any()


def test_maps_of_a_picture_without_margins_stay_as_they_are():
    maps = RANDOM.random((3, 40, 31)).astype(np.float32)

    assert uncrop(maps, Box(0, 0, 310, 400), (400, 310)) is maps
