# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What is left of a classifier's scores with the lungs hidden.

Run:      .venv/bin/python benchmarks/lung_occlusion.py CLASSIFIER LUNGS DATA [--split valid] [--every N]
Prints:   by the finding with the highest score: images, median share of it that is left, and how often at
          least half; then the macro AUC and, inside the data sets of both, the AUC of abnormal against
          normal, with and without the lungs.
Expects:  the table of docs/evidence/lungs.md.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from raiox.bundle import open_bundle
from raiox.entities import LungOcclusion, Radiograph
from raiox.inference.classifier import Classifier
from raiox.inference.lung_occlusion import occlude_lungs
from raiox.inference.lungs import LungSegmenter
from raiox.inference.margins import content
from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.datasets.manifest import Sample, read_finding_samples
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, proportion_true
from raiox.lab.metrics.ranking import macro_auc
from raiox.lab.metrics.within_dataset import abnormal_within_datasets
from raiox.result import MOST_IS_LEFT


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("classifier", type=Path)
    parser.add_argument("lungs", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    classifier = Classifier(open_bundle(options.classifier), 1)
    segmenter = LungSegmenter(open_bundle(options.lungs), 1)
    samples = [one for one in read_finding_samples(options.data) if one.split == options.split]
    kept, found = [], []
    for sample in samples[:: options.every]:
        pixels = content(np.array(Image.open(sample.path).convert("L")))
        [occlusion] = occlude_lungs([Radiograph(pixels, "", "")], classifier, segmenter)
        if isinstance(occlusion, LungOcclusion):
            kept.append(sample)
            found.append(occlusion)
    print(f"{len(kept)} images, {len(samples[:: options.every]) - len(kept)} without lungs\n")
    labels = classifier.manifest.labels
    whole = np.array([list(one.scores.values()) for one in found])
    hidden = np.array([list(one.scores_without_lungs.values()) for one in found])
    groups = np.array([one.group_id for one in kept])
    _print_shares(labels, whole, hidden, groups)
    _print_areas(labels, whole, hidden, kept)


def _print_shares(labels: tuple[str, ...], whole: Floats, hidden: Floats, groups: Names) -> None:
    print("| highest score | images | median share left | at least half left |\n|---|---|---|---|")
    for k, label in enumerate(labels):
        here = np.flatnonzero(whole.argmax(axis=1) == k)
        shares = np.minimum(1, hidden[here, k] / whole[here, k])
        median = _estimate_of_median(shares, groups[here])
        half = proportion_true(shares >= MOST_IS_LEFT)
        print(f"| {label} | {len(here)} | {_shown(median)} | {_shown(half)} |")


def _print_areas(
    labels: tuple[str, ...], whole: Floats, hidden: Floats, samples: list[Sample]
) -> None:
    truth: Indices = np.array([labels.index(one.label) for one in samples])
    groups, datasets = (
        np.array([getattr(one, name) for one in samples]) for name in ("group_id", "dataset")
    )
    print("\n| AUC | whole image | lungs hidden |\n|---|---|---|")
    rows = []
    for scores in (whole, hidden):
        logits = np.log(np.maximum(scores, 1e-9))
        areas = {"macro": _macro(scores, truth, groups)}
        areas |= dict(abnormal_within_datasets(datasets, groups, truth, logits, 0))
        rows.append(areas)
    for name in rows[0]:
        print(f"| {name} | {_shown(rows[0][name])} | {_shown(rows[1][name])} |")


def _macro(scores: Floats, truth: Indices, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: macro_auc(scores[drawn], truth[drawn]), groups)


def _estimate_of_median(values: Floats, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: float(np.median(values[drawn])), groups)


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


if __name__ == "__main__":
    main()
