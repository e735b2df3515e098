"""What an experiment may say: the schema of the files in `recipes/`.

A recipe is a Python file whose docstring tells source, cost, expected figures
and command, and whose `RECIPE` is one of these values. Everything that decides
the trained weights is in here, so the run folder can hold it whole. Where the
paper and its authors' code disagree, there is a field for each reading.
"""

import runpy
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError

from raiox.lab.errors import RecipeInvalidError
from raiox.preprocessing import Preprocessing

TaskName = Literal["findings", "opacity", "frontal_filter", "frontal_or_not", "features", "lungs"]
Range = tuple[float, float]


NOT_RUNS = ("scratch", "imagenet", "bundle")
"""What a network may start from, or learn from, besides another recipe's run."""


class Sampling(BaseModel, frozen=True):
    """Which images of the data sets are learned from, and how often each is drawn."""

    split: Literal["grouped", "authors"] = Field(
        "grouped", description="Our parts by group, or the paper's own (`paper_split`)."
    )
    sources: tuple[str, ...] = Field((), description="Only these data sets; none named: all.")
    labels: tuple[str, ...] = Field((), description="Only images so labelled; none named: all.")
    hold_out: tuple[str, ...] = Field((), description="Data sets kept for asking afterwards.")
    draws: Literal["weighted", "passes"] = Field(
        "weighted", description="By chance along the weights below, or every image in turn."
    )
    label_weights: dict[str, float] = Field({}, description="Share of a label in draws; else 1.")
    balance: Literal["labels", "sources"] = Field(
        "labels",
        description="Labels alike and sources inside each, or labels alike inside every source.",
    )
    source_power: float = Field(
        0.5, ge=0, le=1, description="A source is drawn by its size to this power."
    )
    oversampling: dict[str, PositiveInt] = Field(
        {}, description="Every image of a source so many times a pass; else once."
    )
    valid: Literal["clean", "as_coded"] = Field(
        "clean", description="As it is; or oversampled and augmented, as the authors' code does."
    )


class Augmentation(BaseModel, frozen=True):
    """How far a training image may be from the one it was made of; 0 or (1, 1) is off."""

    untouched: NonNegativeFloat = Field(0, description="Share of images left as they are.")
    rotation_deg: NonNegativeFloat = Field(0, description="Up to this, both ways.")
    zoom: Range = Field((1, 1), description="Factor, log-uniform; > 1 shows less.")
    aspect: Range = Field((1, 1), description="Width over height, log-uniform.")
    shift: NonNegativeFloat = Field(0, description="Up to this share of a side, both axes.")
    crop_area: Range = Field((1, 1), description="Share of the area kept, anywhere inside.")
    crop_aspect: Range = Field((1, 1), description="Width over height of what is kept.")
    flip: bool = Field(False, description="Left and right, half of the time.")
    gamma: Range = Field((1, 1), description="Tone curve, log-uniform exponent.")
    contrast: Range = Field((1, 1), description="Around mid-gray, uniform.")
    brightness: NonNegativeFloat = Field(0, description="Added, share of full scale, both ways.")
    gain: Range = Field((1, 1), description="Multiplied, uniform.")
    blur: NonNegativeFloat = Field(0, description="Share of images seen at a lower resolution.")
    jpeg: NonNegativeFloat = Field(0, description="Share of images seen through JPEG 25-90.")
    bars: NonNegativeFloat = Field(0, description="Share of images squeezed between flat bars.")
    borders: NonNegativeFloat = Field(0, description="Share of images with flat margins.")
    patches: int = Field(0, ge=0, description="Up to so many flat patches near the borders.")
    markers: int = Field(0, ge=0, description="Up to so many letters near the borders.")
    top_occlusion: NonNegativeFloat = Field(
        0, description="Share of images with a black top strip."
    )
    zoom_only_for: tuple[str, ...] = Field(
        (), description="Labels that `zoom` is for, as the authors' code has it; none named: all."
    )


class Synthesis(BaseModel, frozen=True):
    """Images made in the batch, of kinds that no data set holds enough of."""

    textures: float = Field(0, ge=0, lt=1, description="Share of a batch that is drawn.")
    pairs: float = Field(0, ge=0, lt=1, description="Share set beside another radiograph.")


class Loss(BaseModel, frozen=True):
    """What is minimised against the labels."""

    kind: Literal["cross_entropy", "binary_both_terms", "binary_positive_term"] = Field(
        "cross_entropy", description="The last two: the authors' code, and Eq. 2 as printed."
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="Spread over all outputs.")
    class_weights: Literal["none", "inverse", "as_printed"] = Field(
        "none", description="Largest over own count, or Eq. 1 as printed, its reciprocal."
    )


class OneCycle(BaseModel, frozen=True):
    """AdamW over a warm-up and half a cosine, for a budget of images."""

    n_samples: PositiveInt = Field(description="Images drawn in all.")
    learning_rate: PositiveFloat = Field(description="At the peak.")
    weight_decay: NonNegativeFloat = Field(0.02, description="Not of biases and norms.")


