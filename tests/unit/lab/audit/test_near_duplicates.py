"""Copies are found whatever was done to them; other radiographs are not copies."""

from functools import cache

import numpy as np
import pytest
from drawn_radiographs import as_jpeg, cut
from drawn_radiographs import radiograph as draw_radiograph
from PIL import ImageOps

from raiox.lab.audit.fingerprints import thumbnail_of
from raiox.lab.audit.hog import describe, mirrored
from raiox.lab.audit.near_duplicates import MAX_CANDIDATES, Copy, near_identical

radiograph = cache(draw_radiograph)
N_RADIOGRAPHS = 6
MADE = {
    "smaller": lambda image: image.resize((120, 120)),
    "stretched": lambda image: image.resize((300, 224)),
    "encoded again": lambda image: as_jpeg(image, 25),
    "cut all round": lambda image: cut(image, 0.03, 0.03, 0.03, 0.03),
    "cut at a corner": lambda image: cut(image, 0.03, 0.03, 0, 0),
    "brighter": lambda image: image.point(lambda v: round(255 * (v / 255) ** 0.6)),
    "darker": lambda image: image.point(lambda v: round(255 * (v / 255) ** 1.6)),
    "negative": ImageOps.invert,
    "mirrored": ImageOps.mirror,
    "mirrored, cut and encoded": lambda image: as_jpeg(
        ImageOps.mirror(cut(image, 0.03, 0.02, 0, 0.03)), 40
    ),
}


def copies(first: list, second: list) -> list[Copy]:
    thumbnails = np.stack([thumbnail_of(np.asarray(image)) for image in (*first, *second)])
    return near_identical(thumbnails, ["train"] * len(first) + ["test"] * len(second))


@pytest.mark.parametrize("change", MADE)
def test_finds_a_copy_that_was(change):
    iter_pixels = [radiograph(seed) for seed in range(N_RADIOGRAPHS)]

    found = copies(iter_pixels, [MADE[change](image) for image in iter_pixels])

    assert {(c.first, c.second) for c in found} == {
        (i, i + N_RADIOGRAPHS) for i in range(N_RADIOGRAPHS)
    }
    assert {c.mirrored for c in found} == {"mirrored" in change}


def test_a_single_pair_is_enough_to_be_found():
    found = copies([radiograph(0)], [as_jpeg(radiograph(0), 50)])

    assert [(c.first, c.second) for c in found] == [(0, 1)]
    assert 0 <= found[0].distance < 0.05


def test_other_radiographs_of_like_chests_are_no_copies():
    iter_pixels = [radiograph(seed) for seed in range(30)]

    assert copies(iter_pixels[:15], iter_pixels[15:]) == []


def test_blank_images_are_no_copies_of_anything():
    blank = radiograph(0).point(lambda _: 90)

    assert copies([blank, radiograph(1)], [blank, radiograph(2)]) == []


def test_images_of_one_split_are_not_compared():
    assert copies([radiograph(0), as_jpeg(radiograph(0), 50)], [radiograph(1)]) == []


def test_a_radiograph_with_many_copies_is_reported_in_a_bounded_number_of_pairs():
    n = MAX_CANDIDATES + 2  # copies on each side: more than may be reported of each
    others = [radiograph(seed) for seed in range(1, 9)]
    many = [as_jpeg(radiograph(0), quality) for quality in range(20, 20 + 2 * n)]

    found = copies(many[:n] + others[:4], many[n:] + others[4:])

    assert len(found) <= n * MAX_CANDIDATES
    assert {c.first for c in found} == set(range(n))


def test_no_image_gives_no_copy():
    assert near_identical(np.zeros((0, 64, 64), np.uint8), []) == []


def test_a_mirrored_descriptor_is_that_of_the_mirrored_picture():
    thumbnail = thumbnail_of(np.asarray(radiograph(3)))

    expected = describe(thumbnail[np.newaxis, :, ::-1])

    np.testing.assert_allclose(mirrored(describe(thumbnail[np.newaxis])), expected, atol=1e-5)


def test_a_negative_has_the_descriptor_of_its_positive():
    thumbnail = thumbnail_of(np.asarray(radiograph(3)))[np.newaxis]

    np.testing.assert_allclose(describe(255 - thumbnail), describe(thumbnail), atol=1e-5)
