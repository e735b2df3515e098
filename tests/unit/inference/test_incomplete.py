import numpy as np
import pytest
from drawn_radiographs import radiograph

from raiox.inference.incomplete import INCOMPLETE_IMAGE, reject_incomplete
from raiox.inference.margins import find_content

SIDES = {"top": (0, 0), "bottom": (0, -1), "left": (1, 0), "right": (1, -1)}


def page(shade, axis, end, share, size=(300, 260)):
    """A radiograph of which a share is overwritten with one shade, from one side on."""
    pixels = np.array(radiograph(6, 300).resize(size))
    n_lines = round(share * pixels.shape[axis])
    lines = slice(0, n_lines) if end == 0 else slice(-n_lines, None)
    pixels[lines if axis == 0 else (slice(None), lines)] = shade
    return pixels


def judge(pixels):
    return reject_incomplete(pixels, find_content(pixels))


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_refuses_a_radiograph_whose_rest_is_gray(side, share):
    rejection = judge(page(128, *side, share))

    assert rejection is not None
    assert rejection.code == INCOMPLETE_IMAGE
    assert abs(rejection.facts["missing_percent"] - 100 * share) <= 1


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
@pytest.mark.parametrize("shade", [0, 255])
def test_refuses_half_a_radiograph_beside_black_or_white(side, shade):
    rejection = judge(page(shade, *side, 0.5, size=(300, 300)))

    assert rejection is not None
    assert rejection.code == INCOMPLETE_IMAGE


@pytest.mark.parametrize("shade", [0, 255])
def test_a_whole_radiograph_at_one_side_of_a_page_is_none(shade):
    whole = np.array(radiograph(6, 300))

    for margins in (((0, 0), (0, 200)), ((200, 0), (0, 0))):
        assert judge(np.pad(whole, margins, constant_values=shade)) is None


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_margins_on_opposite_sides_are_those_of_a_page(shade):
    whole = np.array(radiograph(6, 300))

    for margins in (
        ((90, 90), (0, 0)),
        ((0, 0), (150, 40)),
        ((30, 30), (90, 90)),
        ((0, 60), (0, 0)),
    ):
        assert judge(np.pad(whole, margins, constant_values=shade)) is None
