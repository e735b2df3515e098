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

    def of(self, chosen: Tensor) -> "NetworkOutput":
        """The outputs for some (N,) of the images."""
        hints = tuple(features[chosen] for features in self.hints)
        quality = None if self.quality is None else self.quality[chosen]
        logits, maps, embedding = (x[chosen] for x in (self.logits, self.maps, self.embedding))
        return NetworkOutput(logits, maps, embedding, hints, quality)


class ActivationMapHead(nn.Module):
    """Features to logits, maps and embedding in one pass."""

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(n_features, n_outputs)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, D, h, w) to logits (N, K), maps (N, K, h, w), embedding (N, D)."""
        weight = self.classifier.weight
        maps = nn.functional.conv2d(features, weight[:, :, None, None])
        embedding = features.mean(dim=(2, 3))
        if self.training:
            return self.classifier(self.dropout(embedding)), maps, embedding
        return maps.mean(dim=(2, 3)) + self.classifier.bias, maps, embedding


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

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, D, h, w) to logits (N, K), maps (N, K, h, w), embedding (N, D)."""
        maps = torch.einsum("ndhw,kdhw->nkhw", features, self.weight)
        logits = maps.sum(dim=(2, 3)) + self.bias
        return logits, maps * maps[0, 0].numel(), features.mean(dim=(2, 3))


def three_channels(images: Tensor) -> Tensor:
    """(N, 1, H, W) gray to (N, 3, H, W), as ImageNet weights expect."""
    return torch.cat((images, images, images), dim=1)
