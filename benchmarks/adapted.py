# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""A data set that trained nothing, before and after batch norms are re-estimated on some of its images.

Run:      .venv-train/bin/python benchmarks/adapted.py RUN DATA [--images 200]
Needs:    a finished run with a `hold_out`, as of `raiox train RECIPE --hold-out siim`.
Prints:   of the images whose patients gave none of those: AUC and how each label is called, before and after.
Expects:  docs/evidence/sources-left-out.md.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, Subset
from unseen import MIN_IMAGES, NORMAL, shown

from raiox.lab.aliases import Floats, Indices
from raiox.lab.metrics.intervals import Estimate, proportion_true
from raiox.lab.metrics.ranking import auc_estimate
from raiox.lab.training.data.examples import HELD_OUT, Examples, load_examples
from raiox.lab.training.fit.batchnorm import BATCH, estimate_batchnorm
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.runs.predictions import predict
from raiox.lab.training.runs.runs import load_run
from raiox.vocabulary import FINDINGS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=200)
    options = parser.parse_args()
    recipe, network = load_run(options.run)
    spec = recipe.preprocessing
    plain = recipe.replace(region_loss=0, attends_to_lungs=False)
    unseen = load_examples(plain, spec, options.data, options.run.parent / "cache")[HELD_OUT]
    given, rest = divided(unseen, options.images)
    before = predict(network, Subset(unseen, rest), spec)
    squares = (batch[0] for batch in DataLoader(Subset(unseen, given), BATCH))
    estimate_batchnorm(network, (normalise(one.float() / 255.0, spec) for one in squares))
    after = predict(network, Subset(unseen, rest), spec)
    groups = np.array([unseen.samples[i].group_id for i in rest])
    print(
        f"| {options.run.name}: {len(given)} for the norms, {len(rest)} measured | before | after |"
    )
    print("|---|---|---|")
    rows = zip(*(figures(x, unseen.labels[rest], groups) for x in (before, after)), strict=True)
    for (name, old), (_, new) in rows:
        print(f"| {name} | {shown(old)} | {shown(new)} |", flush=True)


def divided(unseen: Examples, n_images: int) -> tuple[list[int], list[int]]:
    """Images that give the norms, and those of other patients; `test` stays closed."""
    groups = np.array([sample.group_id for sample in unseen.samples])
    known = [i for i, sample in enumerate(unseen.samples) if sample.split != "test"]
    given = np.random.default_rng(0).choice(known, min(n_images, len(known) // 3), replace=False)
    patients = set(groups[given])
    return [int(i) for i in given], [i for i in known if groups[i] not in patients]


def figures(logits: Floats, labels: Indices, groups: np.ndarray) -> Iterator[tuple[str, Estimate]]:
    """Of abnormal against normal, by both scores, and of what is called how."""
    often = [k for k in range(len(FINDINGS)) if (labels == k).sum() >= MIN_IMAGES]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    normal = powers[:, NORMAL] / powers.sum(axis=1)
    for label in often:
        if label != NORMAL and NORMAL in often:
            both = np.isin(labels, (NORMAL, label))
            margin = (logits[:, label] - logits[:, NORMAL])[both]
            yield (
                f"AUC {FINDINGS[label]}",
                auc_estimate(margin, labels[both] == label, groups[both]),
            )
    if NORMAL in often and len(often) > 1:
        yield "AUC by 1 - No Finding", auc_estimate(1 - normal, labels != NORMAL, groups)
    for label in often:
        called = logits.argmax(axis=1)[labels == label]
        for k, finding in enumerate(FINDINGS):
            yield f"{FINDINGS[label]} called {finding}", proportion_true(called == k)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
