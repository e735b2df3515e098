"""Writes recipes/splits.json: the splits of the data that RAIOX_DATASETS names (`make splits`).

A split is identified by the SHA-256 of which image is in which split under which label, and by how
many images there are, so that another copy of the data can be checked against what the shipped
networks were trained on. `raiox leaks` reports what the splits share.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from raiox.lab.datasets.manifest import SPLIT_COLUMNS
from raiox.lab.training.data.examples import split_samples
from raiox.lab.training.recipe import Sampling
from raiox.lab.training.runs.run_metadata import split_sha256
from raiox.lab.training.tasks import TASKS
from raiox.settings import Settings

FILE = Path(__file__).parents[2] / "recipes" / "splits.json"

HELD_OUT = (("siim",), ("nih",), ("cohen", "figure1"), ("radiography",), ("shenzhen",))
"""Data sets held out together: Figure1's patients are in Cohen's collection, too."""

AUTHORS_DATASETS = ("cohen", "figure1", "rsna", "kermany")


def named_splits() -> dict[str, Sampling]:
    """What each split means to a recipe, by name."""
    splits = {
        "grouped": Sampling(),
        "authors": Sampling(split_scheme="authors", datasets=AUTHORS_DATASETS),
    }
    for datasets in HELD_OUT:
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


if __name__ == "__main__":
    content = json.dumps(describe_splits(Settings().datasets), indent=2)
    FILE.write_text(f"{content}\n", encoding="utf-8")
    print(f"raiox: wrote {FILE.relative_to(FILE.parents[1])}")
