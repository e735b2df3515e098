"""One recipe with many seeds: train what is missing, open `test`, summarise the predictions.

A finished seed is kept, an interrupted one goes on from its last epoch; the same command
run again therefore ends with the same figures as one that was never interrupted. Each seed is a
job of its own, for any `Runner`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from raiox.lab.errors import (
    RunDataChangedError,
    RunRecipeDiffersError,
    SplitEmptyError,
    TaskWithoutClassesError,
)
from raiox.lab.evaluation.paper_results import PaperResults, paper_results
from raiox.lab.jobs.job import Runner
from raiox.lab.metrics.seeds import SeedRuns, SeedStatistic, seed_statistics
from raiox.lab.training.context import TrainingContext, is_finished
from raiox.lab.training.data.examples import load_examples
from raiox.lab.training.networks.build import build_network
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.initialisation import distillation_loss_for, initialise
from raiox.lab.training.runs.predictions import Predictions, has_predictions, predict_split
from raiox.lab.training.runs.run_metadata import RECIPE_FILE
from raiox.lab.training.runs.run_process import SPLIT
from raiox.lab.training.runs.runs import require_finished
from raiox.lab.training.runs.train_jobs import Watch, train_jobs
from raiox.lab.training.tasks import TASKS


@dataclass(frozen=True)
class Repeats:
    """A finished series, read from its run folders."""

    recipe: Recipe
    folders: tuple[Path, ...]
    """One per seed, in the order of the seeds."""
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
    """Train every seed that is not trained yet, and evaluate all of them on `test`.

    Raises:
        DataSetMissingError, RecipeError: it cannot begin.
        RunRecipeDiffersError, RunDataChangedError: a run folder holds another recipe or other data.
        RunNotFinishedError: a run that the recipe depends on is missing.
        RunsFailedError: a training ended by itself.
    """
    check_can_begin(recipe, context, seeds)
    folders = {seed: context.run_folder(recipe.name, seed) for seed in seeds}
    missing = {s: (recipe, s) for s in seeds if not has_predictions(folders[s], SPLIT)}
    train_jobs(missing, context, runner, watch, test=True)
    predictions = [predict_split(folder, context, SPLIT) for folder in folders.values()]
    series = _seed_runs(list(folders.values()), predictions)
    paper = paper_results(recipe.name, series.outputs)
    return Repeats(recipe, tuple(folders.values()), series, seed_statistics(series), paper)


def check_can_begin(recipe: Recipe, context: TrainingContext, seeds: Sequence[int]) -> None:
    """Find in a minute what would otherwise stop every seed; prepares the pixels once for all.

    Raises:
        DataSetMissingError, RecipeError: as `repeat`.
    """
    if len(TASKS[recipe.task].outputs) < 2:  # noqa: PLR2004 - a matrix of one cell
        raise TaskWithoutClassesError(task=recipe.task)
    for seed in seeds:
        _check_same_recipe(recipe, context.run_folder(recipe.name, seed))
    missing = [seed for seed in seeds if not is_finished(context.run_folder(recipe.name, seed))]
    if missing:
        _check_dependencies(recipe, context, missing)
    for stage in recipe.stages:
        spec = recipe.preprocessing.model_copy(update={"side_px": stage.side_px})
        splits = load_examples(recipe, spec, context.data, context.cache)
        for split in ("train", SPLIT):
            if not len(splits[split]):
                raise SplitEmptyError(recipe=recipe.name, split=split)


def _check_dependencies(recipe: Recipe, context: TrainingContext, seeds: Sequence[int]) -> None:
    for name in recipe.depends_on:
        for seed in seeds:
            require_finished(context.earlier_run(name, seed))
    initialise(build_network(recipe.at_stage(0)), recipe, context, seeds[0])
    for stage in map(recipe.at_stage, range(len(recipe.stages))):
        distillation_loss_for(stage, build_network(stage), context, seeds[0])


def _check_same_recipe(recipe: Recipe, folder: Path) -> None:
    file = folder / RECIPE_FILE
    if not file.is_file():
        return
    try:
        kept = Recipe.model_validate_json(file.read_text(encoding="utf-8"))
        same = kept == Recipe.model_validate_json(recipe.model_dump_json())
    except ValidationError:
        same = False
    if not same:
        raise RunRecipeDiffersError(run=folder.name)


def _seed_runs(folders: Sequence[Path], predictions: Sequence[Predictions]) -> SeedRuns:
    first = predictions[0]
    for folder, other in zip(folders, predictions, strict=True):
        if other.samples != first.samples:
            raise RunDataChangedError(run=folder.name)
    scores = np.stack([one.scores for one in predictions])
    return SeedRuns(first.outputs, first.labels, first.column("group_id"), scores)
