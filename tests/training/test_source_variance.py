"""The losses of the data sets are held together where a recipe says so."""

import pytest
import torch
from torch.nn import functional

from raiox.lab.training.fit.losses import source_variance
from raiox.lab.training.recipe import Loss

LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0], [3.0, -1.0]])
LABELS = torch.tensor([0, 0, 1, 0])


def test_it_is_the_variance_of_the_means_of_the_data_sets():
    losses = functional.cross_entropy(LOGITS, LABELS, reduction="none")
    means = torch.stack([(losses[0] + losses[3]) / 2, (losses[1] + losses[2]) / 2])

    found = source_variance(LOGITS, LABELS, torch.tensor([4, 1, 1, 4]), Loss())

    assert found == pytest.approx(float(means.var(unbiased=False)))


def test_a_single_data_set_has_none():
    assert source_variance(LOGITS, LABELS, torch.zeros(4, dtype=torch.long), Loss()) == 0


def test_it_pulls_at_the_data_set_that_is_worse():
    logits = LOGITS.clone().requires_grad_()
    source_variance(logits, LABELS, torch.tensor([0, 1, 1, 0]), Loss()).backward()
    worse, better = logits.grad[1], logits.grad[0]

    assert worse[0] < 0 < worse[1]  # towards the label
    assert better[0] > 0 > better[1]  # away from it
