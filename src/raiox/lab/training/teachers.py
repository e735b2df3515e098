"""What a recipe says of its teachers: other networks, whose outputs a network also learns."""

from typing import Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from raiox.lab.training.specification import Specification


class Distillation(Specification):
    """The share of teachers in the loss; that of the labels stays."""

    teachers: tuple[str, ...] = Field(
        min_length=1,
        description="Recipes whose runs are averaged (`mobilenet`, or `mobilenet/stage-0` as it was "
        "after that stage); `imagenet`: MobileNet's own features.",
    )
    sees: Literal["augmented", "original"] = Field(
        "augmented",
        description="What the teachers see: the student's image, or, once and through their own "
        "preprocessing, what it was before augmentation.",
    )
    logits_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the distance to the teachers' mean softened output."
    )
    hint_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the distance to the first teacher's features."
    )
    temperature: PositiveFloat = Field(2.0, description="Softens student and teachers.")

    @model_validator(mode="after")
    def _hints_need_the_same_image(self) -> Self:
        if self.sees == "original" and self.hint_weight:
            raise ValueError("hint_weight needs teachers that see the augmented image")
        return self
