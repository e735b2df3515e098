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

from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.metrics.intervals import (
    Estimate,
    bootstrap_counts,
    percentile_interval,
    proportion_true,
)
from raiox.lab.metrics.ranking import auc, bootstrap_auc
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
    print(f"{options.run.name}: {len(given)} images for the norms, {len(rest)} measured\n")
    print("| | before | after | gain |\n|---|---|---|---|")
    for name, old, new, gain in figures(before, after, unseen.labels[rest], groups):
        print(f"| {name} | {shown(old)} | {shown(new)} | {gain} |")


def divided(unseen: Examples, n_images: int) -> tuple[list[int], list[int]]:
    """Images that give the norms, and those of other patients; `test` stays closed."""
    groups = np.array([sample.group_id for sample in unseen.samples])
    known = [i for i, sample in enumerate(unseen.samples) if sample.split != "test"]
    given = np.random.default_rng(0).choice(known, min(n_images, len(known) // 3), replace=False)
    patients = set(groups[given])
    return [int(i) for i in given], [i for i in known if groups[i] not in patients]


def figures(
    before: Floats, after: Floats, labels: Indices, groups: Names
) -> Iterator[tuple[str, Estimate, Estimate, str]]:
    """Of abnormal against normal, by both scores, with the gain; and what is called how."""
    often = [k for k in range(len(FINDINGS)) if (labels == k).sum() >= MIN_IMAGES]
    for label in often:
        if label != NORMAL and NORMAL in often:
            both = np.isin(labels, (NORMAL, label))
            margins = [(x[:, label] - x[:, NORMAL])[both] for x in (before, after)]
            yield f"AUC {FINDINGS[label]}", *compared(margins, labels[both] == label, groups[both])
    if NORMAL in often and len(often) > 1:
        scores = [1 - softmax(x)[:, NORMAL] for x in (before, after)]
        yield "AUC by 1 - No Finding", *compared(scores, labels != NORMAL, groups)
    for label in often:
        for k, finding in enumerate(FINDINGS):
            called = [proportion_true(x[labels == label].argmax(1) == k) for x in (before, after)]
            yield f"{FINDINGS[label]} called {finding}", called[0], called[1], ""


def softmax(logits: Floats) -> Floats:
    """(N, K) scores."""
    powers: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores: Floats = powers / powers.sum(axis=1, keepdims=True)
    return scores


def compared(scores: list[Floats], positive: Mask, groups: Names) -> tuple[Estimate, Estimate, str]:
    """The AUC of both, and what the second gains on the same resamples of patients."""
    times = bootstrap_counts(groups)
    redrawn = [bootstrap_auc(one, positive, times) for one in scores]
    old, new = (
        Estimate(auc(one, positive), *percentile_interval(drawn), len(groups))
        for one, drawn in zip(scores, redrawn, strict=True)
    )
    low, high = percentile_interval(redrawn[1] - redrawn[0])
    return old, new, f"{new.value - old.value:+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
