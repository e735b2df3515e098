"""Radiographs degraded by a known amount, and a network that learns to rate them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from test_training_run import recipe, training_context

from raiox.lab.training.augment.batch_random import BatchRandom
from raiox.lab.training.augment.image_quality import (
    DEGRADATIONS,
    degrade,
    quality_loss,
    quality_metrics,
)
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.runs.train import train


def radiographs(n: int) -> torch.Tensor:
    ramp = torch.linspace(0.2, 0.8, 64)
    waves = 0.1 * torch.sin(torch.arange(64) * 1.9)
    return (0.5 * ramp[None, :] + 0.5 * ramp[:, None] + waves[None, :]).repeat(n, 1, 1, 1)


def draw(n: int) -> BatchRandom:
    return BatchRandom(n, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("degradation", DEGRADATIONS)
def test_every_degradation_changes_an_image_more_the_more_severe_it_is(degradation) -> None:
    image = radiographs(1)

    changes = [
        float(
            (degradation(image, torch.full((1, 1, 1, 1), s), draw(1)).clamp(0, 1) - image)
            .abs()
            .mean()
        )
        for s in (0.2, 0.6, 1.0)
    ]

    assert changes == sorted(changes)
    assert changes[0] > 1e-4


def test_an_image_of_full_quality_is_unchanged_and_others_are_not() -> None:
    images = radiographs(64)

    degraded, quality = degrade(images, draw(64))

    changed = (degraded - images).abs().mean(dim=(1, 2, 3)) > 1e-5
    assert torch.equal(changed, quality < 1)
    assert 0 <= quality.min() < 0.2
    assert quality.max() == 1


def test_only_radiographs_are_rated() -> None:
    labels = torch.tensor([0, 9])  # an upright radiograph and a photograph
    seen, quality = torch.tensor([0.8, 0.0]), torch.tensor([1.0, 1.0])

    assert float(quality_loss(seen, quality, labels)) == pytest.approx(0.04)


def test_a_rating_that_knows_scores_higher_than_one_that_guesses() -> None:
    images, groups = radiographs(200), np.arange(200).astype(str)

    def sharpness(batch: torch.Tensor) -> torch.Tensor:
        return -(batch - images[: len(batch)]).abs().mean(dim=(1, 2, 3))

    knows, *_ = quality_metrics(sharpness, images, groups)
    guesses, *_ = quality_metrics(lambda batch: batch.flatten(1)[:, 0], images * 0 + 0.5, groups)

    assert knows.estimate.value > 0.99
    assert guesses.estimate.value < 0.95


def test_a_filter_learns_to_rate_and_keeps_it_in_its_run(drawn_data: Path, tmp_path: Path) -> None:
    rating = recipe("rating", task="frontal_filter", rates_quality=True)

    folder = train(rating, training_context(drawn_data, tmp_path))

    curves = (folder / "stage-0" / "curves.jsonl").read_text().splitlines()
    assert any("loss_quality" in json.loads(line) for line in curves)
    _, network = load_run(folder)
    rated = network(torch.zeros(2, 1, 32, 32)).quality
    assert rated.shape == (2,)
    assert (rated >= 0).all()
    assert (rated <= 1).all()
