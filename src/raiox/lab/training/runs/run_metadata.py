"""`run.json`: the provenance of a run's weights (seed, code, data, split, precision)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.provenance import code_version
from raiox.lab.training.fit.atomic_files import save_text
from raiox.lab.training.recipe import Recipe

METADATA_FILE = "run.json"
RECIPE_FILE = "recipe.json"


def write_run_metadata(
    folder: Path, recipe: Recipe, seed: int, data: Path | None, precision: str
) -> None:
    """Write `recipe.json` and `run.json` as a run starts: by its end the checkout may have changed.

    A resumed run adds its own code version to those before.
    """
    save_text(recipe.model_dump_json(indent=2), folder / RECIPE_FILE)
    before = read_run_metadata(folder)
    versions = [*before.get("code_version", "").split(", "), code_version()]
    metadata = {
        **before,
        "seed": seed,
        "code_version": ", ".join(dict.fromkeys(filter(None, versions))),
        "data_sha256": data_sha256(data),
        "torch": torch.__version__,
        "precision": precision,
    }
    save_text(json.dumps(metadata, indent=2), folder / METADATA_FILE)


def read_run_metadata(folder: Path) -> dict[str, Any]:
    """What `run.json` holds; empty before it is written."""
    file = folder / METADATA_FILE
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return known


def add_run_metadata(folder: Path, **facts: object) -> None:
    """Add entries to `run.json`."""
    save_text(json.dumps({**read_run_metadata(folder), **facts}, indent=2), folder / METADATA_FILE)


def data_sha256(data: Path | None) -> str:
    """Hash of the manifests: they name every image, label and split."""
    digest = hashlib.sha256()
    for name in ("chest", "filter"):
        file = (data or Path()) / name / "manifest.csv"
        digest.update(file.read_bytes() if file.is_file() else b"-")
    return digest.hexdigest()


def split_sha256(splits: Mapping[str, Iterable[Sample]]) -> str:
    """Hash of which image is in which split under which label, in any order."""
    lines = sorted(
        f"{split} {sample.path.name} {sample.kind} {sample.label}"
        for split, samples in splits.items()
        for sample in samples
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
