"""Does a network detect by itself that an image is unlike its training data?

A data set left out of every step of training stands for the next hospital: its radiographs are as
ordinary as the others, and only the network's own confidence could show that they are from
elsewhere. Source: Hendrycks and Gimpel, 2017, arXiv:1610.02136 (maximum softmax probability, MSP;
AUROC; FPR95).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate
from raiox.lab.metrics.ranking import auc_estimate, fpr_at_tpr
from raiox.vocabulary import ImageKind


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A network's scores of N samples, and where these are from."""

    scores: Floats
    """(N, K)"""
    labels: Indices
    """(N,) index of each sample's label."""
    groups: Names
    """(N,)"""
    datasets: Names
    """(N,)"""

    def where(self, chosen: Mask) -> "Scored":
        """The chosen ones of the N samples."""
        return Scored(
            self.scores[chosen], self.labels[chosen], self.groups[chosen], self.datasets[chosen]
        )


def ood_scores(scores: Floats, inside: Mask, groups: Names) -> tuple[Estimate, Estimate]:
    """AUROC and FPR95 of a score that is high for in-distribution samples.

    Args:
        scores: (N,) e.g. the maximum softmax probability.
        inside: (N,) whether a sample is in-distribution.
        groups: (N,) resampled whole.

    Returns: the chance that an in-distribution sample scores above another, and the proportion of
        the others that pass where 95 % of the in-distribution samples do.
    """
    passed = bootstrap_estimate(lambda drawn: fpr_at_tpr(scores[drawn], inside[drawn]), groups)
    return auc_estimate(scores, inside, groups), passed


def unseen_dataset_estimates(
    outputs: Sequence[str], seen: Scored, unseen: Scored
) -> Iterator[tuple[str, Estimate]]:
    """AUROC and FPR95 of each data set that was not used for training, by English names.

    For findings, by the MSP. For the frontal filter, frontal radiographs by the MSP, since they
    are accepted all the same, and other kinds of image by the score of upright frontal.

    Args:
        outputs: (K,) names of the labels.
        seen: samples of the data sets used for training, though not used for training themselves.
        unseen: samples of data sets that were not used for training.
    """
    if ImageKind.FRONTAL not in outputs:
        msp = (seen.scores.max(axis=1), unseen.scores.max(axis=1))
        yield from _by_dataset("MSP", seen, unseen, *msp)
        return
    frontal = outputs.index(ImageKind.FRONTAL)
    inside, is_frontal = seen.where(seen.labels == frontal), unseen.labels == frontal
    radiographs, others = unseen.where(is_frontal), unseen.where(~is_frontal)
    msp = (inside.scores.max(axis=1), radiographs.scores.max(axis=1))
    yield from _by_dataset("MSP", inside, radiographs, *msp)
    score = (inside.scores[:, frontal], others.scores[:, frontal])
    yield from _by_dataset("frontal score", inside, others, *score)


def _by_dataset(
    detector: str, seen: Scored, unseen: Scored, inside: Floats, outside: Floats
) -> Iterator[tuple[str, Estimate]]:
    for dataset in np.unique(unseen.datasets):
        here = unseen.datasets == dataset
        both = np.concatenate([inside, outside[here]])
        groups = np.concatenate([seen.groups, unseen.groups[here]])
        estimates = ood_scores(both, np.arange(len(both)) < len(inside), groups)
        for short, estimate in zip(("AUROC", "FPR95"), estimates, strict=True):
            yield f"{short} of the {detector}, {dataset}, unseen", estimate
