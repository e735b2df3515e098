"""Figures inside one source, where the hospital cannot stand in for the lungs.

Across sources a network may score the place an image came from; two labels of one
source, or a source that trained nothing, cannot be told apart that way.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from raiox.lab.metrics.intervals import Figure, Floats, Indices, Names, auc_figure

MIN_CASES_OF_A_LABEL = 8
"""Fewer cases of a label in a source give no AUC worth a line."""


def within_dataset_auc(
    outputs: Sequence[str], sources: Names, groups: Names, labels: Indices, logits: Floats
) -> Iterator[tuple[str, Figure]]:
    """AUC of every pair of labels that one source holds, by a name that says so.

    Args:
        outputs: (K,) names of the labels.
        sources: (N,) data set of each case.
        groups: (N,) its group.
        labels: (N,) index of its label.
        logits: (N, K); the margin of the two is what ranks.
    """
    for source, a, b, figure in within_dataset_pairs(sources, groups, labels, logits):
        yield f"AUC {outputs[b]} vs {outputs[a]}, inside {source}", figure


def within_dataset_pairs(
    sources: Names, groups: Names, labels: Indices, logits: Floats
) -> Iterator[tuple[str, int, int, Figure]]:
    """Source, the two labels and the AUC of the second against the first; as `within_dataset_auc`."""
    for source in np.unique(sources):
        here = sources == source
        for a, b in combinations(range(logits.shape[1]), 2):
            chosen = np.flatnonzero(here & np.isin(labels, (a, b)))
            truth = labels[chosen] == b
            if min(truth.sum(), (~truth).sum()) < MIN_CASES_OF_A_LABEL:
                continue
            margin = logits[chosen, b] - logits[chosen, a]
            yield str(source), a, b, auc_figure(margin, truth, groups[chosen])
