"""A map as a picture: fixed scale, clear where nothing speaks."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.inference.heatmap import MIN_EVIDENCE, render

RAMP = np.linspace(0, 1, 256, dtype=np.float32)[np.newaxis]


def painted(evidence: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """(H, W) evidence to the (H, W, 4) pixels of its heatmap: red, green, blue, opacity."""
    height, width = evidence.shape
    content = render(evidence, width, height)
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


def test_a_map_without_evidence_is_wholly_transparent() -> None:
    content = render(np.full((8, 10), -0.5, np.float32), 100, 80)

    picture = Image.open(io.BytesIO(content)).convert("RGBA")
    assert picture.size == (100, 80)
    assert picture.getchannel("A").getextrema() == (0, 0)


def test_the_brightest_place_is_where_the_evidence_is() -> None:
    evidence = np.zeros((10, 10), np.float32)
    evidence[2, 7] = 1.0

    picture = np.asarray(Image.open(io.BytesIO(render(evidence, 200, 200))).convert("RGBA"))

    row, column = np.unravel_index(picture[..., 3].argmax(), picture.shape[:2])
    assert abs(row - 50) <= 10
    assert abs(column - 150) <= 10


def test_weak_evidence_is_clear_and_not_stretched_to_full_colour() -> None:
    weak = painted(np.full((4, 4), MIN_EVIDENCE - 0.01, np.float32))
    more = painted(np.full((4, 4), MIN_EVIDENCE + 0.01, np.float32))
    strong = painted(np.full((4, 4), 1.0, np.float32))

    assert weak[..., 3].max() == 0
    assert 0 < more[..., 3].max() < strong[..., 3].min() / 2


def test_the_colours_darken_no_lung() -> None:
    lung = 70  # a bright one, of 255
    ramp = painted(RAMP)[0].astype(np.float64)
    opacity = ramp[:, 3:] / 255

    seen = opacity * ramp[:, :3] + (1 - opacity) * lung

    assert (seen @ np.array([0.2126, 0.7152, 0.0722]) >= lung - 0.5).all()


def test_colours_rise_evenly_in_lightness() -> None:
    ramp = painted(RAMP)[0, :, :3]

    lightness = ramp @ np.array([0.2126, 0.7152, 0.0722])

    assert (np.diff(lightness) >= -0.75).all()


def test_a_large_radiograph_gets_a_picture_of_bounded_size() -> None:
    picture = Image.open(io.BytesIO(render(np.ones((40, 40), np.float32), 5000, 2500)))

    assert picture.size == (1024, 512)
