"""The splits that recipes use, described so that another copy of the data can be checked.

A split is told by the SHA-256 of which image is in which part under which label,
and by how many there are. `recipes/splits.json` holds what the shipped networks
were trained on; `raiox leaks` tells what a split shares between its parts.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from raiox.lab.datasets.manifest import SPLITS
from raiox.lab.training.data.examples import into_parts
from raiox.lab.training.recipe import Learning
from raiox.lab.training.runs.run_metadata import split_sha256
from raiox.lab.training.tasks import TASKS

LEFT_OUT = (("siim",), ("nih",), ("cohen", "figure1"), ("radiography",))
"""Sources left out together: Figure1's patients are of Cohen's collection."""

AUTHORS_SOURCES = ("cohen", "figure1", "rsna", "kermany")


def named_splits() -> dict[str, Learning]:
    """What each split means to a recipe, by name."""
    splits = {
        "grouped": Learning(),
        "authors": Learning(split="authors", sources=AUTHORS_SOURCES),
    }
    for sources in LEFT_OUT:
        splits[f"without-{'+'.join(sources)}"] = Learning(hold_out=sources)
    assert {learning.split for learning in splits.values()} == set(SPLITS)
    return splits


def describe_splits(data: Path | None) -> dict[str, Any]:
    """Every split over the radiographs of `data`: its hash and its counts.

    Raises:
        DataSetMissingError: `data` holds no `chest/`.
    """
    described = {}
    for name, learning in named_splits().items():
        cases = TASKS["findings"].read_cases(data, learning.split)
        parts = into_parts(cases, learning)
        described[name] = {
            "sha256": split_sha256(parts),
            "images": {
                part: dict(sorted(Counter(f"{c.source} {c.label}" for c in found).items()))
                for part, found in parts.items()
                if found
            },
        }
    return described
