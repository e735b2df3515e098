import numpy as np
import pytest
from drawn_radiographs import radiograph

from raiox.inference.halftone import smooth_halftone
from raiox.preprocessing import Preprocessing, fit_to_square

SPEC = Preprocessing(side_px=64, fit="letterbox", tone="levels")


def as_dots():
    """One bit, dithered."""
    return np.asarray(radiograph(2, 256).convert("1").convert("L"))


def distance(pixels):
    """How far what a network sees of a picture is from what it sees of the radiograph."""
    seen, of_radiograph = (
        fit_to_square(p, SPEC).astype(float) for p in (pixels, np.asarray(radiograph(2, 256)))
    )
    return np.abs(seen - of_radiograph).mean()


def test_dots_become_the_grays_that_they_stand_for():
    assert distance(smooth_halftone(as_dots())) < distance(as_dots()) / 2


@pytest.mark.parametrize("n_grays", [17, 40, 256])
def test_a_picture_of_more_grays_stays_as_it_is(n_grays):
    step = 256 // n_grays
    pixels = (np.asarray(radiograph(2, 256)) // step * step).astype(np.uint8)
    pixels[0, :n_grays] = np.arange(n_grays) * step

    assert smooth_halftone(pixels) is pixels
