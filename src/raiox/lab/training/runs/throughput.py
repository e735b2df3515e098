"""How many images per second a stage trains with on this machine, and what keeps it from more.

The loop is that of `train`: its data loader, augmentation, losses, optimiser and average of weights.
After each of its steps the same network takes one on a batch that lies in memory, without augmentation
and with the loss against the labels alone, so that a noisy minute affects both alike. The weights are
random and no teacher is asked.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from raiox.lab.aliases import Progress
from raiox.lab.datasets.manifest import Sample
from raiox.lab.errors import SplitEmptyError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import Examples, split_samples
from raiox.lab.training.data.sampling import SeededDataModule, draw_chances
from raiox.lab.training.fit.lightning_module import Batch, TrainingModule, normalise, unit
from raiox.lab.training.fit.stage import (
    GRADIENT_NORM,
    averaging,
    best_precision,
    expected_warnings_ignored,
    require_device,
    step_options,
)
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.train import load_splits, stage_module, stage_network

N_IMAGES = 256
"""Drawn as in training and prepared anew: a whole data set would take minutes."""

N_WARM_UP = 2


class StepTimes(NamedTuple):
    """Seconds of one step."""

    waited_s: float
    """Until the batch was there."""
    busy_s: float
    """From then to the end of the step."""
    bare_s: float
    """Of a step of the same network on the batch in memory."""


@dataclass(frozen=True)
class Throughput:
    """What was measured; medians over steps."""

    images_per_s: float
    """Of the training loop."""
    bare_images_per_s: float
    """Of the network on a batch in memory."""
    loader_share: float
    """Of the loop's time, how much the network waited for images."""
    precision: str
    """As Lightning names it."""
    device: str = "cpu"
    """Or the name of the GPU."""
    peak_memory_bytes: int | None = None
    """Of a CUDA device."""

    @property
    def ratio(self) -> float:
        """Share of the bare compute that the loop reaches."""
        return self.images_per_s / self.bare_images_per_s

    @classmethod
    def of(cls, steps: Sequence[StepTimes], batch_size: int, precision: str) -> Self:
        """Summarise steps; the warm-up is not among them."""
        waited, busy = sum(step.waited_s for step in steps), sum(step.busy_s for step in steps)
        return cls(
            images_per_s=batch_size / median(step.waited_s + step.busy_s for step in steps),
            bare_images_per_s=batch_size / median(step.bare_s for step in steps),
            loader_share=waited / (waited + busy),
            precision=precision,
        )


def measure_throughput(
    recipe: Recipe, index: int, context: TrainingContext, n_steps: int, progress: Progress = iter
) -> Throughput:
    """Train a stage for some steps; no file is left behind.

    Args:
        recipe: whose start and teachers need not be there.
        index: of the stage.
        context: data, device and threads; its runs are neither read nor written.
        n_steps: that count, after a few that do not.
        progress: wraps the steps.

    Raises:
        DataSetMissingError: the data set is not there.
        SplitEmptyError: the recipe leaves no image to learn from.
        DeviceMissingError: there is no GPU.
    """
    require_device(context)
    torch.set_num_threads(context.n_threads)
    n_all = n_steps + N_WARM_UP
    stage = _endless(recipe.at_stage(index), n_all)
    L.seed_everything(0, verbose=False)
    with TemporaryDirectory(prefix="raiox-") as folder:
        own = replace(context, runs=Path(folder))
        splits = load_splits(
            stage, stage.stages[0].side_px, own, lambda samples: _drawn(samples, stage)
        )
        module = stage_module(stage, stage_network(stage), splits["train"], seed=0)
        measured = _Alternation(iter(progress(range(n_all))))
        device = _fit(module, splits, own, measured, n_all)
    precision = str(best_precision(context.device))
    found = Throughput.of(measured.steps[N_WARM_UP:], stage.stages[0].batch_size, precision)
    if device.type != "cuda":
        return replace(found, device=device.type)
    return replace(
        found,
        device=torch.cuda.get_device_name(device),
        peak_memory_bytes=torch.cuda.max_memory_allocated(device),
    )


