"""A recipe to a run folder: train, checkpoint, resume, keep the weights.

A run folder holds all that its weights came from: the recipe, code version,
data and split hashes, curves and the predictions on `valid`. Each epoch ends in a
checkpoint; started again with `resume`, a run goes on from the last one along
the same draws, since sampling and augmentation are seeded by epoch and batch.
"""

import warnings
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
from safetensors.torch import load_file
from torch import Tensor, nn

from raiox.bundle import open_bundle
from raiox.lab.errors import RecipeInvalidError
from raiox.lab.training.augment.style_mixing import mix_styles
from raiox.lab.training.data.examples import HELD_OUT, Examples, load_examples
from raiox.lab.training.data.sampling import SeededDataModule, repeated
from raiox.lab.training.fit.batchnorm import recalibrate_batchnorm
from raiox.lab.training.fit.callbacks import JsonLines, LoaderShare, TimeLeft
from raiox.lab.training.fit.initialisation import (
    distillation_loss_for,
    initialise,
    interpolate_weights,
)
from raiox.lab.training.fit.lightning_module import TrainingModule
from raiox.lab.training.fit.losses import label_loss
from raiox.lab.training.fit.mask_module import MaskModule
from raiox.lab.training.fit.schedules import epochs_per_validation, n_epochs, stopping_callbacks
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.recipe import Plateau, Recipe, Stage
from raiox.lab.training.runs.atomic_files import WholeCheckpoints, save_weights
from raiox.lab.training.runs.predictions import predict, write_predictions
from raiox.lab.training.runs.run_metadata import add_run_metadata, split_sha256, write_run_metadata
from raiox.lab.training.runs.runs import WEIGHTS_FILE, TrainingContext, build_network
from raiox.lab.training.tasks import TASKS

KEPT_PREDICTIONS = ("valid", HELD_OUT)
"""Parts a finished run is asked about at once; `test` waits until somebody opens it."""


def train(recipe: Recipe, context: TrainingContext, seed: int = 0, *, resume: bool = False) -> Path:
    """Train a recipe; returns its run folder.

    Raises:
        DataSetMissingError: the data set is not there.
        RecipeInvalidError: a run or weights it builds on are not there, or no image is left.
    """
    folder = context.run_folder(recipe.name, seed)
    if resume and (folder / WEIGHTS_FILE).exists():
        return folder
    L.seed_everything(seed, verbose=False)
    torch.set_num_threads(context.n_threads)
    folder.mkdir(parents=True, exist_ok=True)
    network = build_network(recipe)
    initialise(network, recipe, context, seed)
    start = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    _freeze(network, recipe.frozen_stages)
    mix_styles(network.early_layers, recipe.style_mixing)
    write_run_metadata(folder, recipe, seed, context.data, str(best_precision(context.device)))
    if recipe.init == "bundle":
        add_run_metadata(folder, bundle=_told(context.bundle))
    for index, stage in enumerate(recipe.stages):
        stage_folder = folder / f"stage-{index}"
        weights = stage_folder / WEIGHTS_FILE
        if resume and weights.exists():
            network.load_state_dict(load_file(weights))
            continue
        parts = _parts(recipe, stage.side_px, context)
        module = _module(network, recipe, stage, context, parts, seed + 1_000 * index)
        _run_stage(module, context, parts, stage_folder, resume=resume)
        save_weights(network, weights)
    network.load_state_dict(interpolate_weights(start, network.state_dict(), recipe.wise_ft_alpha))
    parts = _parts(recipe, recipe.preprocessing.side_px, context)  # from here on, as served
    if recipe.n_batchnorm_images:
        recalibrate_batchnorm(network, recipe, parts["train"], seed)
    add_run_metadata(
        folder, split_sha256=split_sha256({part: found.cases for part, found in parts.items()})
    )
    _keep_predictions(network.eval(), recipe, parts, folder)
    save_weights(network, folder / WEIGHTS_FILE)
    return folder


def _freeze(network: nn.Module, n_stages: int) -> None:
    """Keep the first stages as they are, norms included: they cost a forward pass alone."""
    if n_stages and not isinstance(network, MobileNetV1):
        raise RecipeInvalidError(reason="only_mobilenet_freezes_stages")
    if isinstance(network, MobileNetV1) and n_stages:
        for layer in (network.conv_stem, network.bn1, *network.blocks[:n_stages]):
            layer.eval().requires_grad_(False)


