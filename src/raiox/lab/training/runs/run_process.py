"""One run in a process of its own: `python -m raiox.lab.training.runs.run_process`.

It trains or goes on, and opens `test` if that is wanted. It ends when its runner does, so that no
orphan writes into a run folder that another series may have taken up. Several GPUs work too:
Lightning starts this module again for each.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from raiox.lab.jobs.job import Job
from raiox.lab.jobs.lifeline import end_with_the_runner
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.predictions import predict_split
from raiox.lab.training.runs.train import train

SPLIT = "test"
LOG_FILE = "log.txt"
_TEST, _NO_TEST = "test", "no-test"
_CONTEXT = TypeAdapter(TrainingContext)


def training_job(
    number: int, recipe: Recipe, context: TrainingContext, seed: int, *, test: bool
) -> Job:
    """The job of one run; its log lies in the run folder.

    Args:
        test: evaluate it on `test` as well.
    """
    context_json = _CONTEXT.dump_json(context).decode()
    arguments = (recipe.model_dump_json(), context_json, str(seed), _TEST if test else _NO_TEST)
    return Job(
        number,
        (sys.executable, "-m", "raiox.lab.training.runs.run_process", *arguments),
        log=context.run_folder(recipe.name, seed) / LOG_FILE,
        n_threads=context.n_threads,
        n_gpus=context.gpus_per_run if context.device == "gpu" else 0.0,
    )


def train_and_test(recipe: Recipe, context: TrainingContext, seed: int) -> Path:
    """A seed's run folder, trained to its end and evaluated on `test`; what exists is kept.

    Raises:
        DataSetMissingError, RecipeError: as `train`.
    """
    folder = train(recipe, context, seed, resume=True)
    predict_split(folder, context, SPLIT)
    return folder


def run(arguments: Sequence[str]) -> None:
    """Do what the arguments of a job say."""
    recipe, context, seed, test = arguments
    work = train_and_test if test == _TEST else _train
    work(Recipe.model_validate_json(recipe), _CONTEXT.validate_json(context), int(seed))


def _train(recipe: Recipe, context: TrainingContext, seed: int) -> Path:
    return train(recipe, context, seed, resume=True)


if __name__ == "__main__":
    end_with_the_runner()
    run(sys.argv[1:])
