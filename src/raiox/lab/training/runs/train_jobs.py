"""Many runs as jobs: those of a series, or those that a comparison lacks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from raiox.lab.errors import RunsFailedError
from raiox.lab.jobs.job import Runner
from raiox.lab.training.context import TrainingContext, is_finished
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.comparison import dependencies
from raiox.lab.training.runs.run_process import LOG_FILE, training_job

Run = tuple[Recipe, int]
"""A recipe and a seed."""
Watch = Callable[[Sequence[int]], None]
"""Called about once a second with the numbers of the runs that are being trained."""


def train_jobs(
    runs: Mapping[int, Run], context: TrainingContext, runner: Runner, watch: Watch, *, test: bool
) -> None:
    """Train runs that need none of each other.

    Args:
        runs: by the number that `watch` is called with.
        test: evaluate them on `test` as well.

    Raises:
        RunsFailedError: a training ended by itself.
    """
    share = replace(context, n_threads=runner.share(context.n_threads))
    jobs = [training_job(i, recipe, share, seed, test=test) for i, (recipe, seed) in runs.items()]
    failed: list[int] = []
    with closing(runner.run(jobs)) as progress:
        for now in progress:
            failed += (failure.number for failure in now.failures)
            watch(now.running)
    if failed:
        failed.sort()
        names = [context.run_folder(runs[i][0].name, runs[i][1]).name for i in failed]
        raise RunsFailedError(runs=", ".join(names), log=f"{names[0]}/{LOG_FILE}")


def train_missing(
    recipes: Sequence[Recipe],
    files: Sequence[Path],
    context: TrainingContext,
    seed: int,
    runner: Runner,
) -> None:
    """Train recipes that have no run yet, and first what they depend on.

    Args:
        files: where to find the recipes that these depend on (`find_recipe`).

    Raises:
        RecipeError: a recipe is not found.
        RunsFailedError: a training ended by itself.
    """
    for wave in _waves(recipes, files, context, seed):
        runs = {i: (recipe, seed) for i, recipe in enumerate(wave)}
        train_jobs(runs, context, runner, lambda _: None, test=False)


def _waves(
    recipes: Sequence[Recipe], files: Sequence[Path], context: TrainingContext, seed: int
) -> Iterator[list[Recipe]]:
    """Recipes without a run, each after all that it depends on."""
    depths: dict[str, int] = {}
    found: dict[str, Recipe] = {}

    def depth(recipe: Recipe) -> int:
        if recipe.name not in depths:
            needed = dependencies(recipe, files, context, seed)
            depths[recipe.name] = 1 + max(map(depth, needed), default=-1)
            found[recipe.name] = recipe
        return depths[recipe.name]

    for recipe in recipes:
        if not is_finished(context.run_folder(recipe.name, seed)):
            depth(recipe)
    ordered = sorted(found.values(), key=lambda recipe: depths[recipe.name])
    for _, wave in groupby(ordered, key=lambda recipe: depths[recipe.name]):
        yield list(wave)