def _endless(stage: Recipe, n_steps: int) -> Recipe:
    """The stage without teachers, as one epoch that outlasts the steps: no validation interrupts them."""
    (spec,) = stage.stages
    n_samples = (n_steps + 1) * spec.batch_size
    return stage.replace(
        distillation=None,
        sampling=stage.sampling.replace(draws="weighted"),  # "epochs" end with the images
        stages=(spec.replace(samples_per_epoch=n_samples),),
    )


def _drawn(samples: list[Sample], stage: Recipe) -> list[Sample]:
    """Some of the images that the stage trains on, each label and data set as often as it draws it."""
    train = split_samples(samples, stage.sampling)["train"]
    if not train:
        raise SplitEmptyError(recipe=stage.name, split="train")
    chances = draw_chances(train, stage.sampling)
    drawn = np.random.default_rng(0).choice(len(train), size=N_IMAGES, p=chances)
    return [train[i] for i in np.unique(drawn)]


def _fit(
    module: TrainingModule,
    splits: dict[str, Examples],
    context: TrainingContext,
    measured: "_Alternation",
    n_steps: int,
) -> torch.device:
    """Train for some steps; returns what computed."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)  # it lists devices it lacks
    trainer = L.Trainer(
        **step_options(context),
        max_steps=n_steps,
        limit_val_batches=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=context.runs,
        callbacks=[*averaging(module.stage), measured],
    )
    data = SeededDataModule(module.recipe.sampling, module.stage, splits, module.seed)
    with expected_warnings_ignored():
        trainer.fit(module, datamodule=data)
    return trainer.strategy.root_device


class _Alternation(Callback):
    """Times each step of the loop, and after it one of the same network on the batch in memory."""

    def __init__(self, advance: Iterator[int]) -> None:
        self.steps: list[StepTimes] = []
        self._advance = advance
        self._mark = self._waited_s = 0.0
        self._in_memory: tuple[Tensor, Tensor] | None = None

    def on_train_epoch_start(self, *_: Any) -> None:
        """Begin to wait for the first batch."""
        next(self._advance)  # a bar appears before the first step
        self._mark = time.perf_counter()

    def on_train_batch_start(self, *_: Any) -> None:
        """The batch is there."""
        self._waited_s = self._elapsed_s()

    def on_train_batch_end(
        self, trainer: L.Trainer, module: L.LightningModule, _: Any, batch: Batch, index: int
    ) -> None:
        """The loop's step is over; the other one follows and is no part of its time."""
        assert isinstance(module, TrainingModule), "nothing else is measured"
        _wait_for(module.device)
        busy_s = self._elapsed_s()
        images, labels = self._in_memory = self._in_memory or _prepared(batch, module)
        # The same seed: it mixes styles where the loop's step did.
        module.on_train_batch_start(batch, index)
        _step(trainer, module, images, labels)
        _wait_for(module.device)
        self.steps.append(StepTimes(self._waited_s, busy_s, self._elapsed_s()))
        next(self._advance, None)
        self._mark = time.perf_counter()

    def _elapsed_s(self) -> float:
        """Since the last mark, which moves to now."""
        now = time.perf_counter()
        elapsed_s, self._mark = now - self._mark, now
        return elapsed_s


def _prepared(batch: Batch, module: TrainingModule) -> tuple[Tensor, Tensor]:
    return normalise(unit(batch.square), module.recipe.preprocessing), batch.label


def _step(trainer: L.Trainer, module: TrainingModule, images: Tensor, labels: Tensor) -> None:
    """Forward and backward pass and the optimiser's step, in the loop's precision."""
    (optimiser,) = trainer.optimizers
    optimiser.zero_grad()
    with trainer.precision_plugin.forward_context():
        loss = module.label_loss(module.network(images).logits, labels)
    loss.backward()
    clip_grad_norm_(module.parameters(), GRADIENT_NORM)
    optimiser.step()


def _wait_for(device: torch.device) -> None:
    """Until a GPU has computed what it was given; the bar of a training waits for each step, too."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
