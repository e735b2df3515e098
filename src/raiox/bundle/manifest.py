"""What `manifest.json` says: all that serving must know beside the weights.

Whatever was fitted on the validation part (temperature, operating points, the
threshold of the findings set) travels here, so that no caller chooses it anew.
"""

from typing import Final, Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat

from raiox.preprocessing import Preprocessing

MANIFEST_FILE: Final = "manifest.json"
MODEL_FILE: Final = "model.onnx"
CARD_FILE: Final = "card.md"
EMBEDDING_MAP_FILE: Final = "embedding_map.json"
EMBEDDING_DISTANCE_FILE: Final = "embedding_distance.json"
REPORT_FILE: Final = "report.json"

Role = Literal["frontal_filter", "classifier", "lungs"]


class OperatingPoint(BaseModel, frozen=True):
    """A threshold chosen on `valid`, with what it gave there."""

    threshold: float = Field(ge=0, le=1)
    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)


class DataSource(BaseModel, frozen=True):
    """One data set that trained the network."""

    name: str
    n_images: int
    licences: tuple[str, ...]


class Training(BaseModel, frozen=True):
    """Where the weights come from."""

    recipe: str
    seed: int
    code_version: str
    data_sha256: str
    started_from: str
    remarks: str = Field("", description="What a reader of the figures must know of this run.")
    regions: NonNegativeFloat = Field(
        0.0, description="Weight of keeping evidence inside lungs and boxes; 0: not used."
    )
    sources: tuple[DataSource, ...]


class BundleManifest(BaseModel, frozen=True):
    """The manifest, version 1."""

    format_version: Literal[1] = 1
    id: str
    role: Role
    architecture: str | None = Field(
        None, description="The network, as recipes name it: mobilenet, densenet; null if unknown."
    )
    labels: tuple[str, ...]
    preprocessing: Preprocessing
    multi_label: bool = Field(
        False,
        description="Whether each label is decided on its own (sigmoid) instead of one among all.",
    )
    temperature: PositiveFloat = Field(
        description="Divides the logits before the softmax, or the sigmoid if `multi_label`."
    )
    operating_points: dict[str, OperatingPoint]
    set_threshold: float | None = Field(
        None, description="A finding stays in the findings set from this score on."
    )
    set_coverage: float | None = Field(
        None, description="Share of `valid` whose set holds the label."
    )
    distance_threshold: float | None = Field(
        None, description="An embedding farther than this is unlike what the network knows."
    )
    distance_coverage: float | None = Field(
        None, description="Share of `valid` whose embedding lies within the threshold."
    )
    quality_threshold: float | None = Field(
        None, description="A radiograph rated below it is marked as a poor picture."
    )
    map_scale: PositiveFloat = Field(1.0, description="Evidence at a place that counts as full.")
    licence: str
    training: Training
    files: dict[str, str] = Field(description="SHA-256 of every other file, hexadecimal.")
