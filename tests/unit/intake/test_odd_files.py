"""What comes out of odd files, as people reported them: the picture, or a refusal that says why."""

import numpy as np
import pytest
from drawings import LIMITS, picture
from drawn_radiographs import radiograph

from odd_dicom_files import DICOM_FILES
from odd_dicom_frames import DICOM_FRAMES
from odd_files import OTHER, READ, OddFile
from odd_pictures import PICTURES
from odd_tiffs import TIFFS
from raiox.errors import RaioxError
from raiox.inference.margins import content as inside
from raiox.intake.decode import decode
from raiox.intake.sniff import sniff
from raiox.preprocessing import Preprocessing, fit_to_square
from raiox.vocabulary import FALSE_COLOURS, FEW_SHADES

PIXELS = np.asarray(radiograph(21).resize((240, 256)))
SEEN = Preprocessing(side_px=128, fit="letterbox", tone="levels")
SAME = 4.0
"""Of 255, on average, between what a network sees of the file and of the plain picture."""
ODD_FILES = [*DICOM_FILES, *DICOM_FRAMES, *PICTURES, *TIFFS]


def outcome(content: bytes) -> np.ndarray | str:
    """What a network sees, or the code of the refusal."""
    try:
        return fit_to_square(inside(decode(sniff(content), content, LIMITS).pixels), SEEN)
    except RaioxError as error:
        return error.code


@pytest.mark.parametrize("odd", [o for o in ODD_FILES if o.expected == READ], ids=lambda o: o.name)
def test_the_picture_comes_out(odd: OddFile):
    seen = outcome(odd.draw(PIXELS))

    assert not isinstance(seen, str), seen
    plain = fit_to_square(inside(PIXELS), SEEN)
    assert np.abs(seen.astype(float) - plain).mean() < SAME


@pytest.mark.parametrize(
    "odd", [o for o in ODD_FILES if o.expected not in {READ, OTHER}], ids=lambda o: o.name
)
def test_what_cannot_be_read_is_refused_by_name(odd: OddFile):
    assert outcome(odd.draw(PIXELS)) == odd.expected


@pytest.mark.parametrize(
    "name", ["png_in_jet", "png_with_a_heatmap", "png_in_viridis", "palette_of_false_colours"]
)
def test_colours_that_do_not_follow_brightness_or_turn_their_hue_are_noted(name: str):
    [odd] = [each for each in ODD_FILES if each.name == name]
    content = odd.draw(PIXELS)

    assert FALSE_COLOURS in decode(sniff(content), content, LIMITS).notes


TINTS = {
    "warm": (1, 0.93, 0.8),
    "sepia": (1, 0.8, 0.55),
    "green": (0.3, 1, 0.4),
    "blue": (0.7, 0.85, 1),
}


@pytest.mark.parametrize("tint", [None, *TINTS])
def test_colours_of_one_hue_are_dropped_and_noted(tint: str | None):
    [boxed] = [each for each in ODD_FILES if each.name == "png_with_a_red_box"]
    tinted = PIXELS[..., None] * np.array(TINTS.get(tint or "", 1))
    noisy = np.clip(tinted + np.random.default_rng(0).normal(0, 3, tinted.shape), 0, 255)
    content = picture(noisy.astype(np.uint8), "png") if tint else boxed.draw(PIXELS)
    notes = decode(sniff(content), content, LIMITS).notes

    assert "colour_removed" in notes
    assert FALSE_COLOURS not in notes


@pytest.mark.parametrize(
    ("step", "is_noted"), [(128, True), (16, True), (4, True), (2, False), (1, False)]
)
def test_a_picture_of_64_shades_or_fewer_is_noted(step: int, *, is_noted: bool):
    content = picture(PIXELS // step * step, "png")

    assert (FEW_SHADES in decode(sniff(content), content, LIMITS).notes) == is_noted
