"""A penalty for evidence outside the region where a label's evidence may lie.

Margins, letters and shoulders identify the hospital; the penalty moves evidence away from them. It
reaches radiographs without an annotation only through the features they share with the others.
Source: Ross et al., 2017, arXiv:1703.03717 (right for the right reasons); Viviano et al., 2021,
arXiv:1910.00199, where it did not always help at other hospitals: measure before believing.
"""

from torch import Tensor
from torch.nn import functional

MIN_EVIDENCE = 1e-2
"""In logits, per location: a map below it supports nothing, and there is nothing to move."""


def attention_loss(attention: Tensor, lungs: Tensor) -> Tensor:
    """Cross-entropy between what a network attends to and where the lungs lie.

    Args:
        attention: (N, 1, h, w) logit of lung.
        lungs: (N, 1, L, L) in [0, 1].
    """
    wanted = functional.adaptive_avg_pool2d(lungs, attention.shape[2:])
    return functional.binary_cross_entropy_with_logits(attention, wanted)


def region_loss(maps: Tensor, labels: Tensor, regions: Tensor) -> Tensor:
    """Negative log of the share of evidence for the true labels inside their regions.

    Args:
        maps: (N, K, h, w) activation maps in logits.
        labels: (N,) index of the true output.
        regions: (N, 1, R, R) in [0, 1], 1 where evidence may lie.
    """
    own = maps.gather(1, labels.view(-1, 1, 1, 1).expand(-1, 1, *maps.shape[2:]))
    evidence = functional.relu(own - maps.mean(dim=1, keepdim=True)) + MIN_EVIDENCE
    inside = evidence * functional.adaptive_avg_pool2d(regions, maps.shape[2:])
    shares = inside.sum(dim=(1, 2, 3)) / evidence.sum(dim=(1, 2, 3))
    return -shares.clamp(min=MIN_EVIDENCE).log().mean()
