"""One recipe, many seeds: train what is missing, open `test` and read it all together.

A finished seed is kept, an interrupted one goes on from its last epoch; the same command
run again therefore ends with the same figures as one that was never interrupted. Who
trains the seeds is a `Runner`: processes of this machine here, others elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import ValidationError

from raiox.lab.errors import RecipeInvalidError, RunNotFinishedError
from raiox.lab.evaluation.paper_results import PaperResults, paper_results
from raiox.lab.metrics.seeds import SeedRuns, SeedStatistic, seed_statistics
from raiox.lab.training.data.examples import load_examples
from raiox.lab.training.fit.initialisation import distillation_loss_for, initialise
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.predictions import Predictions, is_open, open_part
from raiox.lab.training.runs.runs import RECIPE_FILE, TrainingContext, build_network, is_finished
from raiox.lab.training.runs.seed_process import PART
from raiox.lab.training.tasks import TASKS

Watch = Callable[[Sequence[int]], None]
"""Told about once a second which seeds are being trained."""


class Runner(Protocol):
    """Whoever trains seeds: `train_and_ask` of each, here or elsewhere."""

    def run(
        self, recipe: Recipe, context: TrainingContext, seeds: Sequence[int], watch: Watch
    ) -> None:
        """Come back when every seed has its run folder.

        Raises:
            SeedsFailedError: a training ended by itself.
        """
        ...


@dataclass(frozen=True)
class Repeats:
    """A finished series, read from its run folders."""

    recipe: Recipe
    folders: tuple[Path, ...]
    """One a seed, in the order of the seeds."""
    series: SeedRuns
    figures: dict[str, SeedStatistic]
    paper: PaperResults | None


def repeat(
    recipe: Recipe,
    context: TrainingContext,
    seeds: Sequence[int],
    runner: Runner,
    watch: Watch = lambda _: None,
) -> Repeats:
    """Train every seed that is not trained yet, and ask all of them on `test`.

    Raises:
        DataSetMissingError, RecipeInvalidError: it cannot begin, or a run folder holds another
            recipe or other data.
        RunNotFinishedError: a run that the recipe builds on is missing.
        SeedsFailedError: a training ended by itself.
    """
    check_can_begin(recipe, context, seeds)
    folders = {seed: context.run_folder(recipe.name, seed) for seed in seeds}
    runner.run(recipe, context, [s for s in seeds if not is_open(folders[s], PART)], watch)
    series = _series([open_part(folder, context, PART) for folder in folders.values()])
    paper = paper_results(recipe.name, series.outputs)
    return Repeats(recipe, tuple(folders.values()), series, seed_statistics(series), paper)


def check_can_begin(recipe: Recipe, context: TrainingContext, seeds: Sequence[int]) -> None:
    """Find in a minute what would otherwise end every seed; prepares the pixels, once for all.

    Raises:
        DataSetMissingError, RecipeInvalidError, RunNotFinishedError: as `repeat`.
    """
    if len(TASKS[recipe.task].outputs) < 2:  # noqa: PLR2004 - a matrix of one cell tells nothing
        raise RecipeInvalidError(reason="nothing_to_tell_apart")
    for seed in seeds:
        _check_same_recipe(recipe, context.run_folder(recipe.name, seed))
    missing = [seed for seed in seeds if not is_finished(context.run_folder(recipe.name, seed))]
    if missing:
        _check_start(recipe, context, missing)
    for stage in recipe.stages:
        spec = recipe.preprocessing.model_copy(update={"side_px": stage.side_px})
        parts = load_examples(recipe, spec, context.data, context.runs / "cache")
        for part in ("train", PART):
            if not len(parts[part]):
                raise RecipeInvalidError(reason=f"no_image_in_{part}")


def _check_start(recipe: Recipe, context: TrainingContext, seeds: Sequence[int]) -> None:
    for name in recipe.builds_on:
        for run in (context.earlier_run(name, seed) for seed in seeds):
            if not is_finished(run):
                raise RunNotFinishedError(recipe=name, run=run.name)
    network = build_network(recipe)
    initialise(network, recipe, context, seeds[0])
    distillation_loss_for(recipe, network, context, seeds[0])


def _check_same_recipe(recipe: Recipe, folder: Path) -> None:
    file = folder / RECIPE_FILE
    if not file.is_file():
        return
    try:
        told = Recipe.model_validate_json(file.read_text(encoding="utf-8"))
        same = told == Recipe.model_validate_json(recipe.model_dump_json())
    except ValidationError:
        same = False
    if not same:
        raise RecipeInvalidError(reason="run_folder_holds_another_recipe", run=folder.name)


def _series(answers: Sequence[Predictions]) -> SeedRuns:
    first = answers[0]
    if any(other.cases != first.cases for other in answers):
        raise RecipeInvalidError(reason="runs_were_asked_different_images")
    scores = np.stack([one.scores for one in answers])
    return SeedRuns(first.outputs, first.labels, first.column("group_id"), scores)
