"""Random numbers of a batch, one per image, from one seeded generator."""

import math

import torch
from torch import Tensor


class BatchRandom:
    """Random values for the N images of a batch."""

    def __init__(self, n: int, generator: torch.Generator) -> None:
        self.n, self.generator = n, generator

    def uniform(self, low: float, high: float) -> Tensor:
        """(N,) between the two."""
        return low + (high - low) * torch.rand(self.n, generator=self.generator)

    def log_uniform(self, bounds: tuple[float, float]) -> Tensor:
        """(N,) factors: halving is as likely as doubling."""
        return self.uniform(math.log(bounds[0]), math.log(bounds[1])).exp()

    def chance(self, share: float) -> Tensor:
        """(N,) true for about this share."""
        return torch.rand(self.n, generator=self.generator) < share

    def index(self, n: int) -> Tensor:
        """(N,) whole numbers below n."""
        return torch.randint(n, (self.n,), generator=self.generator)


def per_image(values: Tensor, images: Tensor) -> Tensor:
    """(N,) to (N, 1, 1, 1) on the images' device."""
    return values.view(-1, 1, 1, 1).to(images.device)
