"""Batch-norm statistics are re-estimated on unaugmented images, and nothing else changes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from raiox.lab.training.augment.style_mixing import mix_styles
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import Examples, load_examples
from raiox.lab.training.fit.batchnorm import recalibrate_batchnorm
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.recipe import Augmentation, OneCycle, Recipe, Stage
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.runs.train import train
from raiox.preprocessing import Preprocessing

SPEC = Preprocessing(side_px=32, fit="letterbox")


def recipe(**changes: object) -> Recipe:
    schedule = OneCycle(n_samples=64, learning_rate=1e-3)
    plain = Recipe(
        name="measured", task="findings", network="mobilenet", preprocessing=SPEC,
        stages=(Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=32),),
        augmentation=Augmentation(gain=(0.2, 0.3)), n_batchnorm_images=192,
    )  # fmt: skip
    return plain.model_copy(update=changes)


@pytest.fixture
def examples(drawn_data: Path, tmp_path: Path) -> Examples:
    return load_examples(recipe(), SPEC, drawn_data, tmp_path)["train"]


def first_norm_sees(network: MobileNetV1, examples: Examples) -> torch.Tensor:
    """Mean of what reaches the first norm, over all examples."""
    squares = torch.from_numpy(np.stack([examples[i][0] for i in range(len(examples))]))
    images = normalise(squares.float() / 255.0, SPEC)
    with torch.no_grad():
        return network.conv_stem(images.repeat(1, 3, 1, 1)).mean(dim=(0, 2, 3))


def test_statistics_become_those_of_clean_images(examples: Examples) -> None:
    torch.manual_seed(0)
    network = MobileNetV1(3)

    recalibrate_batchnorm(network, recipe(), examples, seed=0)

    seen = first_norm_sees(network, examples)
    torch.testing.assert_close(network.bn1.running_mean, seen, atol=0.05, rtol=0.1)
    assert not network.training


def test_no_weight_changes_and_momenta_stay(examples: Examples) -> None:
    network = MobileNetV1(3)
    before = {name: tensor.clone() for name, tensor in network.named_parameters()}

    recalibrate_batchnorm(network, recipe(), examples, seed=0)

    assert all(torch.equal(before[name], now) for name, now in network.named_parameters())
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert all(norm.momentum == nn.BatchNorm2d(1).momentum for norm in norms)


def test_styles_are_not_mixed_meanwhile(examples: Examples) -> None:
    torch.manual_seed(0)
    plain = MobileNetV1(3)
    mixing = MobileNetV1(3)
    mixing.load_state_dict(plain.state_dict())
    mix_styles(mixing.early_layers, 1.0)

    for network in (plain, mixing):
        recalibrate_batchnorm(network, recipe(), examples, seed=0)

    norms = zip(plain.named_buffers(), mixing.buffers(), strict=True)
    assert all(torch.equal(a, b) for (_, a), b in norms)


def test_a_run_ends_with_the_statistics_of_clean_images(drawn_data: Path, tmp_path: Path) -> None:
    context = TrainingContext(data=drawn_data, runs=tmp_path, n_threads=1)
    examples = load_examples(recipe(), SPEC, drawn_data, tmp_path)["train"]

    dark, clean = (
        load_run(train(recipe(name=f"measured{n}", n_batchnorm_images=n), context))[1]
        for n in (0, 192)
    )

    def distance(network: MobileNetV1) -> float:
        return float((network.bn1.running_mean - first_norm_sees(network, examples)).norm())

    assert distance(clean) < distance(dark) / 4
