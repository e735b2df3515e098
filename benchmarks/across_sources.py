# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""Which way of learning across data sets helps at one that was left out, on features that stand still.

Run:      .venv-train/bin/python benchmarks/across_sources.py DATA IMAGENET [--seeds 3] [--ways V-REx …]
Needs:    the ImageNet weights of MobileNet (the recipes' `--imagenet`).
Takes:    the first time 5 minutes for the features, then 10.
Prints:   for each way of source_methods.py, of SIIM, NIH and Shenzhen, each left out alone: the AUC by the
          margin of the label's logit and by 1 - No Finding, mean of the seeds, with the gain over `plain`.
Expects:  docs/evidence/sources-left-out.md.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from source_methods import WAYS, Known, trained
from torch.nn import functional
from unseen import NORMAL, shown

from raiox.lab.aliases import Floats, Indices, Mask, Names
from raiox.lab.metrics.intervals import (
    Estimate,
    bootstrap_counts,
    percentile_interval,
)
from raiox.lab.metrics.ranking import auc, bootstrap_auc, macro_auc
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import SPLITS, Bytes, Examples, load_examples
from raiox.lab.training.data.lungs import cached_lungs
from raiox.lab.training.fit.batchnorm import BATCH, estimate_batchnorm
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.recipe_files import load_recipe
from raiox.preprocessing import Preprocessing
from raiox.vocabulary import FINDINGS

LEFT_OUT = ("siim", "nih", "shenzhen")
MOST = 1_100
"""Images of a label of a data set; more would only repeat what the large ones say."""
N_NORMS = 1_500


@dataclass(frozen=True)
class Images:
    """What is known of N images."""

    features: Floats
    labels: Indices
    sources: Names
    splits: Names
    groups: Names


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("imagenet", type=Path)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    options = parser.parse_args()
    images = described(options.data, options.imagenet, options.runs)
    print("| way | left out | valid | by the margin | gain | by 1 - No Finding | gain |")
    print("|---|---|---|---|---|---|---|")
    plain: dict[str, list[Floats]] = {}
    for way, source in product(dict.fromkeys(["plain", *options.ways]), LEFT_OUT):
        found = [learned(way, images, source, seed) for seed in range(options.seeds)]
        here = (images.sources == source) & (images.splits != "test")
        cells = [f"{np.mean([home for home, _ in found]):.3f}"]
        for k, scores in enumerate(zip(*(drawn for _, drawn in found), strict=True)):
            base = plain.setdefault(f"{source} {k}", list(scores))
            positive = images.labels[here] != NORMAL
            cells += compared(list(scores), base, positive, images.groups[here])
        print(f"| {way} | {source} | {' | '.join(cells)} |", flush=True)


def learned(way: str, images: Images, source: str, seed: int) -> tuple[float, tuple[Floats, ...]]:
    """Macro AUC on `valid` at home, and both scores of the images of the data set left out."""
    there = images.sources == source
    held = there | np.isin(images.groups, images.groups[there])
    train = np.flatnonzero(~held & (images.splits == "train"))
    mean, spread = images.features[train].mean(0), images.features[train].std(0) + 1e-6
    features = torch.from_numpy(((images.features - mean) / spread).astype(np.float32))
    names, sources = np.unique(images.sources[train], return_inverse=True)
    labels = torch.from_numpy(images.labels)
    known = Known(features[train], labels[train], torch.from_numpy(sources), tuple(names))
    head = trained(way, known, seed)
    with torch.inference_mode():
        logits = head(features)[0].double()
    valid = ~held & (images.splits == "valid")
    home = macro_auc(logits.softmax(1).numpy()[valid], images.labels[valid])
    unseen = logits[torch.from_numpy(there & (images.splits != "test"))]
    present = np.unique(images.labels[there])
    (kind,) = (k for k in present if k != NORMAL)
    scores = unseen[:, kind] - unseen[:, NORMAL], 1 - unseen.softmax(1)[:, NORMAL]
    return home, tuple(one.numpy() for one in scores)


def compared(
    scores: list[Floats], base: list[Floats], positive: Mask, groups: Names
) -> tuple[str, str]:
    """The mean AUC of the seeds, and its gain on the same resamples of patients."""
    times = bootstrap_counts(groups)
    drawn, before = (
        np.mean([bootstrap_auc(one, positive, times) for one in many], axis=0)
        for many in (scores, base)
    )
    value, old = (float(np.mean([auc(one, positive) for one in many])) for many in (scores, base))
    low, high = percentile_interval(drawn - before)
    estimate = Estimate(value, *percentile_interval(drawn), len(groups))
    return (
        shown(estimate),
        f"{value - old:+.3f} ({low:+.3f} to {high:+.3f})",
    )


def described(data: Path, imagenet: Path, runs: Path) -> Images:
    """Features of at most `MOST` images of a label of a data set, kept beside the runs."""
    recipe = load_recipe(Path("recipes/unseen.py"))
    context = TrainingContext(data=data, runs=runs, n_threads=1)
    spec = recipe.preprocessing

    def find_lungs(paths: Sequence[Path]) -> Bytes:
        return cached_lungs(paths, context.lungs, context.cache, context.n_threads)

    everything = recipe.replace(sampling=recipe.sampling.replace(hold_out=()))
    splits = load_examples(everything, spec, data, context.cache, find_lungs)
    chosen = list(_chosen(splits))
    network = MobileNetV1(len(FINDINGS), trunk_stages=4)
    network.load_imagenet(imagenet)
    file = runs / "cache" / "across_sources.npy"
    if not file.is_file():
        norms = [one for one in chosen if one[0].samples[one[1]].dataset not in LEFT_OUT]
        drawn = np.random.default_rng(0).permutation(len(norms))[:N_NORMS]
        batches = list(_batches([norms[i] for i in drawn]))
        estimate_batchnorm(network, (normalise(squares, spec) for squares, _ in batches))
        np.save(file, _features(network, chosen, spec))
    samples = [examples.samples[row] for examples, row in chosen]
    columns = (np.array([getattr(one, name) for one in samples]) for name in
               ("dataset", "split", "group_id"))  # fmt: skip
    labels = np.array([examples.labels[row] for examples, row in chosen])
    return Images(np.load(file), labels, *columns)


def _chosen(splits: dict[str, Examples]) -> Iterator[tuple[Examples, int]]:
    random, seen = np.random.default_rng(0), Counter[tuple[str, str, str]]()
    for split in SPLITS:
        if split == "test":
            continue
        for row in random.permutation(len(splits[split])):
            sample = splits[split].samples[row]
            cell = (sample.dataset, sample.label, split)
            seen[cell] += 1
            if seen[cell] <= MOST:
                yield splits[split], int(row)


def _batches(
    chosen: list[tuple[Examples, int]],
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for start in range(0, len(chosen), BATCH):
        examples = [one[row] for one, row in chosen[start : start + BATCH]]
        squares = np.stack([example[0] for example in examples])
        lungs = np.stack([example[5] for example in examples])
        yield torch.from_numpy(squares).float() / 255.0, torch.from_numpy(lungs).float() / 255.0


def _features(
    network: MobileNetV1, chosen: list[tuple[Examples, int]], spec: Preprocessing
) -> Floats:
    """(N, 2 D) mean and spread of the last features over the locations that are lung."""
    found = []
    with torch.inference_mode():
        batches = track(_batches(chosen), "Describing", total=-(-len(chosen) // BATCH))
        for squares, lungs in batches:
            features = network(normalise(squares, spec)).hints[2]
            weights = functional.adaptive_avg_pool2d(lungs, features.shape[-2:]) + 1e-3
            weights = weights / weights.sum(dim=(2, 3), keepdim=True)
            mean = (features * weights).sum(dim=(2, 3))
            spread = ((features - mean[:, :, None, None]).square() * weights).sum(dim=(2, 3))
            found.append(torch.cat((mean, spread.sqrt()), dim=1).numpy())
    return np.concatenate(found)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
