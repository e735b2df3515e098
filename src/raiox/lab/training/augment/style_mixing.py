"""MixStyle: early features with the channel means and standard deviations of another image.

These statistics carry the style of a hospital. Mixed between the images of a batch during training,
they no longer identify the hospital of an image; serving costs nothing, because only weights change.
Source: Zhou et al., 2021, arXiv:2104.02008 (MixStyle).
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.distributions import Beta

CONCENTRATION = 0.1
"""Parameter of the Beta distribution of shares: mostly one style or the other, seldom half of each."""


def mix_styles(layers: Iterable[nn.Module], chance: float) -> None:
    """Register hooks that mix the styles of layers' outputs (N, C, H, W) in a share of training batches.

    Random values come from torch's global generator, which training seeds for every batch.
    """

    def mix(layer: nn.Module, _: object, features: Tensor) -> Tensor:
        if not layer.training or float(torch.rand(())) >= chance:
            return features
        return mix_batch_styles(features)

    for layer in layers if chance else ():
        layer.register_forward_hook(mix)


def mix_batch_styles(features: Tensor) -> Tensor:
    """Each image's features (N, C, H, W), means and deviations mixed with another image's."""
    mean = features.mean(dim=(2, 3), keepdim=True).detach()
    std = (features.var(dim=(2, 3), keepdim=True) + 1e-6).sqrt().detach()
    other = torch.randperm(len(features)).to(features.device)
    own = Beta(CONCENTRATION, CONCENTRATION).sample((len(features), 1, 1, 1)).to(features)
    mixed_mean = own * mean + (1 - own) * mean[other]
    mixed_std = own * std + (1 - own) * std[other]
    return (features - mean) / std * mixed_std + mixed_mean
