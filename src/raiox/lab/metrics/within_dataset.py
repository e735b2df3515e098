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

MIN_SAMPLES_PER_LABEL = 8
"""Fewer cases of a label in a source give no AUC worth a line."""


def within_dataset_auc(
    outputs: Sequence[str], datasets: Names, groups: Names, labels: Indices, logits: Floats
) -> Iterator[tuple[str, Estimate]]:
    """AUC of every pair of labels that one source holds, by a name that says so.

    Args:
        outputs: (K,) names of the labels.
        sources: (N,) data set of each case.
        groups: (N,) its group.
        labels: (N,) index of its label.
        logits: (N, K); the margin of the two is what ranks.
    """
    for dataset, a, b, estimate in within_dataset_pairs(datasets, groups, labels, logits):
        yield f"AUC {outputs[b]} vs {outputs[a]}, within {dataset}", estimate


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
