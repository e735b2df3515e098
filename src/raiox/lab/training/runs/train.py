"""From a recipe to a run folder, stage by stage.

A run folder holds everything its weights came from: the recipe, code version, hashes of data and
split, learning curves, and the predictions on `valid`. A checkpoint ends each epoch and the weights
of each stage stay. With `resume`, a run continues after the last checkpoint on the same images with the
same augmentation, because both are seeded by epoch and batch.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import lightning as L
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from raiox.bundle import open_bundle
from raiox.lab.datasets.manifest import Sample
from raiox.lab.errors import SplitEmptyError
from raiox.lab.training.augment.style_mixing import mix_styles
from raiox.lab.training.context import WEIGHTS_FILE, TrainingContext, is_finished
from raiox.lab.training.data.examples import HELD_OUT, Examples, load_examples
from raiox.lab.training.data.lungs import cached_lungs
from raiox.lab.training.fit.atomic_files import save_weights
from raiox.lab.training.fit.average_weights import average_weights, interpolate_weights
from raiox.lab.training.fit.batchnorm import recalibrate_batchnorm
from raiox.lab.training.fit.distillation import DistillationLoss
from raiox.lab.training.fit.lightning_module import TrainingModule
from raiox.lab.training.fit.mask_module import MaskModule
from raiox.lab.training.fit.stage import (
    best_precision,
    fit_stage,
    label_loss_for,
    require_device,
)
from raiox.lab.training.image_synthesis import Counterfactuals
from raiox.lab.training.networks.build import build_network
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.initialisation import distillation_loss_for, initialise
from raiox.lab.training.runs.predictions import predict, write_predictions
from raiox.lab.training.runs.run_metadata import add_run_metadata, split_sha256, write_run_metadata
from raiox.lab.training.runs.runs import require_finished, stage_folder
from raiox.lab.training.runs.soft_targets import set_teacher_logits
from raiox.lab.training.tasks import TASKS

PREDICTED_SPLITS = ("valid", HELD_OUT)
"""Splits whose predictions a finished run keeps at once; `test` stays closed until it is opened."""

STAGE_SEED_STEP = 1_000
SOUP_SEED_STEP = 100
TRAINED_FILE = "trained.safetensors"


class _Seeds(NamedTuple):
    run: int
    training: int


def train(recipe: Recipe, context: TrainingContext, seed: int = 0, *, resume: bool = False) -> Path:
    """Train a recipe; returns its run folder.

    Raises:
        DataSetMissingError: the data set is not there.
        SplitEmptyError: the recipe leaves no image to learn from.
        DeviceMissingError: there is no GPU.
        RecipeError: as `initialise` and `distillation_loss_for`.
    """
    folder = context.run_folder(recipe.name, seed)
    if resume and is_finished(folder):
        return folder
    for name in recipe.depends_on:  # a teacher of the last stage, too, is missed before the first
        require_finished(context.earlier_run(name, seed))
    require_device(context)
    torch.set_num_threads(context.n_threads)
    folder.mkdir(parents=True, exist_ok=True)
    network = _initial_network(recipe, context, seed)
    write_run_metadata(folder, recipe, seed, context.data, str(best_precision(context.device)))
    if recipe.init == "bundle":
        add_run_metadata(folder, bundle=_bundle_name(context.bundle))
    for index in range(len(recipe.stages)):
        network = _train_stage(network, recipe, index, context, seed, resume=resume)
    splits = _served_splits(recipe, context)
    add_run_metadata(
        folder, split_sha256=split_sha256({name: s.samples for name, s in splits.items()})
    )
    _write_predictions(network.eval(), recipe, splits, folder)
    save_weights(network, folder / WEIGHTS_FILE)
    return folder


def _initial_network(recipe: Recipe, context: TrainingContext, seed: int) -> nn.Module:
    L.seed_everything(seed, verbose=False)
    network = build_network(recipe.at_stage(0))
    initialise(network, recipe, context, seed)
    return network


def _train_stage(
    start: nn.Module,
    recipe: Recipe,
    index: int,
    context: TrainingContext,
    seed: int,
    *,
    resume: bool,
) -> nn.Module:
    """The network after one stage, built again because a stage may have finer maps."""
    stage = recipe.at_stage(index)
    folder = stage_folder(context.run_folder(recipe.name, seed), index)
    weights = folder / WEIGHTS_FILE
    network = build_network(stage)
    if resume and weights.exists():
        network.load_state_dict(load_file(weights))
        return network
    n_trainings = stage.stages[0].soup
    found = []
    for i in range(n_trainings):
        own = folder / f"soup-{i}" if n_trainings > 1 else folder
        seeds = _Seeds(seed, seed + STAGE_SEED_STEP * index + SOUP_SEED_STEP * i)
        found.append(_fit(start, stage, seeds, context, own, resume=resume))
    shared = start.state_dict()
    if (earlier := stage.stages[0].wise_ft_start) is not None:
        shared = load_file(stage_folder(folder.parent, earlier) / WEIGHTS_FILE)
    network.load_state_dict(
        interpolate_weights(shared, average_weights(found), stage.wise_ft_alpha)
    )
    if stage.n_batchnorm_images:
        recalibrate_batchnorm(network, stage, _served_splits(stage, context)["train"], seed)
    save_weights(network, weights)
    return network


def _fit(
    start: nn.Module,
    stage: Recipe,
    seeds: _Seeds,
    context: TrainingContext,
    folder: Path,
    *,
    resume: bool,
) -> dict[str, Tensor]:
    """The weights that one training of a stage ends with, kept until all of the stage are done."""
    trained = folder / TRAINED_FILE
    if resume and trained.exists():
        return dict(load_file(trained))
    L.seed_everything(seeds.training, verbose=False)
    network = stage_network(stage)
    network.load_state_dict(start.state_dict())
    splits = load_splits(stage, stage.stages[0].side_px, context)
    set_teacher_logits(splits, stage, context, seeds.run)
    distillation = distillation_loss_for(stage, network, context, seeds.run)
    module = stage_module(stage, network, splits["train"], seeds.training, distillation)
    fit_stage(module, splits, context, folder, resume=resume)
    save_weights(network, trained)
    return dict(network.state_dict())


def stage_network(stage: Recipe) -> nn.Module:
    """The network of a stage as it is trained there, with random weights."""
    network = build_network(stage)
    _freeze_stages(network, stage.frozen_stages)
    mix_styles(network.early_layers, stage.style_mixing)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def stage_module(
    stage: Recipe,
    network: nn.Module,
    train: Examples,
    seed: int,
    distillation: DistillationLoss | None = None,
) -> TrainingModule:
    """A stage as a Lightning module: its network with its losses."""
    kind = MaskModule if TASKS[stage.task].of_masks else TrainingModule
    return kind(network, stage, seed, label_loss_for(stage, train), distillation)


def _freeze_stages(network: nn.Module, n_stages: int) -> None:
    """Keep the first stages as they are, batch norms included: they cost a forward pass alone."""
    if isinstance(network, MobileNetV1) and n_stages:
        for layer in (network.conv_stem, network.bn1, *network.blocks[:n_stages]):
            layer.eval().requires_grad_(False)


def load_splits(
    recipe: Recipe,
    side_px: int,
    context: TrainingContext,
    choose: Callable[[list[Sample]], list[Sample]] = list,
) -> dict[str, Examples]:
    """The examples of a recipe by split, with the lungs of their images where it needs them.

    Args:
        recipe: of one stage.
        side_px: of the prepared pixels.
        context: where data and prepared pixels are.
        choose: as in `load_examples`.

    Raises:
        DataSetMissingError: the data set is not there.
        SplitEmptyError: the recipe leaves no image to learn from.
    """
    spec = recipe.preprocessing.model_copy(update={"side_px": side_px})
    find_lungs = partial(
        cached_lungs, bundle_folder=context.lungs, cache=context.cache, n_threads=context.n_threads
    )
    needed = find_lungs if recipe.needs_lungs else None
    splits = load_examples(recipe, spec, context.data, context.cache, needed, choose)
    if not len(splits["train"]):
        raise SplitEmptyError(recipe=recipe.name, split="train")
    return splits


def _served_splits(recipe: Recipe, context: TrainingContext) -> dict[str, Examples]:
    """At the size that is served; nothing reads regions or lungs any more."""
    plain = recipe.replace(region_loss=0, counterfactuals=Counterfactuals(), attends_to_lungs=False)
    return load_splits(plain, recipe.preprocessing.side_px, context)


def _bundle_name(folder: Path | None) -> str:
    assert folder is not None, "a network was just filled from it"
    bundle = open_bundle(folder)
    return f"{bundle.manifest.id} (SHA-256 {bundle.sha256[:16]}...)"


def _write_predictions(
    network: nn.Module, recipe: Recipe, splits: dict[str, Examples], folder: Path
) -> None:
    if TASKS[recipe.task].of_masks or len(TASKS[recipe.task].outputs) == 1:
        return  # there are no classes to predict
    for split in PREDICTED_SPLITS:
        examples = splits[split]
        if len(examples):
            logits = predict(network, examples, recipe.preprocessing)
            write_predictions(folder / f"predictions-{split}.csv", examples, logits, recipe.task)
    if not TASKS[recipe.task].of_kinds:
        logits = predict(network, splits["valid"], recipe.preprocessing, mirrored=True)
        file = folder / "predictions-valid-mirrored.csv"
        write_predictions(file, splits["valid"], logits, recipe.task)
