# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What runs read outside of the lungs, and what they are worth where they never trained.

Run:      .venv-train/bin/python benchmarks/counterfactuals.py DATA RUN [RUN ...]
Needs:    finished runs of one set of data sets left out, as those of recipes/counterfactuals.py.
Prints:   of each run, on `valid` of the data sets that trained it: the macro AUC, the same with the lungs
          hidden by the service's own fill, and the median share of each finding's score that is left; on each
          data set left out (training and validation split): AUC by the label's margin and by 1 - No Finding,
          and the share of its normal images called COVID-19.
Expects:  the tables of docs/evidence/counterfactuals.md.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from raiox.inference.lung_fields import LUNG
from raiox.inference.lung_occlusion import HIDDEN
from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, mean_estimate, proportion_true
from raiox.lab.metrics.ranking import auc_estimate, macro_auc
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import HELD_OUT, Bytes, Examples, load_examples
from raiox.lab.training.data.lungs import cached_lungs
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.runs.predictions import Predictions, read_predictions
from raiox.lab.training.runs.runs import load_run
from raiox.vocabulary import FINDINGS, Finding

NORMAL, COVID19 = (FINDINGS.index(one) for one in (Finding.NO_FINDING, Finding.COVID19))
BATCH = 64


def main() -> None:
    """Print one row per run and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    options = parser.parse_args()
    print("| run | measure | value |\n|---|---|---|")
    for run in options.runs:
        context = TrainingContext(data=options.data, runs=run.parent, n_threads=1)
        torch.set_num_threads(context.n_threads)
        for name, estimate in {**_at_home(run, context), **_left_out(run)}.items():
            print(
                f"| {run.name} | {name} "
                f"| {estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f}) |",
                flush=True,
            )


def _at_home(run: Path, context: TrainingContext) -> dict[str, Estimate]:
    recipe, network = load_run(run)

    def find_lungs(paths: Sequence[Path]) -> Bytes:
        return cached_lungs(paths, context.lungs, context.cache, context.n_threads)

    spec = recipe.preprocessing
    valid = load_examples(recipe, spec, context.data, context.cache, find_lungs)["valid"]
    outputs: tuple[list[Floats], list[Floats]] = ([], [])
    with torch.inference_mode():
        for start in range(0, len(valid), BATCH):
            batch = _batch(valid, range(start, min(len(valid), start + BATCH)))
            for of_one, images in zip(outputs, batch, strict=True):
                of_one.append(network(normalise(images, spec)).logits.softmax(1).double().numpy())
    whole, hidden = (np.concatenate(one) for one in outputs)
    groups = np.array([sample.group_id for sample in valid.samples])
    found = {
        "macro AUC": _macro(whole, valid.labels, groups),
        "macro AUC, lungs hidden": _macro(hidden, valid.labels, groups),
    }
    for k, finding in enumerate(FINDINGS):
        here = np.flatnonzero(whole.argmax(axis=1) == k)
        left = np.minimum(1, hidden[here, k] / whole[here, k])
        found[f"median share left of {finding}"] = _median(left, groups[here])
    return found


def _median(values: Floats, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: float(np.median(values[drawn])), groups)


def _batch(valid: Examples, rows: range) -> tuple[torch.Tensor, torch.Tensor]:
    """Images, and the same with lungs as gray as what lies around them in their box."""
    examples = [valid[row] for row in rows]
    whole = torch.from_numpy(np.stack([one[0] for one in examples])).float() / 255
    lungs = torch.from_numpy(np.stack([one[5] for one in examples])).float() / 255
    lungs = torch.nn.functional.interpolate(lungs, size=whole.shape[-1], mode="bilinear")
    hidden = whole.clone()
    for image, over in zip(hidden, lungs, strict=True):
        certain = over[0] >= LUNG
        rows_, columns = (certain.any(dim=axis).nonzero() for axis in (1, 0))
        if not len(rows_):
            continue
        around = torch.zeros_like(certain)
        around[rows_[0] : rows_[-1] + 1, columns[0] : columns[-1] + 1] = True
        cover = over[0] >= HIDDEN
        around &= ~cover
        image[0][cover] = image[0][around if around.any() else ~cover].mean()
    return whole, hidden


def _left_out(run: Path) -> dict[str, Estimate]:
    file = run / f"predictions-{HELD_OUT}.csv"
    if not file.is_file():
        return {}
    held_out = read_predictions(file)
    held_out = held_out.where(held_out.column("split") != "test")
    found: dict[str, Estimate] = {}
    margins, normals = [], []
    for dataset in np.unique(held_out.column("dataset")):
        by_margin, by_normal, called = _inside(
            held_out.where(held_out.column("dataset") == dataset)
        )
        margins.append(by_margin)
        normals.append(by_normal)
        found[f"{dataset}: AUC by the label's margin"] = by_margin
        found[f"{dataset}: AUC by 1 - No Finding"] = by_normal
        found[f"{dataset}: normal images called COVID-19"] = called
    found["mean AUC by the label's margin"] = mean_estimate(margins)
    found["mean AUC by 1 - No Finding"] = mean_estimate(normals)
    return found


def _inside(held_out: Predictions) -> tuple[Estimate, Estimate, Estimate]:
    abnormal = held_out.labels != NORMAL
    [label] = np.unique(held_out.labels[abnormal])
    groups = held_out.column("group_id")
    margin = held_out.logits[:, label] - held_out.logits[:, NORMAL]
    called = held_out.logits.argmax(axis=1)[~abnormal]
    return (
        auc_estimate(margin, abnormal, groups),
        auc_estimate(1 - held_out.scores[:, NORMAL], abnormal, groups),
        proportion_true(called == COVID19),
    )


def _macro(scores: Floats, labels: Indices, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: macro_auc(scores[drawn], labels[drawn]), groups)


if __name__ == "__main__":
    main()
