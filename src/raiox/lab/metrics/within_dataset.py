"""AUC within one data set, where the hospital cannot stand in for the lungs.

Across data sets a network may score where an image came from; that does not separate two labels
of one data set, nor the labels of a data set that was not used for training.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.metrics.ranking import auc_estimate
from raiox.vocabulary import Finding

MIN_SAMPLES_PER_LABEL = 8
"""Fewer cases of a label in a data set give no AUC worth a line."""


def within_dataset_auc(
    outputs: Sequence[str], datasets: Names, groups: Names, labels: Indices, logits: Floats
) -> Iterator[tuple[str, Estimate]]:
    """AUC of every pair of labels that one data set holds, by a name that says so.

    Args:
        outputs: (K,) names of the labels.
        datasets: (N,) data set of each case.
        groups: (N,) its group.
        labels: (N,) index of its label.
        logits: (N, K); the margin of the two is what ranks.
    """
    for dataset, a, b, estimate in within_dataset_pairs(datasets, groups, labels, logits):
        yield f"AUC {outputs[b]} vs {outputs[a]}, within {dataset}", estimate
    if Finding.NO_FINDING in outputs:
        normal = list(outputs).index(Finding.NO_FINDING)
        for dataset, estimate in abnormal_within_datasets(datasets, groups, labels, logits, normal):
            yield f"abnormal vs normal AUC, within {dataset}", estimate


def within_dataset_pairs(
    datasets: Names, groups: Names, labels: Indices, logits: Floats
) -> Iterator[tuple[str, int, int, Estimate]]:
    """Source, the two labels and the AUC of the second against the first; as `within_dataset_auc`."""
    for dataset in np.unique(datasets):
        here = datasets == dataset
        for a, b in combinations(range(logits.shape[1]), 2):
            chosen = np.flatnonzero(here & np.isin(labels, (a, b)))
            truth = labels[chosen] == b
            if min(truth.sum(), (~truth).sum()) < MIN_SAMPLES_PER_LABEL:
                continue
            margin = logits[chosen, b] - logits[chosen, a]
            yield str(dataset), a, b, auc_estimate(margin, truth, groups[chosen])


def abnormal_within_datasets(
    datasets: Names, groups: Names, labels: Indices, logits: Floats, normal: int
) -> Iterator[tuple[str, Estimate]]:
    """Each data set with the AUC of 1 - p(normal) for every other label against `normal`.

    Args:
        datasets: (N,) data set of each case.
        groups: (N,) its group.
        labels: (N,) index of its label.
        logits: (N, K)
        normal: index of the label of normal images.
    """
    odds = np.logaddexp.reduce(np.delete(logits, normal, axis=1), axis=1) - logits[:, normal]
    for dataset in np.unique(datasets):
        here = np.flatnonzero(datasets == dataset)
        truth = labels[here] != normal
        if min(truth.sum(), (~truth).sum()) >= MIN_SAMPLES_PER_LABEL:
            yield str(dataset), auc_estimate(odds[here], truth, groups[here])
