"""Activation maps first, scores from them: the head of both networks.

A linear layer after global average pooling equals the average of a linear layer
before it, so the map of a finding and its logit are one computation and no
gradient is needed to draw it. Source: Zhou et al., 2016, doi:10.1109/CVPR.2016.319;
the paper, section 2.2.
"""

from math import isqrt
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Pooled = tuple[Tensor, Tensor, Tensor, Tensor | None]
"""What a head gives: logits, maps, embedding and, where it attends to the lungs, their logits."""

LEAST_ATTENTION = 1e-3
"""Attention of a location outside the lungs, where one within them has 1."""


class NetworkOutput(NamedTuple):
    """The outputs of one forward pass."""

    logits: Tensor
    """(N, K) float."""
    maps: Tensor
    """(N, K, h, w) float; their mean over h and w plus the bias is the logit."""
    embedding: Tensor
    """(N, D) float, the pooled features."""
    hints: tuple[Tensor, ...]
    """Features at strides 4, 8 and 16, for a student to match."""
    quality: Tensor | None = None
    """(N,) score in [0, 1] of the image quality, from a network that rates it."""
    lungs: Tensor | None = None
    """(N, 1, h, w) logit of lung at each location, from a network that attends to the lungs."""

    def of(self, chosen: Tensor) -> "NetworkOutput":
        """The outputs for some (N,) of the images."""
        hints = tuple(features[chosen] for features in self.hints)
        quality, lungs = (None if x is None else x[chosen] for x in (self.quality, self.lungs))
        logits, maps, embedding = (x[chosen] for x in (self.logits, self.maps, self.embedding))
        return NetworkOutput(logits, maps, embedding, hints, quality, lungs)


class ActivationMapHead(nn.Module):
    """Features to logits, maps and embedding in one pass.

    `attends_to_lungs` averages within the lungs that it finds in the same features, instead of over
    the whole image: what lies outside adds nothing to a score, whatever it shows. Where they are it learns
    from masks alone; the loss of the labels cannot move its attention.
    Source: attention learned from masks, Li et al., 2018, arXiv:1802.10171.
    """

    def __init__(self, n_features: int, n_outputs: int, *, attends_to_lungs: bool = False) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(n_features, n_outputs)
        self.attention = nn.Conv2d(n_features, 1, 1) if attends_to_lungs else None

    def forward(self, features: Tensor) -> Pooled:
        """(N, D, h, w) to logits (N, K), maps (N, K, h, w), embedding (N, D), perhaps logits of lung."""
        lungs = None if self.attention is None else self.attention(features)
        if lungs is not None:
            features = features * _weights(lungs.detach())
        maps = functional.conv2d(features, self.classifier.weight[:, :, None, None])
        embedding = features.mean(dim=(2, 3))
        if self.training:
            return self.classifier(self.dropout(embedding)), maps, embedding, lungs
        return maps.mean(dim=(2, 3)) + self.classifier.bias, maps, embedding, lungs


def _weights(lungs: Tensor) -> Tensor:
    """(N, 1, h, w) of mean 1, from logits of lung; even where no lung is seen."""
    weights: Tensor = lungs.sigmoid() + LEAST_ATTENTION
    return weights / weights.mean(dim=(2, 3), keepdim=True)


class FlattenedHead(nn.Module):
    """One weight for every feature at every location: the head of the authors' frontal filter.

    Its maps are exact as well (each location's share of the logit, times the number of locations), but
    it takes only images of the size it was made for.
    """

    def __init__(self, n_features: int, n_locations: int, n_outputs: int) -> None:
        super().__init__()
        side = isqrt(n_locations)
        self.weight = nn.Parameter(torch.empty(n_outputs, n_features, side, side))
        self.bias = nn.Parameter(torch.zeros(n_outputs))
        nn.init.xavier_uniform_(self.weight.view(n_outputs, -1))

    def forward(self, features: Tensor) -> Pooled:
        """(N, D, h, w) to logits (N, K), maps (N, K, h, w), embedding (N, D)."""
        maps = torch.einsum("ndhw,kdhw->nkhw", features, self.weight)
        logits = maps.sum(dim=(2, 3)) + self.bias
        return logits, maps * maps[0, 0].numel(), features.mean(dim=(2, 3)), None


def three_channels(images: Tensor) -> Tensor:
    """(N, 1, H, W) gray to (N, 3, H, W), as ImageNet weights expect."""
    return torch.cat((images, images, images), dim=1)