class Plateau(BaseModel, frozen=True):
    """Adam until the monitored figure stops improving; the best weights are kept."""

    learning_rate: PositiveFloat = Field(description="At the outset.")
    monitor: Literal["valid_loss", "valid_plain_loss"] = Field(
        "valid_loss", description="The loss itself, or its cross-entropy, plain and unweighted."
    )
    factor: float = Field(0.5, gt=0, lt=1, description="Of the learning rate at a plateau.")
    patience: int = Field(5, ge=0, description="Epochs without improvement before that.")
    min_delta: NonNegativeFloat = Field(1e-4, description="Less is no improvement.")
    stop_after: PositiveInt = Field(15, description="Epochs without improvement before the end.")
    max_epochs: PositiveInt = Field(100, description="Whatever the figure does.")


class Stage(BaseModel, frozen=True):
    """One course of the learning rate at one image size."""

    side_px: PositiveInt = Field(description="Of the images of this stage.")
    schedule: OneCycle | Plateau = Field(description="The way of the learning rate.")
    batch_size: PositiveInt = Field(32, description="Images a step, over all devices.")
    samples_per_epoch: PositiveInt | None = Field(
        3_000, description="Images drawn between checkpoints; none: each once."
    )
    epochs_per_validation: PositiveInt = Field(5, description="A plateau looks every epoch.")
    average: float = Field(
        0.0, ge=0, lt=1, description="Decay of a moving average of the weights; 0: the last ones."
    )


class Distillation(BaseModel, frozen=True):
    """A teacher's share in the loss; the labels keep theirs."""

    teachers: tuple[str, ...] = Field(
        min_length=1, description="Recipes whose runs teach together; `imagenet`: MobileNet's own."
    )
    answers: NonNegativeFloat = Field(1.0, description="Weight of matching their mean answer.")
    hint_weight: NonNegativeFloat = Field(
        1.0, description="Weight of matching the first's features."
    )
    temperature: PositiveFloat = Field(2.0, description="Softens both answers.")


class Recipe(BaseModel, frozen=True):
    """One experiment, whole."""

    name: str = Field(description="As its file; its runs are named by it.")
    task: TaskName = Field(description="What is learned: `training/tasks.py`.")
    network: Literal["mobilenet", "densenet", "unet"] = Field(
        description="MobileNet v1, DenseNet-121's first three blocks, or a U-Net of masks."
    )
    head: Literal["pooled", "flattened"] = Field(
        "pooled", description="Average over places, or one weight a place (the authors' filter)."
    )
    map_stride: Literal[16, 32] = Field(
        32, description="Pixels of the input to one of MobileNet's maps; DenseNet's: 16."
    )
    n_head_channels: int | None = Field(None, description="1x1 convolution of the DenseNet head.")
    init: str = Field(
        "scratch", description="`scratch`, `imagenet`, a `bundle`, or a recipe's finished run."
    )
    frozen_stages: int = Field(
        0,
        ge=0,
        le=5,
        description="First stages of MobileNet that keep the weights they start from.",
    )
    wise_ft_alpha: float = Field(
        0.0, ge=0, lt=1, description="Share, in the final weights, of those it started from."
    )
    n_batchnorm_images: int = Field(
        0, ge=0, description="Training images, as served, that norms are measured on at the end."
    )
    preprocessing: Preprocessing = Field(description="Of training and serving alike.")
    sampling: Sampling = Field(Sampling(), description="From which images.")
    stages: tuple[Stage, ...] = Field(min_length=1, description="One after the other.")
    augmentation: Augmentation = Field(Augmentation(), description="Of training images.")
    synthesis: Synthesis = Field(Synthesis(), description="Of kinds that are drawn.")
    style_mixing: float = Field(
        0.0, ge=0, le=1, description="Share of batches whose early features change styles."
    )
    region_loss: NonNegativeFloat = Field(
        0.0, description="Weight of reading a label inside the lungs, or inside a box drawn for it."
    )
    rates_quality: bool = Field(
        False, description="Whether the filter learns to rate films made worse, too."
    )
    loss: Loss = Field(Loss(), description="Against the labels.")
    distillation: Distillation | None = Field(None, description="Against teachers.")

    def held_out(self, *sources: str) -> "Recipe":
        """The same experiment without these data sets, from its start and its teachers on."""

        def without(name: str) -> str:
            return name if name in NOT_RUNS else f"{name}-without-{'+'.join(sources)}"

        taught = self.distillation
        if taught is not None:
            teachers = tuple(map(without, taught.teachers))
            taught = taught.model_copy(update={"teachers": teachers})
        changes = {
            "name": without(self.name),
            "init": without(self.init),
            "sampling": self.sampling.model_copy(update={"hold_out": sources}),
            "distillation": taught,
        }
        return self.model_copy(update=changes)

    @property
    def builds_on(self) -> tuple[str, ...]:
        """Recipes whose finished runs this one needs."""
        teachers = self.distillation.teachers if self.distillation else ()
        return tuple(name for name in (self.init, *teachers) if name not in NOT_RUNS)


def load_recipe(file: Path) -> Recipe:
    """The `RECIPE` of a recipe file.

    Raises:
        RecipeInvalidError: the file has none, or it contradicts the schema.
    """
    try:
        recipe = runpy.run_path(str(file))["RECIPE"]
    except (KeyError, OSError, ValidationError) as error:
        raise RecipeInvalidError(reason=type(error).__name__) from error
    if not isinstance(recipe, Recipe):
        raise RecipeInvalidError(reason="not_a_recipe")
    return recipe