def _told(folder: Path | None) -> str:
    assert folder is not None, "a network was just filled from it"
    bundle = open_bundle(folder)
    return f"{bundle.manifest.id} (SHA-256 {bundle.sha256[:16]}...)"


def best_precision(device: str) -> Any:
    """bf16 where the hardware computes in it; emulated bf16 is slower than fp32."""
    if device != "cpu":
        return "bf16-mixed"
    # torch tells this nowhere in public.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
    return "bf16-mixed" if native else "32-true"


def _parts(recipe: Recipe, side_px: int, context: TrainingContext) -> dict[str, Examples]:
    spec = recipe.preprocessing.model_copy(update={"side_px": side_px})
    parts = load_examples(recipe, spec, context.data, context.runs / "cache")
    if not len(parts["train"]):
        raise RecipeInvalidError(reason="no_image_left_to_learn_from")
    return parts


def _module(
    network: nn.Module,
    recipe: Recipe,
    stage: Stage,
    context: TrainingContext,
    parts: dict[str, Examples],
    seed: int,
) -> TrainingModule:
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    loss = label_loss(recipe.loss, _counts(recipe, parts["train"]))
    distillation = distillation_loss_for(recipe, network, context, seed % 1_000)
    kind = MaskModule if TASKS[recipe.task].of_masks else TrainingModule
    return kind(network, recipe, stage, seed, loss, distillation)


def _run_stage(
    module: TrainingModule,
    context: TrainingContext,
    parts: dict[str, Examples],
    folder: Path,
    *,
    resume: bool,
) -> None:
    stage = module.stage
    checkpoints = _checkpoints(stage, folder)
    draws = SeededDataModule(module.recipe.sampling, stage, parts, module.seed)
    trainer = L.Trainer(
        accelerator=context.device,
        devices=context.n_devices,
        precision=best_precision(context.device),
        deterministic=context.deterministic,
        max_epochs=n_epochs(stage),
        check_val_every_n_epoch=epochs_per_validation(stage),
        reload_dataloaders_every_n_epochs=1,
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        log_every_n_steps=min(10, draws.n_batches),
        logger=[
            JsonLines(folder / "curves.jsonl"),
            TensorBoardLogger(folder, name="", version="tensorboard"),
        ],
        callbacks=[*checkpoints, *stopping_callbacks(stage), *_averaging(stage), LoaderShare(), TimeLeft(),
                   RichProgressBar()],
        plugins=[WholeCheckpoints()],
    )  # fmt: skip
    last = folder / "last.ckpt"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Checkpoint directory")  # a resumed run's is not empty
        warnings.filterwarnings(
            "ignore", r"Found \d+ module\(s\) in eval mode"
        )  # frozen on purpose
        trainer.fit(
            module,
            datamodule=draws,
            ckpt_path=last if resume and last.exists() else None,
        )
    if best := next((c.best_model_path for c in checkpoints if c.monitor), ""):
        state = torch.load(best, map_location="cpu", weights_only=True)["state_dict"]
        own = {k.removeprefix("network."): v for k, v in state.items() if k.startswith("network.")}
        module.network.load_state_dict(own)


def _checkpoints(stage: Stage, folder: Path) -> list[ModelCheckpoint]:
    """The last epoch, to go on from; where a course wanders, the best one, to keep."""
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


def _averaging(stage: Stage) -> list[Callback]:
    return [EMAWeightAveraging(decay=stage.average)] if stage.average else []


def _counts(recipe: Recipe, train_part: Examples) -> Tensor:
    """(K,) images of each output in one pass."""
    labels = train_part.labels[repeated(train_part.cases, recipe.sampling.oversampling)]
    return torch.bincount(
        torch.from_numpy(labels), minlength=len(TASKS[recipe.task].outputs)
    ).float()


def _keep_predictions(
    network: nn.Module, recipe: Recipe, parts: dict[str, Examples], folder: Path
) -> None:
    if TASKS[recipe.task].of_masks or len(TASKS[recipe.task].outputs) == 1:
        return  # one output tells nothing apart
    for part in KEPT_PREDICTIONS:
        examples = parts[part]
        if len(examples):
            logits = predict(network, examples, recipe.preprocessing)
            write_predictions(folder / f"predictions-{part}.csv", examples, logits, recipe.task)
    if not TASKS[recipe.task].of_kinds:
        logits = predict(network, parts["valid"], recipe.preprocessing, mirrored=True)
        file = folder / "predictions-valid-mirrored.csv"
        write_predictions(file, parts["valid"], logits, recipe.task)
