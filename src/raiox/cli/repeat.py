"""`raiox repeat`: one recipe over many seeds."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.errors import INTERRUPTED, require_extra, require_folder
from raiox.cli.language import say
from raiox.cli.options import (
    Deterministic,
    Device,
    Engine,
    FromBundle,
    GpusPerRun,
    HoldOut,
    ImageNet,
    JobEngine,
    Jobs,
    NDevices,
    RayAddress,
    RecipeFile,
    Runs,
)
from raiox.cli.runner import open_runner
from raiox.cli.train import TRAINING_MODULES, require_recipes, training_context


def repeat(
    recipe: RecipeFile,
    seeds: Annotated[int, typer.Option(min=1, help="Number of seeds, from 0 to N-1.")],
    jobs: Jobs = 1,
    engine: Engine = JobEngine.LOCAL,
    ray_address: RayAddress = None,
    gpus_per_run: GpusPerRun = 1.0,
    hold_out: HoldOut = [],  # noqa: B006 - Typer reads it, nobody writes to it
    out: Annotated[
        Path | None, typer.Option(help="Folder of tables and plots. Default: RUNS/NAME-repeats.")
    ] = None,
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Train a recipe with many seeds and report mean, spread and sampling error on `test`.

    If it is interrupted, the same command continues; at most one epoch per seed is lost.

    Example: `raiox repeat recipes/paper/stage2.py --seeds 50 --device gpu`
    """
    require_extra("train", *TRAINING_MODULES, "matplotlib")
    context = training_context(
        runs, imagenet, bundle, device, n_devices, deterministic, gpus_per_run
    )
    require_recipes(recipe)
    runner = open_runner(engine, jobs, ray_address)

    from raiox.cli.progress import SeedsBar
    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.repeats import repeat as train_seeds
    from raiox.lab.training.runs.repeats_folder import write_repeats

    experiment = load_recipe(recipe)
    if hold_out:
        experiment = experiment.held_out(*hold_out)
    folder = out or runs / f"{experiment.name}-repeats"
    require_folder(folder)
    try:
        with SeedsBar(experiment, context, seeds) as bar:
            repeats = train_seeds(experiment, context, range(seeds), runner, bar.show)
    except KeyboardInterrupt:
        typer.echo(say("repeat_interrupted"), err=True)
        raise typer.Exit(INTERRUPTED) from None
    write_repeats(repeats, folder)
    typer.echo(folder)
