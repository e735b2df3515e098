"""A small U-Net: gray image to masks at half its resolution.

Source: Ronneberger et al., 2015, arXiv:1505.04597. Widths are those that a mask of smooth outlines
needs and a processor answers within a few milliseconds.
"""

import itertools

from torch import Tensor, nn
from torch.nn import functional

from raiox.lab.training.networks.head import NetworkOutput

WIDTHS = (24, 48, 96, 128)
"""Channels at strides 2, 4, 8 and 16."""


class UNet(nn.Module):
    """Masks of each output, in logits."""

    def __init__(self, n_outputs: int) -> None:
        super().__init__()
        self.stem = _convolution(1, WIDTHS[0], stride=2)
        self.down = nn.ModuleList(
            nn.Sequential(_convolution(n_in, n_out, stride=2), _convolution(n_out, n_out))
            for n_in, n_out in itertools.pairwise(WIDTHS)
        )
        self.narrow = nn.ModuleList(
            nn.Conv2d(n_in, n_out, 1, bias=False)
            for n_in, n_out in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)
        )
        self.up = nn.ModuleList(_convolution(n, n) for n in WIDTHS[-2::-1])
        self.mask = nn.Conv2d(WIDTHS[0], n_outputs, 1)

    @property
    def early_layers(self) -> tuple[nn.Module, ...]:
        """Where style is seen."""
        return (self.stem, *self.down[:2])

    def forward(self, images: Tensor) -> NetworkOutput:
        """(N, 1, H, W), normalised, to masks (N, K, H / 2, W / 2); logits are their means."""
        features = self.stem(images)
        skipped = []
        for layer in self.down:
            skipped.append(features)
            features = layer(features)
        embedding = features.mean(dim=(2, 3))
        for narrow, layer, skip in zip(self.narrow, self.up, skipped[::-1], strict=True):
            wide = functional.interpolate(narrow(features), scale_factor=2.0, mode="bilinear")
            features = layer(wide + skip)
        masks = self.mask(features)
        return NetworkOutput(masks.mean(dim=(2, 3)), masks, embedding, ())


def _convolution(n_in: int, n_out: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )
