"""Learning masks that were drawn by hand."""

from pathlib import Path

import pytest
import torch

from raiox.lab.datasets.lung_masks import read_mask_samples
from raiox.lab.training.data.regions import read_mask_regions
from raiox.lab.training.fit.mask_module import dice, mask_loss
from raiox.lab.training.networks.unet import UNet
from raiox.preprocessing import Preprocessing


def test_a_mask_teaches_the_anatomy_that_it_shows(masked_data: Path) -> None:
    samples = read_mask_samples(masked_data)

    assert [sample.label for sample in samples] == ["lungs", "lungs_without_heart", "lungs"]


def test_masks_are_fitted_as_their_images_are(masked_data: Path) -> None:
    spec = Preprocessing(side_px=64, fit="letterbox", tone="levels")
    samples = read_mask_samples(masked_data)

    regions = read_mask_regions(samples, spec, masked_data)

    region = regions[samples[0].path]
    assert region.shape == (1, 32, 32)
    assert (region[0, 2:-2, :15] == 255).all()
    assert (region[0, :, 17:] == 0).all()


def test_the_network_draws_each_output_at_half_the_resolution() -> None:
    output = UNet(2).eval()(torch.zeros(3, 1, 64, 96))

    assert output.maps.shape == (3, 2, 32, 48)
    assert output.logits.shape == (3, 2)


def test_only_the_anatomy_that_was_drawn_is_compared() -> None:
    drawn = (torch.rand(2, 1, 8, 8) > 0.5).float()
    right, wrong = 40 * (drawn - 0.5), 40 * (0.5 - drawn)
    labels = torch.tensor([0, 1])
    masks = torch.where(labels.view(-1, 1, 1, 1) == torch.arange(2).view(1, -1, 1, 1), right, wrong)

    assert mask_loss(masks, labels, drawn) < 1e-3
    assert mask_loss(masks, 1 - labels, drawn) > 5


def test_dice_is_one_for_the_same_mask_and_nearly_none_for_its_opposite() -> None:
    mask = torch.zeros(1, 1, 20, 20)
    mask[..., :10] = 1

    assert dice(mask, mask).item() == pytest.approx(1)
    assert dice(mask, 1 - mask).item() < 0.01
