"""`raiox bench --train RECIPE`: how many images per second a recipe trains with on this machine."""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from raiox.cli.errors import require_extra
from raiox.cli.language import say
from raiox.cli.machine import machine_conditions
from raiox.cli.progress import progress_bar
from raiox.cli.train import TRAINING_MODULES, require_recipes, training_context

if TYPE_CHECKING:
    from raiox.lab.training.context import TrainingContext
    from raiox.lab.training.recipe import Recipe
    from raiox.lab.training.runs.throughput import Throughput

N_STEPS = 24
BYTES_PER_MB = 1_000_000

Trained = Annotated[
    Path | None,
    typer.Option("--train", help="Measure the training of this recipe: a file, or FILE.py:NAME."),
]
StageIndex = Annotated[
    int | None, typer.Option(min=0, help="Stage of the recipe, from 0. Default: its last.")
]
TrainedOn = Annotated[
    str | None, typer.Option("--device", help="Device to train on: cpu (default) or gpu.")
]
NSteps = Annotated[
    int | None, typer.Option("--steps", min=1, help=f"Steps of training. Default: {N_STEPS}.")
]


def bench_training(
    file: Path, stage: int | None, device: str, n_steps: int, *, as_json: bool
) -> None:
    """Measure a stage of a recipe and print what it reaches.

    Raises: ExtraMissingError, PathMissingError, typer.BadParameter, RecipeError.
    """
    require_extra("train", *TRAINING_MODULES)
    context = training_context(Path(), None, None, device, 1, deterministic=False)
    require_recipes(file)

    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.throughput import measure_throughput

    recipe = load_recipe(file)
    last = len(recipe.stages) - 1
    index = last if stage is None else stage
    if index > last:
        raise typer.BadParameter(say("stage_absent", recipe=recipe.name, last=last))
    with redirect_stdout(sys.stderr):  # bars of the preparation; results alone are printed
        measured = measure_throughput(
            recipe, index, context, n_steps, progress_bar("progress_measuring")
        )
    conditions = _conditions(recipe, index, context, measured)
    if as_json:
        result = {**asdict(measured), "ratio": measured.ratio, "n_steps": n_steps}
        typer.echo(json.dumps({**conditions, "training": result}))
        return
    typer.echo(", ".join(f"{name} {value}" for name, value in conditions.items()))
    _show(measured, n_steps)


def _conditions(
    recipe: "Recipe", index: int, context: "TrainingContext", measured: "Throughput"
) -> dict[str, Any]:
    """What the figures depend on."""
    stage = recipe.stages[index]
    return {
        "recipe": recipe.name,
        "stage": index,
        "side_px": stage.side_px,
        "batch_size": stage.batch_size,
        "weights": "random",
        "teachers": "none",
        "device": measured.device,
        "precision": measured.precision,
        "runtime": f"torch {version('torch')}",
        "threads": context.n_threads,
        **machine_conditions(),
    }


def _show(measured: "Throughput", n_steps: int) -> None:
    rows = {
        say("bench_training_loop"): measured.images_per_s,
        say("bench_training_bare"): measured.bare_images_per_s,
    }
    typer.echo(say("bench_training_title", n_steps=n_steps))
    width = max(map(len, rows))
    for name, images_per_s in rows.items():
        typer.echo(f"{name:{width}}  {say('per_second', n=f'{images_per_s:.1f}')}")
    typer.echo(
        say(
            "bench_training_shares",
            ratio=f"{measured.ratio:.0%}",
            loader_share=f"{measured.loader_share:.1%}",
        )
    )
    if measured.peak_memory_bytes is not None:
        typer.echo(
            say("bench_training_memory", n_mb=round(measured.peak_memory_bytes / BYTES_PER_MB))
        )
