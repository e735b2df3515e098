"""One stage of training as a Lightning module: loss, optimiser, metrics on `valid`."""

from typing import Any, NamedTuple

import lightning as L
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassAccuracy, MulticlassAUROC

from raiox.lab.training.augment.augmentation import augment, augment_regions
from raiox.lab.training.augment.batch_random import BatchRandom
from raiox.lab.training.augment.counterfactuals import alter
from raiox.lab.training.augment.image_quality import degrade, quality_loss
from raiox.lab.training.augment.synthesis import synthesise
from raiox.lab.training.fit.distillation import DistillationLoss
from raiox.lab.training.fit.losses import LabelLoss, no_evidence_loss
from raiox.lab.training.fit.region_loss import attention_loss, region_loss
from raiox.lab.training.fit.schedules import optimisers
from raiox.lab.training.networks.head import NetworkOutput
from raiox.lab.training.recipe import Augmentation, Recipe
from raiox.lab.training.tasks import TASKS
from raiox.preprocessing import Preprocessing

VALID_AUTHORS_CODE = Augmentation(rotation_deg=5, flip=True, shift=0.05, gain=(0.95, 1.05))
"""What the authors' code does to the images it validates on."""


class Batch(NamedTuple):
    """`Example`s of N images, collated."""

    square: Tensor
    """(N, 1, S, S) uint8."""
    label: Tensor
    """(N,)"""
    may_be_zoomed: Tensor
    """(N,)"""
    region: Tensor
    """(N, 1, R, R) uint8."""
    teacher_logits: Tensor
    """(N, K)"""
    lungs: Tensor
    """(N, 1, L, L) uint8."""


class TrainingModule(L.LightningModule):
    """A network that learns one stage of a recipe (`Recipe.at_stage`), from labels and from teachers."""

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        seed: int,
        loss: LabelLoss,
        distillation: DistillationLoss | None = None,
    ) -> None:
        super().__init__()
        self.network, self.recipe, self.seed = network, recipe, seed
        (self.stage,) = recipe.stages
        self.label_loss, self.distillation = loss, distillation
        self.metrics = _metrics(len(TASKS[recipe.task].outputs))

    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        """Seed dropout, so that a resumed run draws what an uninterrupted one would have."""
        del batch
        torch.manual_seed(self._batch_seed(batch_index))

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """The loss of one augmented batch: labels, no evidence, image quality, regions and teachers."""
        labels, zoomed = batch.label, batch.may_be_zoomed
        altered = alter(
            unit(batch.square),
            labels,
            unit(batch.region),
            unit(batch.lungs),
            self.recipe.counterfactuals,
            self._generator(batch_index),
        )
        generator = self._generator(batch_index)
        images = augment(altered.images, self.recipe.augmentation, generator, zoomed)
        images, labels = synthesise(images, labels, self.recipe, generator)
        quality = None
        if self.recipe.rates_quality:
            images, quality = degrade(images, BatchRandom(len(images), generator))
        images = normalise(images, self.recipe.preprocessing)
        output: NetworkOutput = self.network(images)
        terms, kept = self._label_terms(output, labels, altered.hidden), ~altered.hidden
        if quality is not None and output.quality is not None:
            terms["quality"] = quality_loss(output.quality, quality, labels)
        if self.recipe.region_loss:
            moved = augment_regions(
                altered.regions, self.recipe.augmentation, self._generator(batch_index), zoomed
            )
            terms["regions"] = self.recipe.region_loss * region_loss(
                output.maps[kept], labels[kept], moved[kept]
            )
        if output.lungs is not None:
            moved = augment_regions(
                altered.lungs, self.recipe.augmentation, self._generator(batch_index), zoomed
            )
            terms["lungs"] = attention_loss(output.lungs[kept], moved[kept])
        if self.distillation is not None:
            own = ~(altered.hidden | altered.exchanged)
            terms["teacher"] = own.float().mean() * self.distillation(
                images[own], output.of(own), batch.teacher_logits[own]
            )
        for name, term in terms.items():
            self.log(f"loss_{name}", term, prog_bar=True)
        return torch.stack(list(terms.values())).sum()

    def _label_terms(
        self, output: NetworkOutput, labels: Tensor, hidden: Tensor
    ) -> dict[str, Tensor]:
        """The losses against the labels (N,), and against equal outputs where the lungs are hidden (N,)."""
        logits, kept = output.logits, ~hidden
        self.log("accuracy", (logits[kept].argmax(dim=1) == labels[kept]).float().mean())
        terms = {"labels": kept.float().mean() * self.label_loss(logits[kept], labels[kept])}
        if hidden.any():
            weight = self.recipe.counterfactuals.no_evidence_weight
            share = hidden.float().mean()
            terms["no_evidence"] = weight * share * no_evidence_loss(logits[hidden])
        return terms

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """Measure on unaugmented images, or as the authors' code does."""
        images, labels = unit(batch.square), batch.label
        if self.recipe.sampling.valid == "authors_code":
            generator = torch.Generator().manual_seed(self.seed * 100_003 + batch_index)
            images = augment(images, VALID_AUTHORS_CODE, generator)
        images = normalise(images, self.recipe.preprocessing)
        output: NetworkOutput = self.network(images)
        logits = output.logits.float()
        loss = self.label_loss(logits, labels)
        if self.distillation is not None:
            loss = loss + self.distillation(images, output, batch.teacher_logits)
        self.log("valid_loss", loss, prog_bar=True, sync_dist=True)
        self.log("valid_plain_loss", functional.cross_entropy(logits, labels), sync_dist=True)
        self.metrics.update(logits.softmax(dim=1), labels)

    def on_validation_epoch_end(self) -> None:
        """Log the metrics that choose a checkpoint."""
        if len(self.metrics):
            self.log_dict(self.metrics.compute(), prog_bar=True, sync_dist=True)
            self.metrics.reset()

    def configure_optimizers(self) -> Any:
        """The optimiser and learning-rate schedule of the stage."""
        return optimisers(self, self.stage, self.trainer.datamodule.n_batches)

    def _generator(self, batch_index: int) -> torch.Generator:
        return torch.Generator().manual_seed(self._batch_seed(batch_index))

    def _batch_seed(self, batch_index: int) -> int:
        seed: int = (self.seed * 1_000_003 + self.current_epoch) * 100_003 + batch_index
        return seed + 7_919 * int(self.global_rank)


def normalise(images: Tensor, spec: Preprocessing) -> Tensor:
    """(N, 1, S, S) in [0, 1] to what the network is given, in training and when served."""
    return ((images - spec.mean) / spec.std).to(memory_format=torch.channels_last)


def _metrics(n_outputs: int) -> MetricCollection:
    """Macro-averaged area under the curve and accuracy; none for a single output."""
    if n_outputs == 1:
        return MetricCollection({})
    return MetricCollection(
        {
            "valid_auc": MulticlassAUROC(n_outputs, average="macro"),
            "valid_balanced_accuracy": MulticlassAccuracy(n_outputs, average="macro"),
            "valid_accuracy": MulticlassAccuracy(n_outputs, average="micro"),
        }
    )


def unit(squares: Tensor) -> Tensor:
    """Bytes to [0, 1]."""
    return squares.float() / 255.0
