# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""The AUC inside data sets that trained nothing, below what predicts the label without a pixel.

Run:      .venv-train/bin/python benchmarks/unseen.py RUN DATA
Needs:    a finished run with a `hold_out`, such as that of recipes/unseen.py.
Prints:   of each data set left out (its training and validation split): baselines that know view, sex, age or
          the shape of the file, fitted inside it; then the run.
Expects:  docs/evidence/sources-left-out.md.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from raiox.lab.aliases import Floats, Names
from raiox.lab.datasets.manifest import Sample, read_finding_samples
from raiox.lab.metrics.intervals import Estimate, mean_estimate, proportion_true
from raiox.lab.metrics.linear_probe import cross_fitted, deciles, indicators
from raiox.lab.metrics.ranking import auc_estimate
from raiox.lab.training.data.examples import HELD_OUT
from raiox.lab.training.runs.predictions import Predictions, read_predictions
from raiox.vocabulary import FINDINGS, Finding

MIN_IMAGES = 30
"""Of a label; fewer say nothing."""
NORMAL = FINDINGS.index(Finding.NO_FINDING)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    held_out = read_predictions(options.run / f"predictions-{HELD_OUT}.csv")
    samples = [one for one in read_finding_samples(options.data) if one.split != "test"]
    areas: defaultdict[str, list[Estimate]] = defaultdict(list)
    print("| data set | | value |\n|---|---|---|")
    for dataset in np.unique(held_out.column("dataset")):
        here = [one for one in samples if one.dataset == dataset]
        for name, estimate in (*baselines(here), *measured(held_out, str(dataset))):
            print(f"| {dataset} ({len(here)}) | {name} | {shown(estimate)} |")
            if name.startswith("AUC"):
                areas[name].append(estimate)
    for name, estimates in areas.items():
        print(f"| mean | {name} | {shown(mean_estimate(estimates))} |")


def baselines(samples: list[Sample]) -> Iterator[tuple[str, Estimate]]:
    """Abnormal against normal by a line that never sees a pixel, cross-fitted over patients."""
    labels = np.array([int(one.label != Finding.NO_FINDING) for one in samples])
    groups = np.array([one.group_id for one in samples])
    sizes = [Image.open(one.path).size for one in samples]
    n_bytes = [one.path.stat().st_size for one in samples]
    shape = [(w / h, w, h, b / (w * h)) for (w, h), b in zip(sizes, n_bytes, strict=True)]
    features: dict[str, Floats] = {
        "view": indicators(np.array([one.view for one in samples])),
        "age and sex": indicators(
            np.array([one.sex for one in samples]), np.array([one.age[:-1] for one in samples])
        ),
        "width, height, bytes per pixel": deciles(np.array(shape)),
    }
    for name, known in features.items():
        # Known of somebody, not of all the same, and there is something to tell apart.
        if np.ptp(known, axis=0).any() and min(labels.sum(), (1 - labels).sum()) >= MIN_IMAGES:
            scores = cross_fitted(known, labels, groups)[:, 1]
            yield f"baseline: {name}", auc_estimate(scores, labels == 1, groups)


def measured(predictions: Predictions, dataset: str) -> Iterator[tuple[str, Estimate]]:
    """Of each two labels that are there often, the AUC by the margin of their logits; what is called how."""
    chosen = (predictions.column("dataset") == dataset) & (predictions.column("split") != "test")
    unseen = predictions.where(chosen)
    groups: Names = unseen.column("group_id")
    often = [k for k in range(len(FINDINGS)) if (unseen.labels == k).sum() >= MIN_IMAGES]
    for one, other in combinations(often, 2):
        both = np.isin(unseen.labels, (one, other))
        margin = (unseen.logits[:, other] - unseen.logits[:, one])[both]
        name = f"AUC {FINDINGS[other]} against {FINDINGS[one]}, by the margin of their logits"
        yield name, auc_estimate(margin, unseen.labels[both] == other, groups[both])
    if NORMAL in often and len(often) > 1:
        scores = 1 - unseen.scores[:, NORMAL]
        yield "AUC by 1 - No Finding", auc_estimate(scores, unseen.labels != NORMAL, groups)
    for label in often:
        called = unseen.logits.argmax(axis=1)[unseen.labels == label]
        for k, finding in enumerate(FINDINGS):
            yield f"{FINDINGS[label]} called {finding}", proportion_true(called == k)


def shown(estimate: Estimate) -> str:
    """With its 95 % interval."""
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


if __name__ == "__main__":
    main()
