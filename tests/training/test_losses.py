"""The paper's loss as printed, as coded, and the plain one, against sums done by hand."""

import math

import pytest
import torch

from raiox.lab.training.fit.losses import class_weights, label_loss, smooth_labels
from raiox.lab.training.recipe import Loss

COUNTS = torch.tensor([100.0, 200.0, 50.0])
LOGITS = torch.log(torch.tensor([[0.7, 0.2, 0.1]]))
LABELS = torch.tensor([2])


def test_rare_classes_weigh_more_unless_equation_1_is_taken_as_printed() -> None:
    assert class_weights(Loss(class_weights="inverse"), COUNTS).tolist() == [2, 1, 4]
    assert class_weights(Loss(class_weights="as_printed"), COUNTS).tolist() == [0.5, 1, 0.25]
    assert class_weights(Loss(), COUNTS).tolist() == [1, 1, 1]


def test_smoothing_gives_every_output_its_share() -> None:
    assert smooth_labels(LABELS, 3, 0.1)[0].tolist() == pytest.approx(
        [0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3]
    )


def test_equation_2_weighs_only_the_true_term() -> None:
    loss = label_loss(Loss(kind="binary_positive_term", class_weights="inverse"), COUNTS)

    assert float(loss(LOGITS, LABELS)) == pytest.approx(-4 * math.log(0.1) / 3, rel=1e-5)


def test_the_code_weighs_both_terms() -> None:
    loss = label_loss(Loss(kind="binary_both_terms", class_weights="inverse"), COUNTS)

    by_hand = -(2 * math.log(1 - 0.7) + 1 * math.log(1 - 0.2) + 4 * math.log(0.1)) / 3
    assert float(loss(LOGITS, LABELS)) == pytest.approx(by_hand, rel=1e-5)


def test_a_certain_wrong_answer_costs_much_but_not_infinity() -> None:
    loss = label_loss(Loss(kind="binary_both_terms"), COUNTS)

    assert 5 < float(loss(torch.tensor([[1e4, 0.0, 0.0]]), LABELS)) < 20


def test_the_plain_loss_is_torchs() -> None:
    loss = label_loss(Loss(label_smoothing=0.1), COUNTS)

    expected = torch.nn.functional.cross_entropy(LOGITS, LABELS, label_smoothing=0.1)
    assert float(loss(LOGITS, LABELS)) == pytest.approx(float(expected))
