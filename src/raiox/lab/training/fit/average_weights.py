"""Weights between others: those of several trainings from one start, and those of a start and an end.

Averages of networks that were fine-tuned from the same weights are often better than each, and what lies
between a network and its fine-tuning keeps what it knew of images unlike the last ones; serving costs the
same. Source: Wortsman et al., 2022, arXiv:2203.05482 (soups), arXiv:2109.01903 (WiSE-FT).
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def average_weights(ends: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each tensor; counters are those of the last.

    Args:
        ends: tensors by name of each training, with the same names.
    """
    return {
        name: torch.stack([end[name] for end in ends]).mean(0)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in ends[-1].items()
    }


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
