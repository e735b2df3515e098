"""The schema of the files in `recipes/`: everything that decides a network's weights.

A run folder keeps the recipe whole. Where the paper and its authors' code disagree, there is a field for
each reading.
"""

from typing import Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from raiox.lab.training.image_synthesis import Counterfactuals, Synthesis
from raiox.lab.training.specification import Specification
from raiox.lab.training.teachers import Distillation
from raiox.preprocessing import Preprocessing, Tone

TaskName = Literal["findings", "opacity", "frontal_filter", "frontal_or_not", "features", "lungs"]
Range = tuple[float, float]

NOT_RUNS = ("scratch", "imagenet", "bundle")
"""What a network may start from, or learn from, besides another recipe's run."""


class Sampling(Specification):
    """Which images of the data sets a network learns from, and how often each is drawn."""

    split_scheme: Literal["grouped", "authors"] = Field(
        "grouped", description="Split by patient group, or the paper's own (`paper_split`)."
    )
    datasets: tuple[str, ...] = Field((), description="Only these data sets; empty: all of them.")
    labels: tuple[str, ...] = Field((), description="Only these labels; empty: all of them.")
    hold_out: tuple[str, ...] = Field((), description="Data sets kept for external validation.")
    draws: Literal["weighted", "epochs"] = Field(
        "weighted", description="At random by the weights below, or every image once per epoch."
    )
    label_weights: dict[str, float] = Field(
        {}, description="Relative share of a label in weighted draws; 1 if not listed."
    )
    balance: Literal["labels", "datasets"] = Field(
        "labels",
        description="Balance labels and data sets within each, or labels within every data set.",
    )
    dataset_power: float = Field(
        0.5, ge=0, le=1, description="A data set is drawn in proportion to its size to this power."
    )
    oversampling: dict[str, PositiveInt] = Field(
        {}, description="How often each image of a data set appears per epoch; else once."
    )
    valid: Literal["clean", "authors_code"] = Field(
        "clean", description="Unchanged, or oversampled and augmented as in the authors' code."
    )


class Augmentation(Specification):
    """How much a training image may be changed; 0 or (1, 1) switches a change off."""

    p_clean: NonNegativeFloat = Field(0, description="Share of images left unchanged.")
    rotation_deg: NonNegativeFloat = Field(0, description="Largest angle, both ways.")
    zoom: Range = Field((1, 1), description="Factor, log-uniform; > 1 shows less.")
    aspect: Range = Field((1, 1), description="Width over height, log-uniform.")
    shift: NonNegativeFloat = Field(0, description="Largest share of a side, along both axes.")
    crop_area: Range = Field((1, 1), description="Share of the area kept, anywhere inside.")
    crop_aspect: Range = Field((1, 1), description="Width over height of the crop.")
    flip: bool = Field(False, description="Mirror left and right half of the time.")
    gamma: Range = Field((1, 1), description="Exponent of the tone curve, log-uniform.")
    contrast: Range = Field((1, 1), description="Factor around mid-gray, uniform.")
    brightness: NonNegativeFloat = Field(0, description="Offset, share of full scale, both ways.")
    gain: Range = Field((1, 1), description="Factor, uniform.")
    posterise: NonNegativeFloat = Field(0, description="Share of images left with few grays.")
    blur: NonNegativeFloat = Field(0, description="Share of images at a lower resolution.")
    jpeg: NonNegativeFloat = Field(0, description="Share of images through JPEG, quality 25-90.")
    bars: NonNegativeFloat = Field(0, description="Share of images squeezed between flat bars.")
    borders: NonNegativeFloat = Field(0, description="Share of images with flat margins.")
    patches: int = Field(0, ge=0, description="Largest number of flat patches near the borders.")
    markers: int = Field(0, ge=0, description="Largest number of letters near the borders.")
    top_occlusion: NonNegativeFloat = Field(
        0, description="Share of images with a black strip at the top."
    )
    zoom_only_for: tuple[str, ...] = Field(
        (), description="Labels that `zoom` applies to, as in the authors' code; empty: all."
    )


class Loss(Specification):
    """The loss against the labels."""

    kind: Literal["cross_entropy", "binary_both_terms", "binary_positive_term"] = Field(
        "cross_entropy", description="The last two: the authors' code, and Eq. 2 as printed."
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="Share spread over all outputs.")
    class_weights: Literal["none", "inverse", "as_printed"] = Field(
        "none", description="Largest count over own count, or its reciprocal, Eq. 1 as printed."
    )


