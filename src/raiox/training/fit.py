"""A recipe to a run folder: train, checkpoint, resume, keep the weights.

A run folder holds all that its weights came from: the recipe, code version,
data hash, curves and the predictions on `valid`. Each epoch ends in a
checkpoint; started again with `resume`, a run goes on from the last one along
the same draws, since sampling and augmentation are seeded by epoch and batch.
"""

import hashlib
import json
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import TensorBoardLogger
from safetensors.torch import load_file, save_file
from torch import nn
from torch.utils.data import DataLoader, Subset

from raiox import __version__
from raiox.errors import RecipeInvalidError
from raiox.training.curves import JsonLines
from raiox.training.examples import Examples, load_examples, task_labels
from raiox.training.modules import TrainingModule
from raiox.training.networks.densenet import ThreeBlockDenseNet
from raiox.training.networks.mobilenet import MobileNetV1
from raiox.training.recipe import Recipe, Stage

N_VALIDATION_EXAMPLES = 1_000
"""Enough to follow a run; the figures of a bundle come from the whole part."""


@dataclass(frozen=True)
class Workplace:
    """Where a run reads and writes, and on what it computes."""

    data: Path | None
    runs: Path
    imagenet: Path | None = None
    """ImageNet weights of MobileNet v1 (timm's layout, safetensors)."""
    device: str = "cpu"
    n_threads: int = 2

    def run_folder(self, recipe_name: str, seed: int) -> Path:
        """The folder of one recipe and seed."""
        return self.runs / f"{recipe_name}-seed{seed}"


def build_network(recipe: Recipe) -> nn.Module:
    """The recipe's network with fresh weights."""
    n_labels = len(task_labels(recipe.task))
    if recipe.network == "mobilenet":
        return MobileNetV1(n_labels)
    return ThreeBlockDenseNet(n_labels, recipe.n_head_channels)


def load_run(folder: Path) -> tuple[Recipe, nn.Module]:
    """A finished run: its recipe and its network with the trained weights.

    Raises:
        RecipeInvalidError: the folder holds no finished run.
    """
    if not (folder / "weights.safetensors").is_file():
        raise RecipeInvalidError(reason="run_not_finished", run=folder.name)
    recipe = Recipe.model_validate_json((folder / "recipe.json").read_text())
    network = build_network(recipe)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return recipe, network.eval()


def train(recipe: Recipe, place: Workplace, seed: int = 0, *, resume: bool = False) -> Path:
    """Train a recipe; returns its run folder.

    Raises:
        DataSetMissingError: the data set is not there.
        RecipeInvalidError: the teacher's run or the ImageNet weights are not there.
    """
    L.seed_everything(seed)
    torch.set_num_threads(place.n_threads)
    folder = place.run_folder(recipe.name, seed)
    folder.mkdir(parents=True, exist_ok=True)
    network = build_network(recipe)
    _initialise(network, recipe, place)
    teacher = _teacher(recipe, place, seed)
    _write_passport(folder, recipe, place, seed)
    for index, stage in enumerate(recipe.stages):
        stage_folder = folder / f"stage-{index}"
        weights = stage_folder / "weights.safetensors"
        if not (resume and weights.exists()):
            n_labels = len(task_labels(recipe.task))
            stage_seed = seed + 1_000 * index
            module = TrainingModule(network, recipe, stage, stage_seed, n_labels, teacher)
            _train_stage(module, place, stage_folder, resume=resume)
            save_file(_state(network), weights)
        network.load_state_dict(load_file(weights))
    save_file(_state(network), folder / "weights.safetensors")
    return folder


