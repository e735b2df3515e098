"""Images that show nothing, and pictures of two radiographs, made in the batch."""

import pytest
import torch

from raiox.lab.training.augment.batch_random import BatchRandom
from raiox.lab.training.augment.synthesis import PATTERNS, draw_pairs, draw_textures, synthesise
from raiox.lab.training.image_synthesis import Synthesis
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.tasks import TASKS
from raiox.preprocessing import Preprocessing

OUTPUTS = TASKS["frontal_filter"].outputs


def recipe(**shares: float) -> Recipe:
    return Recipe(
        name="drawn",
        task="frontal_filter",
        network="mobilenet",
        preprocessing=Preprocessing(side_px=32, fit="stretch"),
        stages=(Stage(side_px=32, schedule=OneCycle(n_samples=8, learning_rate=1e-3)),),
        synthesis=Synthesis(**shares),
    )


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_textures_are_within_range_and_never_twice_the_same() -> None:
    images = draw_textures(64, 32, seeded())

    assert images.shape == (64, 1, 32, 32)
    assert images.isfinite().all()
    assert images.min() >= 0
    assert images.max() <= 1
    assert len(torch.unique(images.flatten(1), dim=0)) == 64


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.__name__.strip("_"))
def test_a_pattern_differs_between_draws(pattern) -> None:
    drawn = pattern(BatchRandom(3, seeded(5)), 32)

    assert drawn.shape == (3, 1, 32, 32)
    assert drawn.isfinite().all()
    if pattern.__name__ != "_constant":
        assert not torch.equal(drawn[0], drawn[1])


def test_a_pair_shows_its_own_image_and_that_of_another_row() -> None:
    levels = torch.tensor([0.2, 0.5, 0.8]).view(3, 1, 1, 1).expand(3, 1, 32, 32)

    pairs = draw_pairs(levels, torch.tensor([True, False, True]), seeded(4))

    assert pairs.shape == (2, 1, 32, 32)
    for own, pair in zip((0.2, 0.8), pairs, strict=True):
        shares = [((pair - level).abs() < 0.02).float().mean() for level in (0.2, 0.5, 0.8)]
        assert shares[(0.2, 0.5, 0.8).index(own)] > 0.1


def test_what_is_drawn_bears_the_label_of_what_it_shows() -> None:
    frontal, natural = OUTPUTS.index("frontal"), OUTPUTS.index("natural")
    labels = torch.tensor([frontal] * 32 + [natural] * 32)
    images = torch.full((64, 1, 32, 32), 0.4)

    drawn, named = synthesise(images, labels, recipe(textures=0.3, pairs=0.4), seeded(2))

    kinds = [OUTPUTS[label] for label in named.tolist()]
    assert {"texture", "multiple_radiographs", "frontal", "natural"} == set(kinds)
    assert "multiple_radiographs" not in kinds[32:]
    untouched = named == labels
    assert torch.equal(drawn[untouched], images[untouched])
    assert (images == 0.4).all()


def test_a_recipe_that_draws_nothing_changes_nothing() -> None:
    images, labels = torch.rand(4, 1, 32, 32), torch.tensor([0, 1, 2, 3])

    drawn, named = synthesise(images, labels, recipe(), seeded())

    assert drawn is images
    assert named is labels
