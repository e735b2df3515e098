"""Images that show nothing, and one radiograph in many tones: the shipped networks on both."""

import itertools
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from raiox.entities import EngineResult, Radiograph, Rejection
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.lab.datasets.manifest import read_finding_samples
from raiox.lab.evaluation.probes.perturbations import OVERLAYS
from raiox.phantom import EXAMPLES, example_png
from raiox.settings import InferenceSettings, IntakeSettings
from raiox.vocabulary import FALSE_COLOURS, FEW_SHADES, PHOTOGRAPH, ImageKind

DATA = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))
SIDE = 200
N_OF_EACH = 12
TONES = ("gamma_0_5", "gamma_2", "lifted", "hot_pixel")
SMALL_CHANGE = 0.05
MIN_SHARE = 0.7
"""Of the radiographs; of 100 in benchmarks/tones.py, 94 % and more."""


def noise(random: np.random.Generator, n_cells: int) -> np.ndarray:
    cells = (random.random((n_cells, n_cells)) * 255).astype(np.uint8)
    return np.array(Image.fromarray(cells).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def cloud(random: np.random.Generator) -> np.ndarray:
    layers = [noise(random, 2**k).astype(float) / 2**k for k in range(2, 7)]
    total = np.sum(layers, axis=0)
    return (255 * (total - total.min()) / np.ptp(total)).astype(np.uint8)


def grating(random: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] * random.uniform(0.05, 0.6)
    angle = random.uniform(0, np.pi)
    return (127 + 120 * np.sin(np.cos(angle) * x + np.sin(angle) * y)).astype(np.uint8)


def slope(random: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    angle, middle = random.uniform(0, 2 * np.pi), random.uniform(60, 190)
    return (middle + 55 * (np.cos(angle) * x + np.sin(angle) * y) / 1.5).astype(np.uint8)


DRAWN = {
    "constant": lambda random: np.full((SIDE, SIDE), random.integers(256), np.uint8),
    "nearly black": lambda random: random.integers(0, 6, (SIDE, SIDE), np.uint8),
    "white noise": lambda random: random.integers(0, 256, (SIDE, SIDE), np.uint8),
    "coarse noise": lambda random: noise(random, int(random.integers(4, 60))),
    "cloud": cloud,
    "grating": grating,
    "slope": slope,
}


@cache
def engine() -> LocalEngine:
    return LocalEngine.open(InferenceSettings(n_threads=1))


def predict(images: list[np.ndarray]) -> list[EngineResult]:
    found = engine().predict([Radiograph(pixels, "0" * 64, "png") for pixels in images])
    assert all(isinstance(one, EngineResult) for one in found)
    return found


@pytest.mark.parametrize("pattern", DRAWN)
def test_what_shows_nothing_gets_no_finding(pattern: str) -> None:
    random = np.random.default_rng(11)

    results = predict([DRAWN[pattern](random) for _ in range(N_OF_EACH)])

    assert all(result.rejection is not None for result in results)


@pytest.mark.parametrize("note", [PHOTOGRAPH, FEW_SHADES])
def test_a_photograph_and_a_picture_of_few_shades_count_as_of_low_quality(note: str) -> None:
    pixels = cloud(np.random.default_rng(3))

    export, noted = engine().predict(
        [Radiograph(pixels, "0" * 64, "png", notes) for notes in ((), (note,))]
    )

    assert noted.filter_result == replace(export.filter_result, low_quality=True)


def test_a_chest_in_false_colours_is_refused_as_such() -> None:
    with Intake(IntakeSettings()) as intake:
        chest = intake.load(example_png(next(iter(EXAMPLES))))

    plain, coloured = engine().predict([chest, replace(chest, notes=(FALSE_COLOURS,))])

    assert plain.prediction is not None
    assert coloured.prediction is None
    assert coloured.rejection == Rejection(FALSE_COLOURS)


def of_valid(n: int) -> list[np.ndarray]:
    """About `n` radiographs of `valid`, spread over every data set."""
    samples = [sample for sample in read_finding_samples(DATA) if sample.split == "valid"]
    with Intake(IntakeSettings()) as intake:
        chosen = samples[:: len(samples) // n]
        return [intake.load(sample.path.read_bytes()).pixels for sample in chosen]


@pytest.fixture(scope="module")
def radiographs() -> list[np.ndarray]:
    return of_valid(16)


@pytest.fixture(scope="module")
def unchanged(radiographs) -> list[EngineResult]:
    return predict(radiographs)


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
class TestRadiographs:
    @pytest.mark.parametrize("tone", TONES)
    def test_a_changed_exposure_leaves_the_scores_where_they_were(
        self, radiographs, unchanged, tone
    ) -> None:
        after = predict([OVERLAYS[tone](pixels) for pixels in radiographs])

        pairs = [
            (b.prediction.scores, a.prediction.scores)
            for b, a in zip(unchanged, after, strict=True)
            if b.prediction and a.prediction
        ]
        assert len(pairs) >= len(radiographs) - 1
        changes = [max(abs(b[finding] - a[finding]) for finding in b) for b, a in pairs]
        assert np.mean(np.array(changes) < SMALL_CHANGE) >= MIN_SHARE

    def test_an_image_darkened_four_times_keeps_its_likeliest_finding(self) -> None:
        # So many, because two of sixteen may lie at a border; 101 of these 102 keep it.
        radiographs = of_valid(100)
        before = predict(radiographs)

        after = predict([OVERLAYS["darkened_4"](pixels) for pixels in radiographs])

        likeliest = [
            [max(r.prediction.scores, key=r.prediction.scores.get) for r in (b, a)]
            for b, a in zip(before, after, strict=True)
            if b.prediction and a.prediction
        ]
        assert np.mean([first == second for first, second in likeliest]) >= 0.95

    @pytest.mark.parametrize("axis", [0, 1], ids=["one above another", "side by side"])
    def test_two_radiographs_in_one_picture_are_seen_as_such(self, radiographs, axis) -> None:
        squares = [np.array(Image.fromarray(p).resize((256, 256))) for p in radiographs]
        pairs = [np.concatenate(pair, axis=axis) for pair in itertools.pairwise(squares)]

        results = predict(pairs)

        assert np.mean([result.rejection is not None for result in results]) >= (0.9, 1)[axis]
        kinds = [result.filter_result.kind for result in results]
        assert kinds.count(ImageKind.MULTIPLE) >= (0.8, 0.9)[axis] * len(kinds)
