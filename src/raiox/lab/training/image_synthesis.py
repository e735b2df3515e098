"""What a recipe says of images that no data set holds: drawn in the batch, or altered there."""

from pydantic import Field, PositiveFloat

from raiox.lab.training.specification import Specification


class Synthesis(Specification):
    """Images drawn in the batch, of kinds of which no data set holds enough."""

    textures: float = Field(0, ge=0, lt=1, description="Share of a batch that becomes a texture.")
    pairs: float = Field(
        0, ge=0, lt=1, description="Share of the radiographs set beside another radiograph."
    )


class Counterfactuals(Specification):
    """Training images without lungs or with the surroundings of others, by the masks of the lungs network."""

    hidden_lungs: float = Field(
        0, ge=0, le=1, description="Share of images with filled lungs: no output is more likely."
    )
    exchanged_surroundings: float = Field(
        0,
        ge=0,
        le=1,
        description="Share of the others that get the surroundings of an image with another label.",
    )
    lung_crops: float = Field(
        0, ge=0, le=1, description="Share of all images cropped to the lungs with a margin."
    )
    no_evidence_weight: PositiveFloat = Field(
        1.0, description="Weight of the distance to equal outputs where the lungs are hidden."
    )

    @property
    def need_lungs(self) -> bool:
        """Whether any image is altered."""
        return bool(self.hidden_lungs or self.exchanged_surroundings or self.lung_crops)
