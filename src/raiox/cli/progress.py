"""Progress on standard error: the only place that draws bars."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Self

from raiox.cli.language import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from raiox.lab.training.context import TrainingContext
    from raiox.lab.training.recipe import Recipe


def progress_bar(title: str) -> Callable[[Iterable[int]], Iterable[int]]:
    """A bar for work that hands out its steps; nothing where standard error is no terminal.

    Args:
        title: key of the bar's title in `locales/*/cli.json`.
    """

    def show(steps: Iterable[int]) -> Iterator[int]:
        from rich.progress import track

        console = _console()
        yield from track(steps, say(title), console=console, disable=not console.is_terminal)

    return show


class FilesBar:
    """Files that are done, of how many, how fast, and how long the rest takes."""

    def __init__(self, n_files: int) -> None:
        # Where nobody looks, what draws need not be loaded.
        self._bar = _files_progress() if sys.stderr.isatty() else None
        self._n_files = n_files

    def __enter__(self) -> Self:
        if self._bar:
            self._task = self._bar.add_task(say("progress_reading"), total=self._n_files, rate="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def advance(self) -> None:
        """Count one more file."""
        if self._bar is None:
            return
        self._bar.advance(self._task)
        speed = self._bar.tasks[0].speed
        if speed:
            self._bar.update(self._task, rate=say("per_second", n=f"{speed:.1f}"))


class SeedsBar:
    """Epochs of a series of seeds; in a log, a line for each seed that is done.

    How many epochs a seed takes is known only when it is done: until then the maximum counts,
    so the first remaining time is an upper bound.
    """

    def __init__(self, recipe: "Recipe", context: "TrainingContext", n_seeds: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        from raiox.lab.training.fit.schedules import n_epochs

        self._folders = [context.run_folder(recipe.name, seed) for seed in range(n_seeds)]
        self._max_epochs = sum(map(n_epochs, recipe.stages))
        self._n_epochs_seen = [0] * n_seeds
        self._finished: set[int] = set()
        description = TextColumn("{task.description}")
        left = TextColumn(say("progress_at_most"))
        columns = (description, BarColumn(), TimeElapsedColumn(), left, TimeLeft())
        # An epoch may take an hour: a speed measured over the usual seconds would forget it.
        self._bar = Progress(*columns, console=_console(), speed_estimate_period=10**7)

    def __enter__(self) -> Self:
        """Begin; what is there already counts as done, not as speed."""
        self._read_runs(range(len(self._folders)))
        self._task = self._bar.add_task(
            say("progress_preparing"), total=self._n_expected(), completed=sum(self._n_epochs_seen)
        )
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Read the runs a last time and leave the bar as it is."""
        self.show([])
        self._bar.stop()

    def show(self, running: Sequence[int]) -> None:
        """Show how far the seeds are."""
        self._read_runs([i for i in range(len(self._folders)) if i not in self._finished])
        description = say("seeds_done", n=len(self._finished), n_seeds=len(self._folders))
        if running:
            seeds = (say("seed_epoch", seed=i, epoch=self._n_epochs_seen[i]) for i in running)
            description += ", " + say("seeds_training", seeds=", ".join(seeds))
        self._bar.update(
            self._task,
            completed=sum(self._n_epochs_seen),
            total=self._n_expected(),
            description=description,
        )

    def _read_runs(self, seeds: Iterable[int]) -> None:
        from raiox.lab.training.context import is_finished
        from raiox.lab.training.runs.learning_curves import n_epochs_seen

        for seed in seeds:
            finished = is_finished(self._folders[seed])
            self._n_epochs_seen[seed] = n_epochs_seen(self._folders[seed])
            if finished:
                self._finished.add(seed)
                self._bar.console.print(
                    say("seed_trained", seed=seed, n_epochs=self._n_epochs_seen[seed])
                )

    def _n_expected(self) -> float:
        """Epochs of the whole series, as far as they can be known."""
        finished = [self._n_epochs_seen[seed] for seed in self._finished]
        expected = sum(finished) / len(finished) if finished else self._max_epochs
        left = [n for seed, n in enumerate(self._n_epochs_seen) if seed not in self._finished]
        return sum(finished) + sum(max(n, expected) for n in left)


def _files_progress() -> "Progress":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn(),
        console=_console(),
    )  # fmt: skip


def _console() -> "Console":
    from rich.console import Console

    return Console(stderr=True)
