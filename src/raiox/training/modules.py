"""One network in training: its loss, its optimiser's course, its figure on `valid`."""

import math
from typing import Any

import lightning as L
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchmetrics.classification import MulticlassAccuracy, MulticlassAUROC

from raiox.training.augmentation import augment
from raiox.training.networks.head import NetworkOutput
from raiox.training.recipe import Distillation, Recipe, Stage

WARM_UP_SHARE = 0.06

Batch = tuple[Tensor, Tensor]
"""(N, 1, S, S) uint8 and (N,) label indices."""


class TrainingModule(L.LightningModule):
    """A network that learns one stage of a recipe, from labels and perhaps a teacher."""

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        stage: Stage,
        seed: int,
        n_labels: int,
        teacher: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.network, self.recipe, self.stage, self.seed = network, recipe, stage, seed
        self.lesson = _lesson(recipe.distillation, network, teacher)
        self.auc = MulticlassAUROC(n_labels, average="macro")
        self.accuracy = MulticlassAccuracy(n_labels, average="macro")

    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        """Dropout draws the same after a resume as it would have without a kill."""
        del batch
        torch.manual_seed(self._batch_seed(batch_index))

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """Augment, answer, compare with label and teacher."""
        squares, labels = batch
        generator = torch.Generator().manual_seed(self._batch_seed(batch_index))
        images = self._normalise(augment(_unit(squares), self.recipe.augmentation, generator))
        output: NetworkOutput = self.network(images)
        loss = functional.cross_entropy(
            output.logits, labels, label_smoothing=self.recipe.label_smoothing
        )
        self.log("loss_labels", loss, prog_bar=True)
        if self.lesson is not None:
            taught = self.lesson(images, output)
            self.log("loss_teacher", taught, prog_bar=True)
            loss = loss + taught
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Clean images, no augmentation."""
        squares, labels = batch
        logits = self.network(self._normalise(_unit(squares))).logits.float()
        self.auc.update(logits.softmax(dim=1), labels)
        self.accuracy.update(logits, labels)
        self.log("valid_loss", functional.cross_entropy(logits, labels))

    def on_validation_epoch_end(self) -> None:
        """Log the figures that choose a checkpoint."""
        self.log("valid_auc", self.auc.compute(), prog_bar=True)
        self.log("valid_balanced_accuracy", self.accuracy.compute(), prog_bar=True)
        self.auc.reset()
        self.accuracy.reset()

    def configure_optimizers(self) -> Any:
        """AdamW over one cosine cycle; batch norm and biases are not decayed."""
        taught = [p for p in self.parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [p for p in taught if p.ndim > 1]},
            {"params": [p for p in taught if p.ndim <= 1], "weight_decay": 0.0},
        ]
        optimiser = torch.optim.AdamW(
            groups,
            lr=self.stage.learning_rate,
            weight_decay=self.recipe.weight_decay,
        )
        n_steps = max(1, self.stage.n_samples // self.stage.batch_size)
        course = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda i: one_cycle(i / n_steps))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": course, "interval": "step"}}

    def _batch_seed(self, batch_index: int) -> int:
        seed: int = (self.seed * 1_000_003 + self.current_epoch) * 100_003 + batch_index
        return seed

    def _normalise(self, images: Tensor) -> Tensor:
        spec = self.recipe.preprocessing
        normal = (images - spec.mean) / spec.std
        return normal.to(memory_format=torch.channels_last)


class Lesson(nn.Module):
    """What a teacher adds to the loss: its answers and, place by place, its features.

    Source: Hinton et al., 2015, arXiv:1503.02531 (answers); Romero et al., 2015,
    arXiv:1412.6550 (hints), here compared by cosine so that scales do not matter.
    """

    def __init__(self, teacher: nn.Module, student: nn.Module, spec: Distillation) -> None:
        super().__init__()
        self.spec = spec
        # Held in a list: a frozen teacher belongs neither to the checkpoint nor to the optimiser.
        self._teacher = [teacher.eval().requires_grad_(False)]
        widths = zip(_hint_widths(student), _hint_widths(teacher), strict=True)
        self.projections = nn.ModuleList(nn.Conv2d(n_in, n_out, 1) for n_in, n_out in widths)

    def forward(self, images: Tensor, student: NetworkOutput) -> Tensor:
        """The teacher's part of the loss of one batch."""
        with torch.no_grad():
            teacher: NetworkOutput = self._teacher[0].to(images.device)(images)
        t = self.spec.temperature
        answers = functional.kl_div(
            functional.log_softmax(student.logits / t, dim=1),
            functional.softmax(teacher.logits / t, dim=1),
            reduction="batchmean",
        )
        hints = torch.stack(
            [
                1 - functional.cosine_similarity(project(seen), shown, dim=1).mean()
                for project, seen, shown in zip(
                    self.projections, student.hints, teacher.hints, strict=True
                )
            ]
        ).mean()
        return self.spec.answers * t * t * answers + self.spec.hints * hints


def one_cycle(progress: float) -> float:
    """Share of the peak learning rate: linear warm-up, then half a cosine to 1 %."""
    if progress < WARM_UP_SHARE:
        return max(progress / WARM_UP_SHARE, 0.01)
    done = min((progress - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 1.0)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2


def _lesson(
    spec: Distillation | None, student: nn.Module, teacher: nn.Module | None
) -> Lesson | None:
    return Lesson(teacher, student, spec) if spec is not None and teacher is not None else None


def _hint_widths(network: nn.Module) -> list[int]:
    training = network.training
    with torch.no_grad():
        output: NetworkOutput = network.eval()(torch.zeros(1, 1, 64, 64))
    network.train(training)
    return [hint.shape[1] for hint in output.hints]


def _unit(squares: Tensor) -> Tensor:
    return squares.float() / 255.0
