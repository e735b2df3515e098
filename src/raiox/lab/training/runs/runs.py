"""Run folders: where they lie, how a finished one is opened again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from raiox.lab.errors import RunNotFinishedError
from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.networks.unet import UNet
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.tasks import TASKS

WEIGHTS_FILE = "weights.safetensors"
RECIPE_FILE = "recipe.json"


@dataclass(frozen=True)
class TrainingContext:
    """Where a run reads and writes, and on what it computes."""

    data: Path | None
    runs: Path
    imagenet: Path | None = None
    """ImageNet weights of the recipe's network, or of the teacher that `imagenet` names."""
    bundle: Path | None = None
    """Bundle whose network a recipe with `init="bundle"` goes on from."""
    device: str = "cpu"
    n_devices: int = 1
    n_threads: int = 2
    deterministic: bool = False
    """Refuse computations whose result may differ between two runs on the same device."""

    def run_folder(self, recipe_name: str, seed: int) -> Path:
        """The folder of one recipe and seed."""
        return self.runs / f"{recipe_name}-seed{seed}"

    def earlier_run(self, recipe_name: str, seed: int) -> Path:
        """The finished run that another builds on: of the same seed, or else of seed 0."""
        own = self.run_folder(recipe_name, seed)
        return own if is_finished(own) else self.run_folder(recipe_name, 0)


def is_finished(folder: Path) -> bool:
    """Whether a run folder holds its final weights."""
    return (folder / WEIGHTS_FILE).is_file()


def weights_sha256(folder: Path) -> str:
    """Which weights a run ended with.

    Raises:
        RunNotFinishedError: with none.
    """
    _need_finished(folder)
    return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()


def build_network(recipe: Recipe) -> MobileNetV1 | ThreeBlockDenseNet | UNet:
    """The recipe's network with fresh weights."""
    n_outputs = len(TASKS[recipe.task].outputs)
    if recipe.network == "unet":
        return UNet(n_outputs)
    if recipe.network == "mobilenet":
        n_places = (-(-recipe.stages[-1].side_px // recipe.map_stride)) ** 2
        return MobileNetV1(
            n_outputs,
            n_places if recipe.head == "flattened" else None,
            rates_quality=recipe.rates_quality,
            map_stride=recipe.map_stride,
        )
    return ThreeBlockDenseNet(n_outputs, recipe.n_head_channels)


def load_run(folder: Path) -> tuple[Recipe, nn.Module]:
    """A finished run: its recipe and its network with the trained weights.

    Raises:
        RunNotFinishedError: the folder holds no finished run.
    """
    _need_finished(folder)
    recipe = Recipe.model_validate_json((folder / RECIPE_FILE).read_text())
    network = build_network(recipe)
    network.load_state_dict(load_file(folder / WEIGHTS_FILE))
    return recipe, network.eval()


def _need_finished(folder: Path) -> None:
    if not is_finished(folder):
        recipe_name = folder.name.rpartition("-seed")[0] or folder.name
        raise RunNotFinishedError(recipe=recipe_name, run=folder.name)
