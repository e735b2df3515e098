"""`raiox compare`: recipes side by side, on `valid` and on sources left out."""

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from raiox.cli.failure import reported
from raiox.cli.train import TrainingOptions, need_torch


def compare(
    files: Sequence[Path], left_out: Sequence[str], seed: int, out: Path | None,
    options: TrainingOptions,
) -> None:  # fmt: skip
    """Train what is missing, print the table, keep it."""
    need_torch()
    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.comparison import compare as compare_recipes
    from raiox.lab.training.runs.comparison_report import to_markdown, to_page

    with reported():
        recipes = [load_recipe(file) for file in files]
        away = [sources.split("+") for sources in left_out]
        rows = list(compare_recipes(recipes, away, files, options.workplace(), seed))
        typer.echo(to_markdown(rows))
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            # Without the folders of this machine.
            words = [Path(word).name for word in sys.argv[1:]]
            command = shlex.join(["raiox", *words])
            (out / "comparison.md").write_text(to_page(rows, command))
            told = json.dumps([asdict(row) for row in rows], indent=2)
            (out / "comparison.json").write_text(told + "\n")
