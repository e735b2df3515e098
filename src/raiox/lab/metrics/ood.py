"""Does a network notice by itself that what it is shown is not what it learned from?

A source left out of every step of training stands for the next hospital: its films are as
ordinary as those at home, and only the network's own doubt could tell that they are from
elsewhere. Source: Hendrycks and Gimpel, 2017, arXiv:1610.02136 (doubt, AUROC, FPR95).
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
    """What a network answered to N cases, and where they are from."""

    scores: Floats
    """(N, K)"""
    labels: Indices
    """(N,) index of each case's label."""
    groups: Names
    """(N,)"""
    datasets: Names
    """(N,)"""

    def where(self, chosen: Mask) -> "Scored":
        """The chosen ones of the N."""
        return Scored(
            self.scores[chosen], self.labels[chosen], self.groups[chosen], self.datasets[chosen]
        )


def ood_scores(in_distribution: Floats, at_home: Mask, groups: Names) -> tuple[Estimate, Estimate]:
    """AUROC and FPR95 of a value that is high at home.

    Args:
        familiar: (N,) e.g. the highest score.
        at_home: (N,) false for what is foreign.
        groups: (N,) resampled whole.

    Returns: the chance that a case at home lies above a foreign one, and the share of the foreign
        that pass where 95 % of those at home do.
    """
    passed = bootstrap_estimate(
        lambda drawn: fpr_at_tpr(in_distribution[drawn], at_home[drawn]), groups
    )
    return auc_estimate(in_distribution, at_home, groups), passed


def unseen_dataset_estimates(
    outputs: Sequence[str], home: Scored, away: Scored
) -> Iterator[tuple[str, Estimate]]:
    """How well sources that trained nothing are told from those that did, by names that say so.

    Of findings: each source by the doubt (one less the highest score). Of the frontal filter:
    frontal films by the doubt, since they are let in all the same, and everything else of a
    source by the score of upright frontal. What is at home is `home`; of a filter its frontal films.

    Args:
        outputs: (K,) names of the labels.
        home: of sources that trained the network, though not these cases.
        away: of sources that trained nothing of it.
    """
    if ImageKind.FRONTAL not in outputs:
        yield from _by_source("doubt", home, away, home.scores.max(axis=1), away.scores.max(axis=1))
        return
    frontal = outputs.index(ImageKind.FRONTAL)
    ours, upright = home.where(home.labels == frontal), away.labels == frontal
    films, others = away.where(upright), away.where(~upright)
    doubts = (ours.scores.max(axis=1), films.scores.max(axis=1))
    yield from _by_source("doubt", ours, films, *doubts)
    let_in = (ours.scores[:, frontal], others.scores[:, frontal])
    yield from _by_source("frontal score", ours, others, *let_in)


def _by_source(
    way: str, home: Scored, away: Scored, at_home: Floats, elsewhere: Floats
) -> Iterator[tuple[str, Estimate]]:
    for dataset in np.unique(away.datasets):
        here = away.datasets == dataset
        both = np.concatenate([at_home, elsewhere[here]])
        groups = np.concatenate([home.groups, away.groups[here]])
        estimates = ood_scores(both, np.arange(len(both)) < len(at_home), groups)
        for short, estimate in zip(("AUROC", "FPR95"), estimates, strict=True):
            yield f"{short} of the {way}, {dataset}, never seen", estimate
