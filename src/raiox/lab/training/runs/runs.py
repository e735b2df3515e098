"""Finished runs: how their weights are identified and loaded again."""

import hashlib
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from raiox.lab.errors import RunNotFinishedError
from raiox.lab.training.context import WEIGHTS_FILE, is_finished
from raiox.lab.training.networks.build import build_network
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.run_metadata import RECIPE_FILE


def stage_folder(run: Path, index: int) -> Path:
    """What one stage of a run keeps: curves, checkpoints and the weights it ended with."""
    return run / f"stage-{index}"


def weights_sha256(folder: Path) -> str:
    """Which weights a run ended with.

    Raises:
        RunNotFinishedError: the folder holds no finished run.
    """
    require_finished(folder)
    return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()


def load_run(folder: Path, stage: int | None = None) -> tuple[Recipe, nn.Module]:
    """A finished run: its recipe and its network with the trained weights, in evaluation mode.

    Args:
        folder: of the run.
        stage: the network as it was after this stage; None: after the last.

    Raises:
        RunNotFinishedError: the folder holds no finished run, or not so many stages.
    """
    if stage is None:
        require_finished(folder)
        file = folder / WEIGHTS_FILE
    else:  # the run itself may still be in a later one
        file = stage_folder(folder, stage) / WEIGHTS_FILE
        if not file.is_file():
            name = folder.name.rpartition("-seed")[0]
            raise RunNotFinishedError(recipe=name, run=f"{folder.name}/stage-{stage}")
    recipe = Recipe.model_validate_json((folder / RECIPE_FILE).read_text())
    if stage is not None:
        recipe = recipe.at_stage(stage)
    network = build_network(recipe)
    network.load_state_dict(load_file(file))
    return recipe, network.eval()


def require_finished(folder: Path) -> None:
    """Refuse a run folder without final weights.

    Raises:
        RunNotFinishedError: the folder holds no finished run.
    """
    if not is_finished(folder):
        recipe_name = folder.name.rpartition("-seed")[0] or folder.name
        raise RunNotFinishedError(recipe=recipe_name, run=folder.name)
