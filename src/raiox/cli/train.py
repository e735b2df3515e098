"""`raiox train` and `raiox export`: from a recipe to a bundle, with bars on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from raiox.cli.failure import reported
from raiox.settings import Settings

if TYPE_CHECKING:
    from raiox.lab.training.context import TrainingContext


@dataclass(frozen=True)
class TrainingOptions:
    """What `train`, `repeat` and `compare` have in common."""

    runs: Path
    imagenet: Path | None
    bundle: Path | None
    device: str
    n_devices: int
    deterministic: bool

    def workplace(self) -> "TrainingContext":
        """Where the runs happen."""
        from raiox.lab.training.context import TrainingContext

        settings = Settings()
        n_threads = settings.inference.n_threads
        return TrainingContext(data=settings.datasets, n_threads=n_threads, **vars(self))


def train(
    recipe: Path, seed: int, resume: bool, hold_out: Sequence[str], options: TrainingOptions
) -> None:
    """Train one recipe; prints the run folder."""
    need_torch()
    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.train import train as train_recipe

    with reported():
        experiment = load_recipe(recipe)
        if hold_out:
            experiment = experiment.held_out(*hold_out)
        typer.echo(train_recipe(experiment, options.workplace(), seed, resume=resume))


def export(run: Path, out: Path, open_test: bool) -> None:
    """Write a bundle; prints its folder."""
    need_torch()
    from raiox.intake import Intake
    from raiox.lab.training.export.bundle_export import export_run

    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        n_threads = settings.inference.n_threads
        data = settings.datasets
        export_run(run, out, data, intake.load, n_threads, bar, open_test=open_test)
        typer.echo(out)


def bar(starts: Iterable[int]) -> Iterable[int]:
    """A progress bar on standard error."""
    from rich.console import Console
    from rich.progress import track

    return track(starts, "Asking", console=Console(stderr=True))


def need_torch(*beside: str) -> None:
    """Leave with a sentence where training is not installed."""
    from importlib.util import find_spec

    if not all(map(find_spec, ("torch", "lightning", *beside))):
        typer.echo("Training needs the extra: pip install 'raiox[train]'", err=True)
        raise typer.Exit(2)
