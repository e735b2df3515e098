"""What is read from the mask of the lungs: extent by zone, positioning, more than one radiograph."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from raiox.inference.lung_fields import (
    CHEST_TILTED,
    LUNGS_CUT_OFF,
    ONE_LUNG,
    TIGHT_COLLIMATION,
    LungFields,
)

RIGHT, LEFT = (5, 8, 17, 32), (23, 8, 35, 32)
"""The patient's: the right lung lies on the left of the picture. Left, top, right, bottom in cells."""


def drawn(*ovals: tuple[int, int, int, int], turned_deg: float = 0) -> np.ndarray:
    image = Image.new("L", (40, 40))
    pen = ImageDraw.Draw(image)
    for oval in ovals:
        pen.ellipse(oval, fill=255)
    return np.asarray(image.rotate(-turned_deg), np.float32) / 255


def fields(*ovals: tuple[int, int, int, int], turned_deg: float = 0) -> LungFields:
    return LungFields.of(drawn(*ovals, turned_deg=turned_deg))


def evidence(rows: slice, columns: slice) -> np.ndarray:
    found = np.full((40, 40), -1.0, np.float32)
    found[rows, columns] = 0.9
    return found


def test_two_lungs_make_right_left_and_three_thirds() -> None:
    zones = fields(RIGHT, LEFT).zones

    assert np.nonzero(zones["right"])[1].max() < np.nonzero(zones["left"])[1].min()
    np.testing.assert_array_equal(zones["right"] | zones["left"], zones["lungs"])
    thirds = sum(zones[third].astype(int) for third in ("upper", "middle", "lower"))
    np.testing.assert_array_equal(thirds, zones["lungs"])
    tops = [int(np.nonzero(zones[third])[0].min()) for third in ("upper", "middle", "lower")]
    assert tops == sorted(tops)
    assert np.ptp([np.ptp(np.nonzero(zones[t])[0]) for t in ("upper", "middle", "lower")]) <= 1


def test_evidence_over_one_lung_is_all_of_that_side() -> None:
    extent = fields(RIGHT, LEFT).extent(evidence(slice(None), slice(0, 20)))

    assert (extent["right"], extent["left"]) == (1, 0)
    assert extent["lungs"] == pytest.approx(0.5, abs=0.03)
    assert extent["upper"] == pytest.approx(0.5, abs=0.05)


def test_evidence_below_reaches_the_lower_third_only() -> None:
    extent = fields(RIGHT, LEFT).extent(evidence(slice(25, None), slice(None)))

    assert (extent["upper"], extent["middle"]) == (0, 0)
    assert extent["lower"] > 0.8


def test_what_is_outside_the_lungs_extends_nowhere() -> None:
    extent = fields(RIGHT, LEFT).extent(evidence(slice(0, 7), slice(None)))

    assert set(extent.values()) == {0}


@pytest.mark.parametrize("ovals", [(), (RIGHT,)], ids=["none", "one"])
def test_without_two_lungs_there_is_no_extent(ovals) -> None:
    assert fields(*ovals).extent(np.ones((40, 40), np.float32)) == {}


def test_two_upright_lungs_need_no_note() -> None:
    assert fields(RIGHT, LEFT).positioning == ()
    assert fields(RIGHT, LEFT, turned_deg=4).positioning == ()


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (fields((-6, 8, 8, 32), (14, 8, 28, 32)), LUNGS_CUT_OFF),
        (fields((5, 24, 17, 52), (23, 24, 35, 52)), LUNGS_CUT_OFF),
        (fields(LEFT), ONE_LUNG),
        (fields(RIGHT, LEFT, turned_deg=20), CHEST_TILTED),
        (fields(RIGHT, LEFT, turned_deg=-20), CHEST_TILTED),
        (fields((1, 1, 18, 38), (21, 1, 38, 38)), TIGHT_COLLIMATION),
    ],
    ids=["side cut off", "base cut off", "one", "tilted", "tilted the other way", "tight"],
)
def test_each_fault_of_positioning_has_its_note(found, code) -> None:
    assert code in found.positioning


def test_an_image_without_lungs_is_not_said_to_lack_one() -> None:
    assert fields().positioning == ()


UPPER_PAIR, LOWER_PAIR = ((5, 2, 16, 17), (23, 2, 34, 17)), ((5, 22, 16, 37), (23, 22, 34, 37))


def test_lungs_above_lungs_are_of_two_radiographs() -> None:
    assert fields(*UPPER_PAIR, *LOWER_PAIR).is_of_several_radiographs
    assert fields(*UPPER_PAIR, LOWER_PAIR[0]).is_of_several_radiographs


@pytest.mark.parametrize(
    "found",
    [fields(), fields(LEFT), fields(RIGHT, LEFT), fields(RIGHT, LEFT, (26, 35, 33, 39))],
    ids=["none", "one", "two", "a gas bubble below"],
)
def test_the_lungs_of_one_radiograph_are_not(found) -> None:
    assert not found.is_of_several_radiographs
