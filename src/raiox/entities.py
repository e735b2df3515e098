"""The frozen values that travel from room to room.

If you hold a `Radiograph`, it was decoded in the sandbox and checked; if you
hold an `EngineResult`, the filter has answered and, where it accepted, the classifier too.
This module knows shapes and words only, no codec, model or table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from raiox.errors import Fact
from raiox.vocabulary import ImageKind, Uncertainty

GrayArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]
SampleArray = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class ValueScale:
    """What samples mean: the values of the file, and which of them are black and white."""

    slope: float
    """`value = slope * sample + intercept`, as of DICOM PS3.3, C.11.1.1.2."""
    intercept: float
    black: float
    """The value that is shown black; the larger one where small values are bright."""
    white: float


@dataclass(frozen=True, slots=True, eq=False)
class PixelValues:
    """The numbers that a file of more than 8 bits holds, before they became shades."""

    samples: SampleArray
    """(H, W) uint16, C-contiguous, the rows and columns of the shades."""
    scale: ValueScale


@dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """One decoded, de-identified image; whether it shows a chest is not yet known."""

    pixels: GrayArray
    """(H, W) uint8, C-contiguous; bright is dense (DICOM MONOCHROME2)."""
    sha256: str
    """Of the uploaded bytes, hexadecimal."""
    source_format: str
    """What the bytes were: the id of a format, e.g. `png`, `dicom`, `zip`."""
    notes: tuple[str, ...] = ()
    """Codes of what intake had to do or saw, e.g. `burned_in_annotation`, `colour_removed`."""
    pixel_spacing_mm: float | None = None
    """Side of a pixel, in the plane that the file measured it in; None where it does not say."""
    values: PixelValues | None = None
    """None where the file holds 8 bits, colours, or fractions."""


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What the frontal filter saw."""

    frontal: float
    """Score in [0, 1] that this is an upright frontal chest radiograph."""
    kind: ImageKind
    """The kind with the highest score."""
    accepted: bool
    """True if `kind` is frontal and its score reaches the operating point."""
    quality: float | None = None
    """Technical quality in [0, 1] of a radiograph, from a filter that rates it; 1 is best."""
    low_quality: bool = False
    """True if the rating lies below nearly all radiographs that the filter was fitted on."""

    @property
    def rotation_deg(self) -> int:
        """Clockwise turn seen, one of 0, 90, 180, 270."""
        return self.kind.rotation_deg


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A reference case of the embedding map, near an embedding."""

    image: str
    """Source folder and file name in the data set."""
    finding: str
    source: str
    distance: float
    """Euclidean, in the embedding map's components."""


@dataclass(frozen=True, slots=True)
class Abnormality:
    """Whether an image shows any finding, decided before which."""

    score: float
    """1 - p(normal), in [0, 1]."""
    threshold: float
    """The operating point, chosen on the validation split."""
    present: bool
    """Whether the score reaches it."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the classifier answered in its one pass."""

    scores: Mapping[str, float]
    """By label of the bundle, in its order; calibrated on the validation split. Each in [0, 1];
    together 1 unless the bundle is multi-label."""
    finding: str
    """The answer: a label, `uncertain`, or `none` (multi-label: no operating point reached)."""
    findings_set: tuple[str, ...]
    """The findings that the scores do not rule out (multi-label: those present), strongest first."""
    activation_maps: FloatArray
    """(K, h, w) float32 over the image, in the order of `scores`: evidence at each position for the
    finding (single-label: against the others); 1 is the top of the fixed scale, 0 and below
    support nothing."""
    embedding: FloatArray
    """(D,) float32, the pooled features."""
    uncertainty: Uncertainty | None = None
    """Why the finding is `uncertain`; null where it is not."""
    abnormality: Abnormality | None = None
    """Null where no label is that of normal images."""
    distance: float | None = None
    """Of the embedding from those of ordinary radiographs, which lie near 1; null if not fitted."""
    evidence_in_lungs: Mapping[str, float | None] = field(default_factory=dict)
    """By label: share of its map's evidence that lies inside the lungs; null where there is no
    evidence, empty where the lungs are not segmented."""
    lung_extent: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By label: share of the area of both lungs, of each and of each third of their height with
    evidence for it; empty where no two lungs are seen."""
    lungs: FloatArray | None = None
    """(h, w) float32 probability of lung over the image; null where the lungs are not segmented."""
    positioning: tuple[str, ...] = ()
    """Codes of how the lungs lie in the picture, e.g. `lungs_cut_off`."""
    out_of_distribution: bool = False
    """Whether the distance exceeds the bundle's threshold: unlike what the network knows."""
    embedding_xyz: tuple[float, float, float] | None = None
    """Coordinates in the embedding map, if the bundle carries one."""
    neighbours: tuple[Neighbour, ...] = ()
    """Nearest reference cases, nearest first."""


@dataclass(frozen=True, slots=True)
class LungOcclusion:
    """What the classifier scores in a radiograph as it is, and with its lungs hidden."""

    scores: Mapping[str, float]
    """By label of the bundle, in its order, each in [0, 1]."""
    scores_without_lungs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the filter kept an image from the classifier."""

    code: str
    """Key of its sentences in `locales/`, e.g. `rotated_radiograph`."""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A score from which on a label counts as seen, and what that gave on the validation split."""

    threshold: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which network answered."""

    id: str
    sha256: str
    operating_points: Mapping[str, OperatingPoint] = field(default_factory=dict)
    """By label."""
    labels: tuple[str, ...] = ()
    """What it scores, in its order."""
    multi_label: bool = False
    """Whether each label is decided on its own."""
    architecture: str | None = None
    """As recipes name the network; None where the bundle does not say."""
    preprocessing: Mapping[str, Fact] = field(default_factory=dict)
    """How it wants its input: `side_px`, `fit`, `mean`, `std`."""


@dataclass(frozen=True, slots=True, eq=False)
class EngineResult:
    """Everything the engine says of one radiograph."""

    filter_result: FilterResult
    rejection: Rejection | None
    """Set exactly when `prediction` is not."""
    prediction: Prediction | None
    models: Mapping[str, ModelIdentity]
    """By role: `frontal_filter`, `classifier` and, where there is one, `lungs`."""
    timings_ms: Mapping[str, float]
    """Of `filter`, `classifier` and `lungs`; 0 where it did not run."""
