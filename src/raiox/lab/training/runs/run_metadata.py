"""Where a run's weights come from: seed, code, data, split, machine."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.provenance import code_version
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.atomic_files import save_text


def write_run_metadata(
    folder: Path, recipe: Recipe, seed: int, data: Path | None, precision: str
) -> None:
    """Written as the run starts: by its end the checkout may be another. A resume adds its code."""
    save_text(recipe.model_dump_json(indent=2), folder / "recipe.json")
    before = read_run_metadata(folder)
    versions = [*before.get("code_version", "").split(", "), code_version()]
    run_metadata = {
        **before,
        "seed": seed,
        "code_version": ", ".join(dict.fromkeys(filter(None, versions))),
        "data_sha256": data_sha256(data),
        "torch": torch.__version__,
        "precision": precision,
    }
    save_text(json.dumps(run_metadata, indent=2), folder / "passport.json")


def read_run_metadata(folder: Path) -> dict[str, Any]:
    """What is known of a run so far."""
    file = folder / "passport.json"
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return known


def add_run_metadata(folder: Path, **facts: object) -> None:
    """Add what became known on the way."""
    save_text(
        json.dumps({**read_run_metadata(folder), **facts}, indent=2), folder / "passport.json"
    )


def data_sha256(data: Path | None) -> str:
    """Of the manifests: they name every image, label and part."""
    digest = hashlib.sha256()
    for name in ("chest", "filter"):
        file = (data or Path()) / name / "manifest.csv"
        digest.update(file.read_bytes() if file.is_file() else b"-")
    return digest.hexdigest()


def split_sha256(parts: Mapping[str, Iterable[Sample]]) -> str:
    """Of which image is in which part under which label, in any order."""
    lines = sorted(
        f"{part} {case.path.name} {case.kind} {case.label}"
        for part, cases in parts.items()
        for case in cases
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
