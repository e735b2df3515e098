"""One stage of a recipe with Lightning: its trainer, checkpoints and callbacks."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import (
    Callback,
    EMAWeightAveraging,
    ModelCheckpoint,
    RichProgressBar,
)
from lightning.pytorch.loggers import TensorBoardLogger

from raiox.lab.errors import DeviceMissingError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import Examples
from raiox.lab.training.data.sampling import SeededDataModule, oversample
from raiox.lab.training.fit.atomic_files import AtomicCheckpoints
from raiox.lab.training.fit.callbacks import JsonLines, LoaderShare, TimeLeft
from raiox.lab.training.fit.lightning_module import TrainingModule
from raiox.lab.training.fit.losses import LabelLoss, label_loss
from raiox.lab.training.fit.schedules import epochs_per_validation, n_epochs, stopping_callbacks
from raiox.lab.training.recipe import Plateau, Recipe, Stage
from raiox.lab.training.tasks import TASKS

GRADIENT_NORM = 1.0
"""Gradients are clipped to it."""


def fit_stage(
    module: TrainingModule,
    splits: dict[str, Examples],
    context: TrainingContext,
    folder: Path,
    *,
    resume: bool,
) -> None:
    """Train a module's network in place: to the last epoch, or to the best one of a plateau.

    Args:
        module: with the network as the stage starts.
        splits: `train` and `valid`, at the size of the stage.
        context: devices and precision.
        folder: of curves and checkpoints.
        resume: continue after the last checkpoint if there is one.
    """
    checkpoints = _checkpoints(module.stage, folder)
    data = SeededDataModule(module.recipe.sampling, module.stage, splits, module.seed)
    trainer = _trainer(module.stage, context, folder, checkpoints, data.n_batches)
    last = folder / "last.ckpt"
    with expected_warnings_ignored():
        trainer.fit(
            module,
            datamodule=data,
            ckpt_path=last if resume and last.exists() else None,
        )
    _load_best(module, checkpoints)


@contextmanager
def expected_warnings_ignored() -> Iterator[None]:
    """Keep what Lightning says of every training from the terminal."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Checkpoint directory")  # a resumed run's is not empty
        warnings.filterwarnings("ignore", r"Found \d+ module\(s\) in eval mode")  # frozen stages
        # A kind that is synthesised in the batch may have no image in `valid`.
        warnings.filterwarnings("ignore", "No positive samples in targets")
        warnings.filterwarnings("ignore", ".* does not have many workers")  # `loader_share` says
        warnings.filterwarnings("ignore", ".isinstance.treespec, LeafSpec")  # Lightning's own call
        yield


def _trainer(
    stage: Stage,
    context: TrainingContext,
    folder: Path,
    checkpoints: list[ModelCheckpoint],
    n_batches: int,
) -> L.Trainer:
    return L.Trainer(
        **step_options(context),
        max_epochs=n_epochs(stage),
        check_val_every_n_epoch=epochs_per_validation(stage),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        log_every_n_steps=min(10, n_batches),
        logger=[
            JsonLines(folder / "curves.jsonl"),
            TensorBoardLogger(folder, name="", version="tensorboard"),
        ],
        # The bar reads the losses of each step, which waits for a GPU: that is no wait for images.
        callbacks=[*checkpoints, *stopping_callbacks(stage), *averaging(stage), TimeLeft(), RichProgressBar(),
                   LoaderShare()],
        plugins=[AtomicCheckpoints()],
    )  # fmt: skip


def step_options(context: TrainingContext) -> dict[str, Any]:
    """How a step is computed, for a trainer."""
    return {
        "accelerator": context.device,
        "devices": context.n_devices,
        "precision": best_precision(context.device),
        "deterministic": context.deterministic,
        "gradient_clip_val": GRADIENT_NORM,
    }


def _load_best(module: TrainingModule, checkpoints: list[ModelCheckpoint]) -> None:
    """The weights of the best epoch, where a plateau looked for one."""
    if best := next((c.best_model_path for c in checkpoints if c.monitor), ""):
        state = torch.load(best, map_location="cpu", weights_only=True)["state_dict"]
        own = {k.removeprefix("network."): v for k, v in state.items() if k.startswith("network.")}
        module.network.load_state_dict(own)


def label_loss_for(recipe: Recipe, train: Examples) -> LabelLoss:
    """The recipe's loss against labels, weighted by how often each occurs in an epoch."""
    labels = train.labels[oversample(train.samples, recipe.sampling.oversampling)]
    n_outputs = len(TASKS[recipe.task].outputs)
    counts = torch.bincount(torch.from_numpy(labels), minlength=n_outputs).float()
    return label_loss(recipe.loss, counts)


def require_device(context: TrainingContext) -> None:
    """Raises: DeviceMissingError where a GPU is wanted and torch finds none."""
    if context.device == "gpu" and not (
        torch.cuda.is_available() or torch.backends.mps.is_available()
    ):
        raise DeviceMissingError


def best_precision(device: str) -> Any:
    """bf16 where the hardware computes in it; emulated bf16 is slower than fp32."""
    if device != "cpu":
        return "bf16-mixed"
    # torch has no public function for this.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
    return "bf16-mixed" if native else "32-true"


def _checkpoints(stage: Stage, folder: Path) -> list[ModelCheckpoint]:
    """The last epoch, to resume from; with a plateau also the best one, to keep."""
    last = ModelCheckpoint(
        folder, filename="last", every_n_epochs=1, save_on_train_epoch_end=True,
        enable_version_counter=False,
    )  # fmt: skip
    if not isinstance(stage.schedule, Plateau):
        return [last]
    best = ModelCheckpoint(
        folder, filename="best", monitor=stage.schedule.monitor, enable_version_counter=False
    )
    # The last one also keeps what the best one was, so that comes first.
    return [best, last]


def averaging(stage: Stage) -> list[Callback]:
    """The callback that averages the weights of a stage, where it does."""
    return [EMAWeightAveraging(decay=stage.average)] if stage.average else []