class OneCycle(Specification):
    """AdamW with a warm-up and half a cosine, for a fixed number of images."""

    n_samples: PositiveInt = Field(description="Images drawn in total.")
    learning_rate: PositiveFloat = Field(description="At the peak.")
    weight_decay: NonNegativeFloat = Field(0.02, description="Not of biases and batch norms.")


class Plateau(Specification):
    """Adam until the monitored value stops improving; the best weights are kept."""

    learning_rate: PositiveFloat = Field(description="At the start.")
    monitor: Literal["valid_loss", "valid_plain_loss"] = Field(
        "valid_loss", description="The loss itself, or its plain, unweighted cross-entropy."
    )
    factor: float = Field(0.5, gt=0, lt=1, description="Of the learning rate at a plateau.")
    patience: int = Field(5, ge=0, description="Epochs without improvement before that.")
    min_delta: NonNegativeFloat = Field(1e-4, description="A smaller change is no improvement.")
    stop_after: PositiveInt = Field(15, description="Epochs without improvement before the end.")
    max_epochs: PositiveInt = Field(100, description="Upper limit.")


class Stage(Specification):
    """One schedule at one image size. The fields from `augmentation` on replace the recipe's."""

    side_px: PositiveInt = Field(description="Input size during this stage.")
    schedule: OneCycle | Plateau = Field(description="Optimiser and learning rate.")
    batch_size: PositiveInt = Field(32, description="Images per step, over all devices.")
    samples_per_epoch: PositiveInt | None = Field(
        3_000, description="Images drawn between checkpoints; none: each image once."
    )
    epochs_per_validation: PositiveInt = Field(5, description="With `Plateau` always 1.")
    average: float = Field(
        0.0, ge=0, lt=1, description="Decay of a moving average of the weights; 0: none."
    )
    soup: PositiveInt = Field(
        1,
        description="Trainings of this stage, with other seeds, whose weights are averaged "
        "(Wortsman et al., 2022, arXiv:2203.05482).",
    )
    wise_ft_start: int | None = Field(
        None,
        ge=0,
        description="Earlier stage whose weights `wise_ft_alpha` shares, instead of those that this stage "
        "started from.",
    )
    tone: Tone | None = Field(None, description="Instead of that of the recipe's preprocessing.")
    augmentation: Augmentation | None = Field(None, description="Instead of the recipe's.")
    synthesis: Synthesis | None = Field(None, description="Instead of the recipe's.")
    counterfactuals: Counterfactuals | None = Field(None, description="Instead of the recipe's.")
    style_mixing: float | None = Field(None, ge=0, le=1, description="Instead of the recipe's.")
    region_loss: NonNegativeFloat | None = Field(None, description="Instead of the recipe's.")
    distillation: Distillation | None = Field(None, description="Instead of the recipe's.")
    loss: Loss | None = Field(None, description="Instead of the recipe's.")
    map_stride: Literal[16, 32] | None = Field(None, description="Instead of the recipe's.")
    frozen_stages: int | None = Field(None, ge=0, le=5, description="Instead of the recipe's.")
    wise_ft_alpha: float | None = Field(None, ge=0, lt=1, description="Instead of the recipe's.")
    n_batchnorm_images: int | None = Field(None, ge=0, description="Instead of the recipe's.")


