"""Optimisers and learning-rate schedules: one cycle, or plateaus with early stopping."""

import math
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from torch import nn

from raiox.lab.training.recipe import OneCycle, Plateau, Stage

WARM_UP_SHARE = 0.06


def n_epochs(stage: Stage) -> int:
    """Upper limit of the epochs of a stage."""
    if isinstance(stage.schedule, Plateau):
        return stage.schedule.max_epochs
    return max(1, round(stage.schedule.n_samples / (stage.samples_per_epoch or math.inf)))


def epochs_per_validation(stage: Stage) -> int:
    """Epochs between validations; a plateau needs one every epoch."""
    if isinstance(stage.schedule, Plateau):
        return 1
    return min(stage.epochs_per_validation, n_epochs(stage))


def optimisers(network: nn.Module, stage: Stage, n_batches: int) -> Any:
    """The value of Lightning's `configure_optimizers`, for epochs of `n_batches` steps."""
    schedule = stage.schedule
    if isinstance(schedule, Plateau):
        return _plateau(network, schedule, n_batches)
    return _one_cycle(network, schedule, max(1, schedule.n_samples // stage.batch_size))


def stopping_callbacks(stage: Stage) -> list[Callback]:
    """Callbacks that may end a stage before its last epoch."""
    schedule = stage.schedule
    if not isinstance(schedule, Plateau):
        return []
    return [
        ResumableEarlyStopping(
            schedule.monitor, min_delta=schedule.min_delta, patience=schedule.stop_after
        )
    ]


class ResumableEarlyStopping(EarlyStopping):
    """Early stopping that lasts: a run killed after its stop does not train on when resumed."""

    def on_train_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Stop again before the first step."""
        del module
        trainer.should_stop = self.wait_count >= self.patience


def one_cycle(progress: float) -> float:
    """Share of the peak learning rate: linear warm-up, then half a cosine to 1 %."""
    if progress < WARM_UP_SHARE:
        return max(progress / WARM_UP_SHARE, 0.01)
    done = min((progress - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 1.0)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2


def _one_cycle(network: nn.Module, schedule: OneCycle, n_steps: int) -> Any:
    """AdamW; batch norm and biases are not decayed."""
    trainable = [p for p in network.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in trainable if p.ndim > 1]},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(
        groups, lr=schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda i: one_cycle(i / n_steps))
    return {"optimizer": optimiser, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}


def _plateau(network: nn.Module, schedule: Plateau, n_batches: int) -> Any:
    optimiser = torch.optim.Adam(network.parameters(), lr=schedule.learning_rate)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser,
        factor=schedule.factor,
        patience=schedule.patience,
        threshold=schedule.min_delta,
        threshold_mode="abs",
    )
    # "epoch" would step it after the checkpoint of that epoch: a resumed run would miss the step.
    each_epoch = {"interval": "step", "frequency": n_batches, "monitor": schedule.monitor}
    return {"optimizer": optimiser, "lr_scheduler": {"scheduler": scheduler, **each_epoch}}
