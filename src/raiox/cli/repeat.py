"""`raiox repeat`: one recipe over many seeds, with what is done and how long it still takes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import typer

from raiox.cli.failure import reported
from raiox.cli.train import TrainingOptions, need_torch

if TYPE_CHECKING:
    from raiox.lab.training.context import TrainingContext
    from raiox.lab.training.recipe import Recipe

INTERRUPTED = 130
"""Exit status that shells give to Ctrl-C."""


def repeat(
    file: Path,
    n_seeds: int,
    n_jobs: int,
    hold_out: Sequence[str],
    out: Path | None,
    options: TrainingOptions,
) -> None:
    """Train the seeds, write tables and figures, print their folder."""
    need_torch("matplotlib")
    from raiox.lab.training.recipe_files import load_recipe
    from raiox.lab.training.runs.local_runner import LocalRunner
    from raiox.lab.training.runs.repeats import repeat as run_series
    from raiox.lab.training.runs.repeats_folder import write_repeats

    with reported():
        recipe = load_recipe(file)
        if hold_out:
            recipe = recipe.held_out(*hold_out)
        context = options.workplace()
        try:
            with SeriesBar(recipe, context, n_seeds) as bar:
                runner = LocalRunner(n_jobs)
                found = run_series(recipe, context, range(n_seeds), runner, bar.show)
        except KeyboardInterrupt:
            typer.echo("Interrupted. The same command goes on from the last epochs.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        folder = out or context.runs / f"{recipe.name}-repeats"
        write_repeats(found, folder)
        typer.echo(folder)


class SeriesBar:
    """A bar of epochs on standard error; in a log, a line for each seed that is done.

    How many epochs a seed takes is known only when it is done: until then the most it may
    take counts, so the first time left is an upper bound.
    """

    def __init__(self, recipe: "Recipe", context: "TrainingContext", n_seeds: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        from raiox.lab.training.fit.schedules import n_epochs

        self._folders = [context.run_folder(recipe.name, seed) for seed in range(n_seeds)]
        self._max_epochs = sum(map(n_epochs, recipe.stages))
        self._n_seen = [0] * n_seeds
        self._done: set[int] = set()
        told = TextColumn("{task.description}")
        columns = (told, BarColumn(), TimeElapsedColumn(), TextColumn("left, at most:"), TimeLeft())
        # An epoch may take an hour: a speed measured over the usual seconds would forget it.
        self._bar = Progress(*columns, console=Console(stderr=True), speed_estimate_period=10**7)

    def __enter__(self) -> Self:
        """Begin; what is there already counts as done, not as speed."""
        self._look(range(len(self._folders)))
        self._task = self._bar.add_task(
            "preparing", total=self._n_expected(), completed=sum(self._n_seen)
        )
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look a last time and leave the bar as it is."""
        self.show([])
        self._bar.stop()

    def show(self, running: Sequence[int]) -> None:
        """Look where the seeds are."""
        self._look([seed for seed in range(len(self._folders)) if seed not in self._done])
        training = ", ".join(f"{seed} (epoch {self._n_seen[seed]})" for seed in running)
        told = f"{len(self._done)} of {len(self._folders)} seeds" + (
            f", training {training}" if running else ""
        )
        self._bar.update(
            self._task, completed=sum(self._n_seen), total=self._n_expected(), description=told
        )

    def _look(self, seeds: Iterable[int]) -> None:
        from raiox.lab.training.context import is_finished
        from raiox.lab.training.runs.learning_curves import n_epochs_seen

        for seed in seeds:
            finished = is_finished(self._folders[seed])
            self._n_seen[seed] = n_epochs_seen(self._folders[seed])
            if finished:
                self._done.add(seed)
                self._bar.console.print(f"seed {seed}: trained, {self._n_seen[seed]} epochs")

    def _n_expected(self) -> float:
        """Epochs of the whole series, so far as can be told."""
        finished = [self._n_seen[seed] for seed in self._done]
        expected = sum(finished) / len(finished) if finished else self._max_epochs
        left = [n for seed, n in enumerate(self._n_seen) if seed not in self._done]
        return sum(finished) + sum(max(n, expected) for n in left)
