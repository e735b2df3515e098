"""`raiox train` and `raiox export`: from a recipe to a bundle, with bars on the way."""

from collections.abc import Iterable
from pathlib import Path

import typer

from raiox.cli.failure import reported
from raiox.settings import Settings


def train(
    recipe: Path, seed: int, resume: bool, device: str, runs: Path, imagenet: Path | None
) -> None:
    """Train one recipe; prints the run folder."""
    _need_torch()
    from raiox.training.fit import Workplace
    from raiox.training.fit import train as train_recipe
    from raiox.training.recipe import load_recipe

    settings = Settings()
    with reported():
        place = Workplace(
            data=settings.data,
            runs=runs,
            imagenet=imagenet,
            device=device,
            n_threads=settings.inference.n_threads,
        )
        typer.echo(train_recipe(load_recipe(recipe), place, seed, resume=resume))


def export(run: Path, out: Path) -> None:
    """Write a bundle; prints its folder."""
    _need_torch()
    from raiox.intake import Intake
    from raiox.training.export import export_run

    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        n_threads = settings.inference.n_threads
        export_run(run, out, settings.data, intake.read, n_threads, bar)
        typer.echo(out)


def bar(starts: Iterable[int]) -> Iterable[int]:
    """A progress bar on standard error."""
    from rich.console import Console
    from rich.progress import track

    return track(starts, "Asking", console=Console(stderr=True))


def _need_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("lightning") is None:
        typer.echo("Training needs the extra: pip install 'raiox[train]'", err=True)
        raise typer.Exit(2)
