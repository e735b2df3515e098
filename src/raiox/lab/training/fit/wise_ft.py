"""WiSE-FT: weights between those a network started from and those it was fine-tuned to.

The result keeps what the network knew of images unlike the last ones, and serving costs the same.
Source: Wortsman et al., 2022, arXiv:2109.01903.
"""

from collections.abc import Mapping

import torch
from torch import Tensor


def interpolate_weights(
    start: Mapping[str, Tensor], end: Mapping[str, Tensor], alpha: float
) -> dict[str, Tensor]:
    """Tensors by name; counters are those of the end.

    Args:
        start: tensors by name.
        end: likewise, with the same names.
        alpha: share of the start, from 0 to 1.
    """
    return {
        name: torch.lerp(tensor, start[name], alpha) if tensor.is_floating_point() else tensor
        for name, tensor in end.items()
    }
