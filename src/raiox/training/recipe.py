"""What an experiment may say: the schema of the files in `recipes/`.

A recipe is a Python file whose docstring tells source, cost, expected figures
and command, and whose `RECIPE` is one of these values. Everything that decides
the trained weights is in here, so the run folder can hold it whole.
"""

import runpy
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError

from raiox.errors import RecipeInvalidError
from raiox.preprocessing import Preprocessing


class Augmentation(BaseModel, frozen=True):
    """How far a training image may be from the one it was made of; 0 or (1, 1) is off."""

    rotation_deg: NonNegativeFloat = Field(0, description="Up to this, both ways.")
    zoom: tuple[float, float] = Field((1, 1), description="Factor, log-uniform; > 1 shows less.")
    aspect: tuple[float, float] = Field((1, 1), description="Width over height, log-uniform.")
    shift: NonNegativeFloat = Field(0, description="Up to this share of a side, both axes.")
    flip: bool = Field(False, description="Left and right, half of the time.")
    gamma: tuple[float, float] = Field((1, 1), description="Tone curve, log-uniform exponent.")
    contrast: tuple[float, float] = Field((1, 1), description="Around mid-gray, uniform.")
    brightness: NonNegativeFloat = Field(0, description="Added, share of full scale, both ways.")
    blur: NonNegativeFloat = Field(0, description="Share of images seen at a lower resolution.")
    patches: int = Field(0, ge=0, description="Up to so many flat patches near the borders.")
    top_occlusion: NonNegativeFloat = Field(
        0, description="Share of images with a black top strip."
    )


class Stage(BaseModel, frozen=True):
    """One learning-rate cycle at one image size."""

    side_px: PositiveInt
    n_samples: PositiveInt = Field(description="Images drawn, with replacement.")
    learning_rate: PositiveFloat = Field(description="Peak of a cosine cycle with warm-up.")
    batch_size: PositiveInt = 32
    samples_per_epoch: PositiveInt = Field(3_000, description="Between checkpoints.")
    epochs_per_validation: PositiveInt = 5


class Distillation(BaseModel, frozen=True):
    """A teacher's share in the loss; the labels keep theirs."""

    teacher: str = Field(description="Name of the recipe whose run teaches.")
    answers: NonNegativeFloat = Field(1.0, description="Weight of matching its answers.")
    hints: NonNegativeFloat = Field(1.0, description="Weight of matching its features.")
    temperature: PositiveFloat = 2.0


class Recipe(BaseModel, frozen=True):
    """One experiment, whole."""

    name: str
    task: Literal["frontal_filter", "findings"]
    network: Literal["mobilenet", "densenet"]
    n_head_channels: int | None = Field(None, description="1x1 convolution of the DenseNet head.")
    init: Literal["imagenet", "scratch"] = "scratch"
    preprocessing: Preprocessing
    stages: tuple[Stage, ...] = Field(min_length=1)
    augmentation: Augmentation = Augmentation()
    distillation: Distillation | None = None
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    label_weights: dict[str, float] = Field({}, description="Share of a label among draws; else 1.")
    weight_decay: NonNegativeFloat = 0.02


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
