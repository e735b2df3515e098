"""One seed of a series in a process of its own: `python -m raiox.lab.training.runs.seed_process`.

It trains the seed or goes on with it, then opens `test`. Its standard input is a pipe
whose other end the series holds: when the series dies, however it dies, the pipe closes
and so does this process, so that no orphan writes into a run folder that another series
may have taken up. Several GPUs work too: Lightning starts this module again for each.
"""

import os
import sys
from pathlib import Path
from threading import Thread

from pydantic import TypeAdapter

from raiox.lab.training.context import TrainingContext
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.predictions import predict_split
from raiox.lab.training.runs.train import train

SPLIT = "test"
_CONTEXT = TypeAdapter(TrainingContext)


def command(recipe: Recipe, context: TrainingContext, seed: int) -> list[str]:
    """The command that starts the process of one seed."""
    job = [recipe.model_dump_json(), _CONTEXT.dump_json(context).decode(), str(seed)]
    return [sys.executable, "-m", "raiox.lab.training.runs.seed_process", *job]


def train_and_test(recipe: Recipe, context: TrainingContext, seed: int) -> Path:
    """A seed's run folder, trained to its end and evaluated on `test`; what exists is kept.

    Raises:
        DataSetMissingError, RecipeError: as `train`.
    """
    folder = train(recipe, context, seed, resume=True)
    predict_split(folder, context, SPLIT)
    return folder


def main() -> None:
    """Train and test the seed of the command line."""
    Thread(target=_end_with_the_series, daemon=True).start()
    recipe, context, seed = sys.argv[1:]
    train_and_test(Recipe.model_validate_json(recipe), _CONTEXT.validate_json(context), int(seed))


def _end_with_the_series() -> None:
    # Not through `sys.stdin`: its lock, held here for ever, would end the interpreter with an error.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
