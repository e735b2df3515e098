"""Lungs are hidden, surroundings exchanged and images cropped to the lungs; what is not chosen stays."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from raiox.lab.training.augment.batch_random import BatchRandom
from raiox.lab.training.augment.counterfactuals import (
    Altered,
    alter,
    exchange_surroundings,
    hide_lungs,
    inpaint,
    lung_boxes,
)
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.lungs import cached_lungs
from raiox.lab.training.fit.losses import no_evidence_loss
from raiox.lab.training.image_synthesis import Counterfactuals
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.runs.train import train
from raiox.preprocessing import Preprocessing

N, SIDE, CELLS = 8, 64, 32
LABELS = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
REGIONS = torch.ones(N, 1, CELLS, CELLS)


def lungs() -> torch.Tensor:
    """(N, 1, CELLS, CELLS): two fields, a little further down in every next image."""
    found = torch.zeros(N, 1, CELLS, CELLS)
    for i in range(N):
        found[i, 0, 6 + i % 4 : 22 + i % 4, 6:13] = 1
        found[i, 0, 6 + i % 4 : 22 + i % 4, 18:25] = 1
    return found


def over_image(masks: torch.Tensor) -> torch.Tensor:
    return masks.repeat_interleave(2, 2).repeat_interleave(2, 3)


def random(seed: int = 1) -> BatchRandom:
    return BatchRandom(N, torch.Generator().manual_seed(seed))


def altered(spec: Counterfactuals, masks: torch.Tensor | None = None) -> Altered:
    images = torch.rand(N, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(2)
    return alter(images, LABELS, REGIONS, lungs() if masks is None else masks, spec, generator)


def test_of_hidden_lungs_nothing_is_left() -> None:
    surroundings = torch.linspace(0.2, 0.6, SIDE).expand(N, 1, SIDE, SIDE)
    inside = over_image(lungs()) > 0
    dark, bright = surroundings.masked_fill(inside, 0.0), surroundings.masked_fill(inside, 1.0)

    first, second = (hide_lungs(one, lungs(), random()) for one in (dark, bright))

    core = torch.nn.functional.max_pool2d((~inside).float(), 5, 1, 2) == 0
    assert core.any()
    torch.testing.assert_close(first[core], second[core], atol=0.12, rtol=0)
    assert not torch.equal(first, hide_lungs(dark, lungs(), random(2))), "fills vary"


def test_a_smooth_fill_continues_what_is_seen() -> None:
    ramp = torch.linspace(0, 1, SIDE).expand(N, 1, SIDE, SIDE)
    cover = over_image(lungs())

    filled = inpaint(ramp.masked_fill(cover > 0, 0.0), cover)

    torch.testing.assert_close(filled[cover > 0], ramp[cover > 0], atol=0.2, rtol=0)


def test_lungs_stay_where_their_surroundings_are_exchanged() -> None:
    images = (0.25 + 0.25 * LABELS.float()).view(-1, 1, 1, 1).expand(N, 1, SIDE, SIDE)

    exchanged = exchange_surroundings(images, LABELS, lungs(), random())

    inside = over_image(lungs()) > 0
    core = torch.nn.functional.max_pool2d((~inside).float(), 5, 1, 2) == 0
    torch.testing.assert_close(exchanged[core], images[core], atol=0.02, rtol=0)
    corner = (exchanged - images)[:, 0, -2:, -2:].abs().amax(dim=(1, 2))
    assert (corner > 0.02).sum() > N / 2, "but for blurred surroundings of their own"


def test_boxes_enclose_both_lungs() -> None:
    left, top, right, bottom = lung_boxes(lungs())[0].tolist()

    assert (left, right) == pytest.approx((6 / CELLS * 2 - 1, 25 / CELLS * 2 - 1))
    assert (top, bottom) == pytest.approx((6 / CELLS * 2 - 1, 22 / CELLS * 2 - 1))


def test_a_crop_shows_the_lungs_larger_and_moves_regions_alike() -> None:
    masks = lungs()
    generator = torch.Generator().manual_seed(2)
    spec = Counterfactuals(lung_crops=1)

    cropped = alter(over_image(masks), LABELS, masks, masks, spec, generator)

    assert (cropped.images.mean(dim=(1, 2, 3)) > 1.2 * masks.mean(dim=(1, 2, 3))).all()
    torch.testing.assert_close(
        cropped.images.mean(dim=(1, 2, 3)), cropped.regions.mean(dim=(1, 2, 3)), atol=0.02, rtol=0
    )
    assert not cropped.hidden.any()


@pytest.mark.parametrize(
    ("spec", "masks"),
    [
        (Counterfactuals(), None),
        (
            Counterfactuals(hidden_lungs=1, exchanged_surroundings=1, lung_crops=1),
            torch.zeros(N, 1, CELLS, CELLS),
        ),
    ],
    ids=["nothing chosen", "no lungs found"],
)
def test_an_image_that_is_not_chosen_or_shows_no_lungs_stays(
    spec: Counterfactuals, masks: torch.Tensor | None
) -> None:
    plain, found = altered(Counterfactuals()), altered(spec, masks)

    assert torch.equal(found.images, plain.images)
    assert not (found.hidden | found.exchanged).any()


def test_the_same_seed_alters_alike_and_no_image_twice() -> None:
    spec = Counterfactuals(hidden_lungs=0.5, exchanged_surroundings=0.9)

    first, second = altered(spec), altered(spec)

    assert torch.equal(first.images, second.images)
    assert first.hidden.any()
    assert first.exchanged.any()
    assert not (first.hidden & first.exchanged).any()
    assert first.images.min() >= 0
    assert first.images.max() <= 1


def test_equal_outputs_cost_nothing_and_a_preferred_one_does() -> None:
    assert float(no_evidence_loss(torch.full((4, 3), 2.0))) == pytest.approx(0, abs=1e-6)
    assert float(no_evidence_loss(torch.tensor([[3.0, 0, 0]]))) > 0.5


def test_a_run_learns_from_counterfactuals(masked_data: Path, tmp_path: Path) -> None:
    """The shipped lungs network finds none in drawn discs: masks lie in its place."""
    context = TrainingContext(data=masked_data, runs=tmp_path / "runs", n_threads=1)
    paths = sorted(masked_data.glob("chest/*.png"))
    found = cached_lungs(paths, context.lungs, context.cache, 1)
    again = cached_lungs(paths, context.lungs, context.cache, 1)
    assert found.shape == (len(paths), 1, 64, 64)
    assert np.array_equal(found, again)
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    stage = Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16)
    recipe = Recipe(
        name="altered", task="findings", network="mobilenet", stages=(stage,), region_loss=0.1,
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        counterfactuals=Counterfactuals(hidden_lungs=0.5, exchanged_surroundings=0.5),
    )  # fmt: skip

    for file in (tmp_path / "runs").rglob("lungs-*.npy"):
        file.unlink()
    folder = train(recipe, context)

    assert list(context.cache.glob("lungs-*.npy"))
    assert "loss_labels" in (folder / "stage-0" / "curves.jsonl").read_text()


def test_masks_need_images_that_are_letterboxed() -> None:
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    with pytest.raises(ValidationError, match="letterbox"):
        Recipe(
            name="stretched", task="findings", network="mobilenet",
            stages=(Stage(side_px=32, schedule=schedule),),
            preprocessing=Preprocessing(side_px=32, fit="stretch"),
            counterfactuals=Counterfactuals(hidden_lungs=0.5),
        )  # fmt: skip
