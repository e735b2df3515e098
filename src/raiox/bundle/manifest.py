"""What `manifest.json` says: all that serving must know beside the weights.

Whatever was fitted on the validation split (temperature, operating points, the
threshold of the findings set) travels here, so that no caller chooses it anew.
"""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat

from raiox.preprocessing import Preprocessing
from raiox.vocabulary import LANGUAGES, Language

MANIFEST_FILE: Final = "manifest.json"
MODEL_FILE: Final = "model.onnx"
CARD_FILES: Final[Mapping[Language, str]] = {
    language: "card.md" if language == "en" else f"card.{language}.md" for language in LANGUAGES
}
EMBEDDING_MAP_FILE: Final = "embedding_map.json"
EMBEDDING_DISTANCE_FILE: Final = "embedding_distance.json"
REPORT_FILE: Final = "report.json"

Role = Literal["frontal_filter", "classifier", "lungs"]


class OperatingPoint(BaseModel, frozen=True):
    """A threshold chosen on `valid`, with what it gave there."""

    threshold: float = Field(ge=0, le=1)
    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)


class AbnormalFirst(BaseModel, frozen=True):
    """Thresholds of a decision in two steps: normal or abnormal, then which kind of abnormality.

    The score of abnormality is 1 - p(`normal`); that of a kind is its share of it.
    """

    normal: str = Field(description="The label of an image without any finding.")
    operating_point: OperatingPoint = Field(description="From here on an image counts as abnormal.")
    normal_threshold: float = Field(
        ge=0, le=1, description="`normal` stays in the findings set from this score on."
    )
    abnormal_threshold: float = Field(
        ge=0, le=1, description="Kinds stay in the findings set from this score of abnormality on."
    )
    kind_threshold: float = Field(
        ge=0, le=1, description="A kind stays in the findings set from this share on."
    )
    distance_threshold: float | None = Field(
        None,
        description="An embedding farther than this is of an unfamiliar source: no kind is named.",
    )


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


class Quantization(BaseModel, frozen=True):
    """What a network lost when it was made to compute in 8 bits, measured on `valid`."""

    n_images: int = Field(description="Images of `train` that gave the ranges of activations.")
    auc_loss: float = Field(description="Of the macro AUC; negative where it rose.")
    point_loss: float = Field(description="Greatest, of any sensitivity or specificity.")
    map_correlation: float = Field(ge=-1, le=1, description="Of the activation maps, median.")


class Adaptation(BaseModel, frozen=True):
    """Where a network's batch norms come from, if not from its training."""

    bundle: str = Field(description="Whose weights these are, thresholds included.")
    n_images: int = Field(description="Radiographs of one hospital, without labels.")


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
    abnormal_first: AbnormalFirst | None = Field(
        None, description="How one label is decided, where one of them is that of normal images."
    )
    set_threshold: float | None = Field(
        None,
        description="Without `abnormal_first`: a finding stays in the findings set from this score on.",
    )
    set_coverage: float | None = Field(
        None, description="Share of a data set left out of calibration whose set holds the label."
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
    map_scale: PositiveFloat = Field(
        1.0, description="Evidence at one position that counts as full."
    )
    quantization: Quantization | None = Field(
        None, description="Where the network computes in 8 bits: what that cost."
    )
    adaptation: Adaptation | None = Field(
        None, description="Where batch norms were re-estimated at a hospital."
    )
    licence: str
    training: Training
    files: dict[str, str] = Field(description="SHA-256 of every other file, hexadecimal.")
