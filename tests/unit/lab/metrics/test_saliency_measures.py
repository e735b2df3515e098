"""Maps against boxes and masks, over the network's square."""

import numpy as np
import pytest

from raiox.lab.metrics import saliency as overlays
from raiox.lab.metrics.saliency import box_over, mask_over, ssim
from raiox.preprocessing import Preprocessing, fit_to_square

LETTERBOX = Preprocessing(side_px=64, fit="letterbox")


@pytest.mark.parametrize("fit", ["letterbox", "stretch"])
def test_a_box_lies_where_its_image_shows_it(fit: str) -> None:
    spec = Preprocessing(side_px=64, fit=fit)
    radiograph = np.zeros((60, 120), np.uint8)
    radiograph[15:45, 30:60] = 255

    box = box_over((30, 15, 30, 30), (60, 120), spec)

    shown = fit_to_square(radiograph, spec) > 127
    assert (shown == box).mean() > 0.97
    assert (mask_over(radiograph > 0, spec) == box).mean() > 0.97


def test_evidence_is_against_the_other_outputs() -> None:
    maps = np.zeros((3, 4, 4), np.float32)
    maps[:, 1, 1] = 5  # speaks for all alike
    maps[2, 3, 3] = 6

    heat = overlays.evidence(maps, 2, 64)

    assert heat[24, 24] == pytest.approx(0, abs=0.5)
    assert np.unravel_index(heat.argmax(), heat.shape) > (48, 48)


def test_a_map_that_is_the_box_wins_every_game() -> None:
    box = box_over((10, 10, 20, 30), (64, 64), LETTERBOX)
    heat = box.astype(float)

    assert overlays.pointing_game(heat, box)
    assert overlays.iou_equal_area(heat, box) == 1.0
    assert overlays.area_precision(heat, box) == 1.0
    assert overlays.fraction_inside(heat, box) == 1.0


def test_a_map_beside_the_box_loses() -> None:
    box = box_over((10, 10, 20, 30), (64, 64), LETTERBOX)
    heat = (~box).astype(float)

    assert not overlays.pointing_game(heat, box)
    assert overlays.iou_equal_area(heat, box) == 0.0
    assert overlays.fraction_inside(heat, box) == 0.0


def test_a_map_without_evidence_has_no_share() -> None:
    assert np.isnan(overlays.fraction_inside(-np.ones((64, 64)), np.ones((64, 64), bool)))


def test_a_map_is_like_itself_at_any_scale_and_unlike_noise() -> None:
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    heat = np.exp(-4 * (x**2 + y**2))
    noise = np.random.default_rng(0).random((64, 64))

    assert ssim(heat, 3 * heat + 7) == pytest.approx(1.0)
    assert ssim(heat, noise) < 0.3


def test_a_guided_map_follows_the_gradient_of_the_score() -> None:
    random = np.random.default_rng(1)
    features = np.maximum(random.normal(size=(5, 4, 4)), 0).astype(np.float32)
    weights = random.normal(size=(3, 5)).astype(np.float32)

    def score(of: np.ndarray) -> float:
        powers = np.exp(weights @ of.mean(axis=(1, 2)))
        return float(powers[1] / powers.sum())

    by_hand = np.zeros_like(features)
    for place in np.ndindex(features.shape):
        moved = features.astype(np.float64)
        moved[place] += 1e-5
        by_hand[place] = (score(moved) - score(features.astype(np.float64))) / 1e-5
    kept = by_hand * (by_hand > 0) * (features > 0)
    expected = np.tensordot(kept.mean(axis=(1, 2)), features, axes=1)

    logits = (weights @ features.mean(axis=(1, 2))).astype(np.float64)
    drawn = overlays.guided(features, weights, logits, 1, 4)

    scaled = (expected - expected.min()) / (expected.max() - expected.min())
    np.testing.assert_allclose(drawn, scaled, atol=0.01)
