"""Losses against the labels: cross-entropy, and the paper's two weighted losses.

Source: the paper, section 3.2, Eq. 1 and 2, and its authors' code, which differ:
Eq. 2 weights only the term of the true class, the code both; Eq. 1 as printed
would weigh rare classes down, the code inverts it.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
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


class SourceVariance(nn.Module):
    """Variance of the mean losses of the data sets.

    A batch holds few images of each, so that the variance within it is mostly chance. Its gradient is
    taken with the means of many batches instead: the loss of a data set counts by how far its running mean
    lies above that of all.
    Source: V-REx, Krueger et al., 2021, arXiv:2003.00688.
    """

    MOMENTUM = 0.95
    """Of the running means: those of some twenty batches."""

    def __init__(self, n_sources: int, spec: Loss) -> None:
        super().__init__()
        self._spec = spec
        self.running: Tensor
        self.register_buffer("running", torch.full((n_sources,), float("nan")))

    def forward(self, logits: Tensor, labels: Tensor, sources: Tensor) -> Tensor:
        """A scalar whose gradient is that of the variance.

        Args:
            logits: (N, K)
            labels: (N,)
            sources: (N,) index of the data set.
        """
        losses = functional.cross_entropy(
            logits, labels, label_smoothing=self._spec.label_smoothing, reduction="none"
        )
        present = sources.unique()
        means = torch.stack([losses[sources == source].mean() for source in present])
        before, now = self.running[present], means.detach().to(self.running)
        unknown = before.isnan()
        self.running[present] = torch.where(
            unknown, now, self.MOMENTUM * before + (1 - self.MOMENTUM) * now
        )
        excess = self.running[present] - self.running.nanmean()
        n_known = (~self.running.isnan()).sum()
        return 2 * (excess * means).sum() / n_known


def class_weights(spec: Loss, counts: Tensor) -> Tensor:
    """(K,) weight of each output: N_max / N_c, or Eq. 1 as printed, N_c / N_max."""
    if spec.class_weights == "none":
        return torch.ones(len(counts))
    inverse = counts.max() / counts.clamp(min=1)
    return inverse if spec.class_weights == "inverse" else 1 / inverse


def smooth_labels(labels: Tensor, n_outputs: int, share: float) -> Tensor:
    """(N,) labels to (N, K) targets: a share of each spread over all outputs."""
    return functional.one_hot(labels, n_outputs).float() * (1 - share) + share / n_outputs
