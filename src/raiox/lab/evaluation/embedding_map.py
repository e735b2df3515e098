"""Build the map of cases: principal components of the embeddings of reference cases.

Source: the paper, section 4.3 and Figure 12 (294 cases; ours are all of the split
that the figures of the model card are of).
"""

import numpy as np

from raiox.bundle.embedding_map import EmbeddingMap, MapCase
from raiox.lab.evaluation.predictions import Predictions

N_COMPONENTS = 12


def build_embedding_map(predictions: Predictions) -> bytes:
    """`embedding_map.json` of a bundle: components, and where each reference case lies."""
    mean = predictions.embeddings.mean(axis=0)
    centred = predictions.embeddings - mean
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    # A singular vector has no sign of its own: the largest entry points up, so maps repeat.
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    components = axes[:N_COMPONENTS]
    variances = spread**2 / (spread**2).sum()
    return EmbeddingMap(
        mean=mean,
        components=components,
        coordinates=centred @ components.T,
        cases=tuple(
            MapCase(f"{sample.path.parent.name}/{sample.path.name}", sample.label, sample.dataset)
            for sample in predictions.samples
        ),
        explained_variance=variances[:N_COMPONENTS],
    ).to_json()
