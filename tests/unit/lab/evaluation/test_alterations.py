"""What a film may wear: it keeps its size, and only what is meant changes."""

import numpy as np
import pytest
from benches import film_of

from raiox.lab.evaluation.probes.perturbations import OCCLUSIONS, OVERLAYS, lung_box

FILM = film_of(1, 3, side=96)
EVERY = {**OVERLAYS, **OCCLUSIONS}


@pytest.mark.parametrize("key", EVERY)
def test_an_altered_film_is_another_film_of_the_same_size(key: str) -> None:
    before = FILM.copy()

    altered = EVERY[key].alter(FILM)

    assert (altered.shape, altered.dtype) == (FILM.shape, np.uint8)
    assert (before == FILM).all()
    assert (altered != FILM).any()
    assert (altered == EVERY[key].alter(FILM)).all()


def test_without_the_box_and_only_the_box_make_the_film() -> None:
    out, only = (OCCLUSIONS[key].alter(FILM) for key in ("lungs_out.box", "lungs_only.box"))

    assert (out + only == FILM).all()
    assert 0.4 < lung_box(FILM.shape).mean() < 0.7


@pytest.mark.parametrize("key", ["marker", "marker_left", "arrow", "text"])
def test_a_mark_covers_little_and_leaves_the_rest(key: str) -> None:
    assert 0 < (OVERLAYS[key].alter(FILM) != FILM).mean() < 0.05


def test_mirrored_twice_is_the_film() -> None:
    flip = OVERLAYS["flipped"].alter

    assert (flip(flip(FILM)) == FILM).all()
