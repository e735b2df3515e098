"""Drawn chests: the same from the same seed, marked everywhere, and taken for radiographs."""

import io

import numpy as np
import pytest
from bundles import shipped
from PIL import Image

from raiox.entities import Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.phantom import (
    EXAMPLES,
    LETTERS,
    RIGHT_LOWER_LOBE,
    draw_phantom,
    example_png,
    phantom_png,
)
from raiox.settings import InferenceSettings, IntakeSettings
from raiox.vocabulary import PHANTOM_SOFTWARE


@pytest.fixture(scope="module")
def clear():
    return draw_phantom(1)


def test_the_same_seed_draws_the_same_pixels_and_another_draws_another_chest(clear):
    assert np.array_equal(draw_phantom(1), clear)
    assert not np.array_equal(draw_phantom(2), clear)


def test_an_opacity_brightens_the_lung_it_lies_in_and_not_the_other(clear):
    opaque = draw_phantom(1, RIGHT_LOWER_LOBE)
    height, width = clear.shape
    rows = slice(height // 2, int(0.7 * height))
    right, left = slice(width // 5, width // 3), slice(-width // 4, -width // 6)

    assert opaque[rows, right].mean() > clear[rows, right].mean() + 20
    assert abs(opaque[rows, left].mean() - clear[rows, left].mean()) < 5


def test_the_file_and_the_picture_say_that_it_is_drawn(clear):
    image = Image.open(io.BytesIO(phantom_png(clear)))
    corner = clear[-40:, :120]

    assert image.text["Software"] == PHANTOM_SOFTWARE
    assert LETTERS
    assert (corner == 235).sum() > 100  # the letters, of one shade in all the noise


def test_intake_notes_a_drawn_file_and_no_other(clear):
    unmarked = io.BytesIO()
    Image.fromarray(clear).save(unmarked, "PNG")
    with Intake(IntakeSettings(n_decoders=1, confinement="any")) as intake:
        drawn = intake.load(phantom_png(clear))
        other = intake.load(unmarked.getvalue())

    assert (drawn.notes, other.notes) == (("drawn_phantom",), ())
    assert np.array_equal(drawn.pixels, clear)


@pytest.mark.slow
def test_the_frontal_filter_takes_the_upright_ones_and_names_the_rotated_one():
    shipped("frontal_filter")
    engine = LocalEngine.open(InferenceSettings())
    images = {n: np.asarray(Image.open(io.BytesIO(example_png(n)))) for n in EXAMPLES}
    images |= {f"seed {seed}": draw_phantom(seed) for seed in (5, 6)}
    radiographs = [Radiograph(np.ascontiguousarray(p), "0" * 64, "png") for p in images.values()]
    results = dict(zip(images, engine.predict(radiographs), strict=True))
    rejected = {name: result.rejection.code for name, result in results.items() if result.rejection}

    assert rejected == {"phantom_rotated": "rotated_radiograph"}
    assert not any(result.filter_result.low_quality for result in results.values())