def _train_stage(module: TrainingModule, place: Workplace, folder: Path, *, resume: bool) -> None:
    recipe, stage = module.recipe, module.stage
    spec = recipe.preprocessing.model_copy(update={"side_px": stage.side_px})
    parts = load_examples(recipe, spec, place.data, place.runs / "cache")
    module.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    checkpoints = ModelCheckpoint(
        folder, save_last=True, every_n_epochs=1, save_on_train_epoch_end=True
    )
    n_epochs = max(1, round(stage.n_samples / stage.samples_per_epoch))
    trainer = L.Trainer(
        accelerator=place.device,
        devices=1,
        precision=best_precision(place.device),
        max_epochs=n_epochs,
        check_val_every_n_epoch=min(stage.epochs_per_validation, n_epochs),
        reload_dataloaders_every_n_epochs=1,
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        log_every_n_steps=min(10, stage.samples_per_epoch // stage.batch_size),
        logger=[
            JsonLines(folder / "curves.jsonl"),
            TensorBoardLogger(folder, name="", version="tensorboard"),
        ],
        callbacks=[checkpoints, RichProgressBar()],
    )
    last = folder / "last.ckpt"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Checkpoint directory")  # a resumed run's is not empty
        trainer.fit(
            module,
            datamodule=SeededDraws(recipe, stage, parts, module.seed),
            ckpt_path=last if resume and last.exists() else None,
        )


class SeededDraws(L.LightningDataModule):
    """Training batches drawn by weight, the same for the same seed and epoch."""

    def __init__(self, recipe: Recipe, stage: Stage, parts: dict[str, Examples], seed: int) -> None:
        super().__init__()
        self.stage, self.parts, self.seed = stage, parts, seed
        names = task_labels(recipe.task)
        weights = {names.index(name): share for name, share in recipe.label_weights.items()}
        self.weights = parts["train"].draw_weights(weights)

    def train_dataloader(self) -> DataLoader[Any]:
        """One epoch of whole batches."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        n = self.stage.samples_per_epoch // self.stage.batch_size * self.stage.batch_size
        random = np.random.default_rng((self.seed, epoch))
        drawn = random.choice(len(self.weights), size=n, p=self.weights)
        # The pixels are in memory: reading them costs less than handing them between processes.
        return DataLoader(Subset(self.parts["train"], drawn.tolist()), self.stage.batch_size)

    def val_dataloader(self) -> DataLoader[Any]:
        """The same spread-out part of `valid`, each time."""
        valid = self.parts["valid"]
        step = max(1, len(valid) // N_VALIDATION_EXAMPLES)
        return DataLoader(Subset(valid, range(0, len(valid), step)), self.stage.batch_size)


def best_precision(device: str) -> Any:
    """bf16 where the hardware computes in it; emulated bf16 is slower than fp32."""
    if device != "cpu":
        return "bf16-mixed"
    # torch tells this nowhere in public.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
    return "bf16-mixed" if native else "32-true"


def _initialise(network: nn.Module, recipe: Recipe, place: Workplace) -> None:
    if recipe.init == "scratch":
        return
    if place.imagenet is None or not place.imagenet.is_file():
        raise RecipeInvalidError(reason="imagenet_weights_missing")
    if not isinstance(network, MobileNetV1):
        raise RecipeInvalidError(reason="imagenet_weights_are_of_mobilenet")
    network.load_imagenet(place.imagenet)


def _teacher(recipe: Recipe, place: Workplace, seed: int) -> nn.Module | None:
    if recipe.distillation is None:
        return None
    teacher, network = load_run(place.run_folder(recipe.distillation.teacher, seed))
    mine, its = recipe.preprocessing, teacher.preprocessing
    if (mine.mean, mine.std, mine.fit) != (its.mean, its.std, its.fit):
        raise RecipeInvalidError(reason="teacher_sees_other_pixels")
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _write_passport(folder: Path, recipe: Recipe, place: Workplace, seed: int) -> None:
    """Written as the run starts: by its end the checkout may be another. A resume adds its code."""
    (folder / "recipe.json").write_text(recipe.model_dump_json(indent=2))
    file = folder / "passport.json"
    before = json.loads(file.read_text())["code_version"].split(", ") if file.exists() else []
    passport = {
        "seed": seed,
        "code_version": ", ".join(dict.fromkeys([*before, code_version()])),
        "data_sha256": data_sha256(place.data),
        "torch": torch.__version__,
        "precision": str(best_precision(place.device)),
    }
    file.write_text(json.dumps(passport, indent=2))


def code_version() -> str:
    """The package's version and, in a checkout, its commit."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{__version__}+{told.stdout.strip()}" if told.returncode == 0 else __version__


def data_sha256(data: Path | None) -> str:
    """Of the manifests: they name every image, label and part."""
    digest = hashlib.sha256()
    for name in ("chest", "filter"):
        file = (data or Path()) / name / "manifest.csv"
        digest.update(file.read_bytes() if file.is_file() else b"-")
    return digest.hexdigest()


def _state(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
