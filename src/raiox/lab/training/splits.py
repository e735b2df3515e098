"""The splits that recipes use, described so that another copy of the data can be checked.

A split is told by the SHA-256 of which image is in which part under which label,
and by how many there are. `recipes/splits.json` holds what the shipped networks
were trained on; `raiox leaks` tells what a split shares between its parts.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from raiox.lab.datasets.manifest import SPLIT_COLUMNS
from raiox.lab.training.data.examples import into_parts
from raiox.lab.training.recipe import Sampling
from raiox.lab.training.runs.run_metadata import split_sha256
from raiox.lab.training.tasks import TASKS

LEFT_OUT = (("siim",), ("nih",), ("cohen", "figure1"), ("radiography",), ("shenzhen",))
"""Sources left out together: Figure1's patients are of Cohen's collection."""

AUTHORS_SOURCES = ("cohen", "figure1", "rsna", "kermany")


def named_splits() -> dict[str, Sampling]:
    """What each split means to a recipe, by name."""
    splits = {
        "grouped": Sampling(),
        "authors": Sampling(split="authors", sources=AUTHORS_SOURCES),
    }
    for sources in LEFT_OUT:
        splits[f"without-{'+'.join(sources)}"] = Sampling(hold_out=sources)
    assert {sampling.split for sampling in splits.values()} == set(SPLIT_COLUMNS)
    return splits


def describe_splits(data: Path | None) -> dict[str, Any]:
    """Every split over the radiographs of `data`: its hash and its counts.

    Raises:
        DataSetMissingError: `data` holds no `chest/`.
    """
    described = {}
    for name, sampling in named_splits().items():
        cases = TASKS["findings"].read_cases(data, sampling.split)
        parts = into_parts(cases, sampling)
        described[name] = {
            "sha256": split_sha256(parts),
            "images": {
                part: dict(sorted(Counter(f"{c.dataset} {c.label}" for c in found).items()))
                for part, found in parts.items()
                if found
            },
        }
    return described
