"""Losses against the labels: cross-entropy, and the paper's two weighted losses.

Source: the paper, section 3.2, Eq. 1 and 2, and its authors' code, which differ:
Eq. 2 weights only the term of the true class, the code both; Eq. 1 as printed
would weigh rare classes down, the code inverts it.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from raiox.lab.training.recipe import Loss

EPSILON = 1e-7  # Keras' own, which the authors' code clips probabilities with

LabelLoss = Callable[[Tensor, Tensor], Tensor]
"""Logits (N, K) and labels (N,) to a scalar."""


def label_loss(spec: Loss, counts: Tensor) -> LabelLoss:
    """The loss that a recipe specifies.

    Args:
        spec: what the recipe says.
        counts: (K,) images of each output per epoch, oversampled ones as often as they occur.
    """
    weights = class_weights(spec, counts)
    if spec.kind == "cross_entropy":
        return lambda logits, labels: functional.cross_entropy(
            logits, labels, weights.to(logits), label_smoothing=spec.label_smoothing
        )
    both_terms = spec.kind == "binary_both_terms"

    def binary(logits: Tensor, labels: Tensor) -> Tensor:
        target = smooth_labels(labels, logits.shape[1], spec.label_smoothing)
        p = logits.softmax(dim=1).clamp(EPSILON, 1 - EPSILON)
        likelihood = target * p.log()
        if both_terms:
            likelihood = likelihood + (1 - target) * (1 - p).log()
        return -(weights.to(logits) * likelihood).mean()

    return binary


def no_evidence_loss(logits: Tensor) -> Tensor:
    """Divergence of the outputs (N, K) from equal ones, for images that show nothing of any label."""
    return -functional.log_softmax(logits, dim=1).mean() - math.log(logits.shape[1])


def class_weights(spec: Loss, counts: Tensor) -> Tensor:
    """(K,) weight of each output: N_max / N_c, or Eq. 1 as printed, N_c / N_max."""
    if spec.class_weights == "none":
        return torch.ones(len(counts))
    inverse = counts.max() / counts.clamp(min=1)
    return inverse if spec.class_weights == "inverse" else 1 / inverse


def smooth_labels(labels: Tensor, n_outputs: int, share: float) -> Tensor:
    """(N,) labels to (N, K) targets: a share of each spread over all outputs."""
    return functional.one_hot(labels, n_outputs).float() * (1 - share) + share / n_outputs
