"""`raiox ablate`: recipes side by side, on `valid` and on data sets left out."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from raiox.cli.errors import require_extra, require_folder
from raiox.cli.invocation import quoted_command
from raiox.cli.options import (
    Deterministic,
    Device,
    Engine,
    FromBundle,
    GpusPerRun,
    ImageNet,
    JobEngine,
    Jobs,
    NDevices,
    RayAddress,
    RecipeFiles,
    Runs,
    Seed,
)
from raiox.cli.runner import open_runner
from raiox.cli.train import TRAINING_MODULES, require_recipes, training_context

LeaveOut = Annotated[
    list[str],
    typer.Option(
        help="Also train without this data set (or several: a+b) and test on it. Repeatable."
    ),
]
ComparisonFolder = Annotated[
    Path | None, typer.Option(help="Write comparison.md and comparison.json to this folder.")
]


def ablate(
    context: typer.Context,
    recipes: RecipeFiles,
    leave_out: LeaveOut = [],  # noqa: B006 - Typer reads it, nobody writes to it
    seed: Seed = 0,
    jobs: Jobs = 1,
    engine: Engine = JobEngine.LOCAL,
    ray_address: RayAddress = None,
    gpus_per_run: GpusPerRun = 1.0,
    out: ComparisonFolder = None,
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Measure what each recipe gains over the first, on `valid` and on data sets left out.

    Trains the runs that are missing, each in a process of its own (`log.txt` of its folder).

    Example: `raiox ablate recipes/ablations.py:baseline recipes/ablations.py:intensity
    --leave-out siim`
    """
    require_extra("train", *TRAINING_MODULES)
    training = training_context(
        runs, imagenet, bundle, device, n_devices, deterministic, gpus_per_run
    )
    require_recipes(*recipes)
    runner = open_runner(engine, jobs, ray_address)
    if out is not None:
        require_folder(out)

    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.comparison import compare
    from raiox.lab.training.runs.comparison_report import to_markdown, to_page
    from raiox.lab.training.runs.train_jobs import train_missing

    loaded = [load_recipe(recipe) for recipe in recipes]
    left_out = [names.split("+") for names in leave_out]
    wanted = [*loaded, *(one.held_out(*names) for one in loaded for names in left_out)]
    train_missing(wanted, recipes, training, seed, runner)
    rows = list(compare(loaded, left_out, recipes, training, seed))
    typer.echo(to_markdown(rows))
    if out is not None:
        _write(out, to_page(rows, quoted_command(context)), [asdict(row) for row in rows])


def _write(folder: Path, page: str, rows: list[dict[str, Any]]) -> None:
    (folder / "comparison.md").write_text(page)
    (folder / "comparison.json").write_text(f"{json.dumps(rows, indent=2)}\n")
