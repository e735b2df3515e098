"""Shares of evidence inside the lungs, and maps laid back over the image."""

import numpy as np
import pytest

from raiox.inference.lungs import share_inside
from raiox.inference.over_image import over_image
from raiox.preprocessing import Preprocessing

LETTERBOX = Preprocessing(side_px=64, fit="letterbox")


def test_all_evidence_inside_is_one_and_outside_none() -> None:
    lungs = np.zeros((4, 6), np.float32)
    lungs[:, :3] = 1
    left, right = lungs.copy(), 1 - lungs

    assert share_inside(left, lungs) == pytest.approx(1)
    assert share_inside(right, lungs) == pytest.approx(0)
    assert share_inside(np.ones_like(lungs), lungs) == pytest.approx(0.5)


def test_what_speaks_against_a_finding_is_no_evidence() -> None:
    lungs = np.array([[1.0, 0.0]], np.float32)

    assert share_inside(np.array([[2.0, -5.0]], np.float32), lungs) == pytest.approx(1)
    assert share_inside(np.array([[-1.0, -5.0]], np.float32), lungs) is None


def test_a_map_loses_the_padding_of_the_square() -> None:
    square = np.zeros((1, 16, 16), np.float32)
    square[:, 4:12] = 1

    over = over_image(square, (50, 100), LETTERBOX)

    assert over.shape == (1, 20, 40)
    assert over.mean() == pytest.approx(1, abs=0.05)
