"""The split schemes that recipes use, described so that another copy of the data can be checked.

A scheme is identified by the SHA-256 of which image is in which split under which label, and by their
counts. `recipes/splits.json` holds those that the shipped networks were trained on; `raiox leaks` finds
what the splits of a scheme share.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from raiox.lab.datasets.manifest import SPLIT_COLUMNS
from raiox.lab.training.data.examples import split_samples
from raiox.lab.training.recipe import Sampling
from raiox.lab.training.runs.run_metadata import split_sha256
from raiox.lab.training.tasks import TASKS

LEFT_OUT = (("siim",), ("nih",), ("cohen", "figure1"), ("radiography",), ("shenzhen",))
"""Data sets left out together: Figure1's patients are of Cohen's collection."""

AUTHORS_DATASETS = ("cohen", "figure1", "rsna", "kermany")


def named_splits() -> dict[str, Sampling]:
    """What each split means to a recipe, by name."""
    splits = {
        "grouped": Sampling(),
        "authors": Sampling(split_scheme="authors", datasets=AUTHORS_DATASETS),
    }
    for datasets in LEFT_OUT:
        splits[f"without-{'+'.join(datasets)}"] = Sampling(hold_out=datasets)
    assert {sampling.split_scheme for sampling in splits.values()} == set(SPLIT_COLUMNS)
    return splits


def describe_splits(data: Path | None) -> dict[str, Any]:
    """Every split over the radiographs of `data`: its hash and its counts.

    Raises:
        DataSetMissingError: `data` holds no `chest/`.
    """
    described = {}
    for name, sampling in named_splits().items():
        samples = TASKS["findings"].read_samples(data, sampling.split_scheme)
        splits = split_samples(samples, sampling)
        described[name] = {
            "sha256": split_sha256(splits),
            "images": {
                split: dict(sorted(Counter(f"{c.dataset} {c.label}" for c in found).items()))
                for split, found in splits.items()
                if found
            },
        }
    return described
