"""A head that averages within the lungs: what lies elsewhere adds nothing, and masks alone guide it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from raiox.lab.training.context import TrainingContext
from raiox.lab.training.fit.region_loss import attention_loss
from raiox.lab.training.networks.head import ActivationMapHead
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.runs.train import train
from raiox.preprocessing import Preprocessing

LEFT_HALF = torch.zeros(2, 1, 6, 6).index_fill_(3, torch.arange(3), 1.0)


def head_that_sees(channel: int) -> ActivationMapHead:
    """It takes for lung where a channel of its features is above one half."""
    head = ActivationMapHead(4, 3, attends_to_lungs=True).eval()
    assert head.attention is not None
    head.attention.weight.data.zero_()
    head.attention.weight.data[0, channel] = 40.0
    head.attention.bias.data.fill_(-20.0)
    return head


def features_with(lungs: torch.Tensor, outside: float) -> torch.Tensor:
    """(2, 4, 6, 6) random in the lungs, one value elsewhere; the first channel is the mask."""
    inside = torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    return torch.cat([lungs, torch.where(lungs > 0, inside, outside)], dim=1)


def test_what_lies_outside_the_lungs_adds_nothing() -> None:
    head = head_that_sees(0)

    dark, bright = (head(features_with(LEFT_HALF, outside))[0] for outside in (0.0, 1.0))

    torch.testing.assert_close(dark, bright, atol=5e-3, rtol=0)


def test_maps_have_no_evidence_outside_the_lungs() -> None:
    _, maps, _, lungs = head_that_sees(0)(features_with(LEFT_HALF, 1.0))

    assert maps[..., 3:].abs().sum() < 0.01 * maps[..., :3].abs().sum()
    assert lungs is not None
    assert torch.equal(lungs > 0, LEFT_HALF > 0)


def test_an_image_without_lungs_is_averaged_whole() -> None:
    features = features_with(torch.zeros(2, 1, 6, 6), 0.7)

    attending, plain = head_that_sees(0), ActivationMapHead(4, 3).eval()
    plain.classifier.load_state_dict(attending.classifier.state_dict())

    torch.testing.assert_close(attending(features)[0], plain(features)[0])


def test_labels_do_not_move_the_attention_and_masks_do() -> None:
    head = ActivationMapHead(4, 3, attends_to_lungs=True)
    logits, _, _, lungs = head(features_with(LEFT_HALF, 1.0).requires_grad_())
    assert head.attention is not None
    assert lungs is not None

    logits.square().sum().backward(retain_graph=True)
    assert head.attention.weight.grad is None

    attention_loss(lungs, LEFT_HALF).backward()
    assert head.attention.weight.grad is not None
    assert head.attention.weight.grad[0, 0] < 0, "the channel of the mask is to weigh more"


@pytest.mark.parametrize("network", ["mobilenet", "densenet"])
def test_a_run_learns_where_the_lungs_are(network: str, masked_data: Path, tmp_path: Path) -> None:
    context = TrainingContext(data=masked_data, runs=tmp_path / "runs", n_threads=1)
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    recipe = Recipe(
        name="attending", task="findings", network=network, attends_to_lungs=True,
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        stages=(Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16),),
    )  # fmt: skip

    folder = train(recipe, context)

    assert "loss_lungs" in (folder / "stage-0" / "curves.jsonl").read_text()
    output = load_run(folder)[1].eval()(torch.zeros(1, 1, 32, 32))
    assert output.lungs is not None
    assert np.isfinite(output.logits.detach().numpy()).all()


def test_attention_needs_images_that_are_letterboxed() -> None:
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    with pytest.raises(ValidationError, match="letterbox"):
        Recipe(
            name="attending", task="findings", network="mobilenet", attends_to_lungs=True,
            preprocessing=Preprocessing(side_px=32, fit="stretch"),
            stages=(Stage(side_px=32, schedule=schedule),),
        )  # fmt: skip
