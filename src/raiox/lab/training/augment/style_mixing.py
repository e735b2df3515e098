"""Early features under another image's brightness and contrast, channel by channel.

What the first layers see of a hospital is style: their channels' means and spreads. Mixed
between the images of a batch while training, it stops telling where an image comes
from; serving costs nothing, since the weights alone change.
Source: Zhou et al., 2021, arXiv:2104.02008 (MixStyle).
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.distributions import Beta

CONCENTRATION = 0.1
"""Of the Beta distribution of shares: mostly one style or the other, seldom half of each."""


def mix_styles(layers: Iterable[nn.Module], chance: float) -> None:
    """Make layers mix the styles of what they give, (N, C, H, W), in a share of training batches.

    Draws come from torch's own generator, which training seeds for every batch.
    """

    def mix(layer: nn.Module, _: object, features: Tensor) -> Tensor:
        if not layer.training or float(torch.rand(())) >= chance:
            return features
        return mixed(features)

    for layer in layers if chance else ():
        layer.register_forward_hook(mix)


def mixed(features: Tensor) -> Tensor:
    """Each image's features (N, C, H, W) with means and spreads drawn towards another image's."""
    mean = features.mean(dim=(2, 3), keepdim=True).detach()
    spread = (features.var(dim=(2, 3), keepdim=True) + 1e-6).sqrt().detach()
    other = torch.randperm(len(features)).to(features.device)
    own = Beta(CONCENTRATION, CONCENTRATION).sample((len(features), 1, 1, 1)).to(features)
    mixed_mean = own * mean + (1 - own) * mean[other]
    mixed_spread = own * spread + (1 - own) * spread[other]
    return (features - mean) / spread * mixed_spread + mixed_mean
