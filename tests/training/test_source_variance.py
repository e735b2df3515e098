"""The losses of the data sets are held together where a recipe says so."""

import torch
from torch.nn import functional

from raiox.lab.training.fit.losses import SourceVariance
from raiox.lab.training.recipe import Loss

LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0], [3.0, -1.0]])
LABELS = torch.tensor([0, 0, 1, 0])
SOURCES = torch.tensor([4, 1, 1, 4])


def test_the_first_gradient_is_that_of_the_variance_of_the_batch():
    logits = LOGITS.clone().requires_grad_()
    losses = functional.cross_entropy(logits, LABELS, reduction="none")
    means = torch.stack([(losses[0] + losses[3]) / 2, (losses[1] + losses[2]) / 2])
    (expected,) = torch.autograd.grad(means.var(unbiased=False), logits)

    again = LOGITS.clone().requires_grad_()
    SourceVariance(6, Loss())(again, LABELS, SOURCES).backward()

    assert torch.allclose(again.grad, expected)


def test_a_single_data_set_has_none():
    variance = SourceVariance(6, Loss())

    assert variance(LOGITS, LABELS, torch.zeros(4, dtype=torch.long)) == 0


def test_it_pulls_at_the_data_set_that_is_worse():
    logits = LOGITS.clone().requires_grad_()
    SourceVariance(6, Loss())(logits, LABELS, torch.tensor([0, 1, 1, 0])).backward()
    worse, better = logits.grad[1], logits.grad[0]

    assert worse[0] < 0 < worse[1]  # towards the label
    assert better[0] > 0 > better[1]  # away from it


def test_what_many_batches_said_outweighs_one():
    variance = SourceVariance(2, Loss())
    for _ in range(30):
        variance(LOGITS, LABELS, torch.tensor([0, 1, 1, 0]))  # the second data set is worse
    logits = LOGITS.clone().requires_grad_()
    variance(logits, LABELS, torch.tensor([1, 0, 0, 1])).backward()  # here the first one is

    assert logits.grad[0, 0] < 0  # of the second: still towards the label
    assert logits.grad[1, 0] > 0