class Recipe(Specification):
    """One experiment: a network, the data it learns from, and the stages of its training."""

    name: str = Field(description="As its file, or as its key in `RECIPES`; names its runs.")
    task: TaskName = Field(description="What the network learns: `lab/training/tasks.py`.")
    network: Literal["mobilenet", "densenet", "unet"] = Field(
        description="MobileNet v1, the first three dense blocks of DenseNet-121, or a U-Net for masks."
    )
    head: Literal["pooled", "flattened"] = Field(
        "pooled",
        description="Global average pooling, or one weight per location (the authors' filter).",
    )
    map_stride: Literal[16, 32] = Field(
        32, description="Input pixels per pixel of MobileNet's activation maps; DenseNet's: 16."
    )
    trunk_stages: Literal[4, 5] = Field(
        5, description="Stages of MobileNet's trunk; without the fifth, maps have stride 16."
    )
    n_head_channels: int | None = Field(None, description="1x1 convolution of the DenseNet head.")
    init: str = Field(
        "scratch", description="`scratch`, `imagenet`, a `bundle`, or a recipe's finished run."
    )
    frozen_stages: int = Field(
        0,
        ge=0,
        le=5,
        description="First blocks of MobileNet that keep the weights they start from.",
    )
    wise_ft_alpha: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of the weights a stage started from in those it ends with (WiSE-FT).",
    )
    n_batchnorm_images: int = Field(
        0,
        ge=0,
        description="Unaugmented training images that re-estimate batch-norm statistics after a stage.",
    )
    preprocessing: Preprocessing = Field(description="Shared by training and serving.")
    sampling: Sampling = Field(Sampling(), description="Which images, and how often.")
    stages: tuple[Stage, ...] = Field(min_length=1, description="One after the other.")
    augmentation: Augmentation = Field(Augmentation(), description="Of training images.")
    synthesis: Synthesis = Field(Synthesis(), description="Of images that no data set holds.")
    counterfactuals: Counterfactuals = Field(Counterfactuals(), description="By lung masks.")
    style_mixing: float = Field(
        0.0, ge=0, le=1, description="Share of batches whose early features swap styles (MixStyle)."
    )
    region_loss: NonNegativeFloat = Field(
        0.0, description="Weight of the penalty for evidence outside lungs or annotated boxes."
    )
    attends_to_lungs: bool = Field(
        False, description="Averages within the lungs that it learns to find, not over the image."
    )
    rates_quality: bool = Field(
        False, description="Whether the filter also learns to rate degraded radiographs."
    )
    loss: Loss = Field(Loss(), description="Against the labels.")
    distillation: Distillation | None = Field(None, description="Against teachers.")

    @model_validator(mode="after")
    def _only_mobilenet_freezes_stages(self) -> Self:
        if self.network != "mobilenet" and any(
            [self.frozen_stages, *(s.frozen_stages for s in self.stages)]
        ):
            raise ValueError("frozen_stages needs the network mobilenet")
        return self

    @model_validator(mode="after")
    def _masks_are_letterboxed(self) -> Self:
        own = (stage.counterfactuals for stage in self.stages)
        altered = any(one.need_lungs for one in (self.counterfactuals, *own) if one)
        if (altered or self.attends_to_lungs) and self.preprocessing.fit != "letterbox":
            raise ValueError("masks of lungs need preprocessing that letterboxes")
        return self

    @property
    def needs_lungs(self) -> bool:
        """Whether its training sees masks of lungs."""
        return self.attends_to_lungs or self.counterfactuals.need_lungs

    def at_stage(self, index: int) -> "Recipe":
        """The same experiment with one stage, whose own settings have replaced the recipe's."""
        stage = self.stages[index]
        settings = {name: getattr(stage, name) for name in STAGE_SETTINGS}
        own = {name: value for name, value in settings.items() if value is not None}
        tone = stage.tone or self.preprocessing.tone
        own["preprocessing"] = self.preprocessing.model_copy(update={"tone": tone})
        return self.replace(stages=(stage,), **own)

    def held_out(self, *datasets: str) -> "Recipe":
        """The same experiment without these data sets; so are its start and its teachers."""
        without = f"-without-{'+'.join(datasets)}"

        def renamed(reference: str) -> str:
            name, slash, stage = reference.partition("/")
            return reference if name in NOT_RUNS else f"{name}{without}{slash}{stage}"

        def retaught(distillation: Distillation | None) -> Distillation | None:
            if distillation is None:
                return None
            return distillation.replace(teachers=tuple(map(renamed, distillation.teachers)))

        return self.replace(
            name=renamed(self.name),
            init=renamed(self.init),
            sampling=self.sampling.replace(hold_out=datasets),
            distillation=retaught(self.distillation),
            stages=tuple(
                stage.replace(distillation=retaught(stage.distillation)) for stage in self.stages
            ),
        )

    @property
    def teachers(self) -> tuple[str, ...]:
        """References of all stages' teachers."""
        distillations = (self.distillation, *(stage.distillation for stage in self.stages))
        return tuple(dict.fromkeys(name for one in distillations if one for name in one.teachers))

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Names of the recipes whose finished runs this one needs."""
        names = (reference.partition("/")[0] for reference in (self.init, *self.teachers))
        own = (*NOT_RUNS, self.name)
        return tuple(dict.fromkeys(name for name in names if name not in own))


STAGE_SETTINGS = tuple(name for name in Stage.model_fields if name in Recipe.model_fields)
"""What a stage may have of its own instead of the recipe's."""
