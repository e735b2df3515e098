"""Perturbations keep the size of an image and change only what they should."""

import numpy as np
import pytest
from probe_contexts import draw_pixels

from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, OVERLAYS, lung_box

IMAGE = draw_pixels(1, 3, side=96)
EVERY = {**OVERLAYS, **OCCLUSIONS}


@pytest.mark.parametrize("key", EVERY)
def test_a_perturbed_image_is_another_image_of_the_same_size(key: str) -> None:
    before = IMAGE.copy()

    perturbed = EVERY[key](IMAGE)

    assert (perturbed.shape, perturbed.dtype) == (IMAGE.shape, np.uint8)
    assert (before == IMAGE).all()
    assert (perturbed != IMAGE).any()
    assert (perturbed == EVERY[key](IMAGE)).all()


def test_the_box_and_the_rest_add_up_to_the_image() -> None:
    out, only = (OCCLUSIONS[key](IMAGE) for key in ("lungs_out.box", "lungs_only.box"))

    assert (out + only == IMAGE).all()
    assert 0.4 < lung_box(IMAGE.shape).mean() < 0.7


@pytest.mark.parametrize("key", ["marker", "marker_left", "arrow", "text"])
def test_an_overlay_covers_little_of_the_image(key: str) -> None:
    assert 0 < (OVERLAYS[key](IMAGE) != IMAGE).mean() < 0.05


def test_an_image_mirrored_twice_is_the_image() -> None:
    flip = OVERLAYS["flipped"]

    assert (flip(flip(IMAGE)) == IMAGE).all()
