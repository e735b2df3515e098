"""`raiox train`: one network by a recipe."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_extra, require_paths
from raiox.cli.options import (
    Deterministic,
    Device,
    FromBundle,
    HoldOut,
    ImageNet,
    NDevices,
    RecipeFile,
    Runs,
    Seed,
)

if TYPE_CHECKING:
    from raiox.lab.training.context import TrainingContext

TRAINING_MODULES = ("torch", "lightning")


def train(
    recipe: RecipeFile,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option(help="Continue from the last checkpoint.")] = False,
    hold_out: HoldOut = [],  # noqa: B006 - Typer reads it, nobody writes to it
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Train a network by a recipe and print its run folder.

    Needs the extra `train` and RAIOX_DATASETS.

    Example: `raiox train recipes/frontal_filter.py --imagenet mobilenetv1_100_tf_in1k.safetensors`
    """
    require_extra("train", *TRAINING_MODULES)
    context = training_context(runs, imagenet, bundle, device, n_devices, deterministic)
    require_recipes(recipe)

    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.train import train as train_recipe

    experiment = load_recipe(recipe)
    if hold_out:
        experiment = experiment.held_out(*hold_out)
    typer.echo(train_recipe(experiment, context, seed, resume=resume))


def require_recipes(*recipes: Path) -> None:
    """Raises: PathMissingError for the first whose file, before `:NAME`, does not exist."""
    for recipe in recipes:
        file, _, _ = str(recipe).partition(".py:")
        require_paths(Path(f"{file}.py") if file != str(recipe) else recipe)


def training_context(
    runs: Path,
    imagenet: Path | None,
    bundle: Path | None,
    device: str,
    n_devices: int,
    deterministic: bool,
    gpus_per_run: float = 1.0,
) -> "TrainingContext":
    """Where and on what `train`, `repeat` and `ablate` compute.

    Raises: SettingInvalidError, PathMissingError.
    """
    settings = read_settings()
    require_paths(imagenet, bundle)

    from raiox.lab.training.context import TrainingContext

    return TrainingContext(
        data=settings.datasets,
        runs=runs,
        imagenet=imagenet,
        bundle=bundle,
        device=device,
        n_devices=n_devices,
        n_threads=settings.inference.n_threads,
        deterministic=deterministic,
        gpus_per_run=gpus_per_run,
    )
