"""The frozen values that go into the records and come out of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from raiox.entities import ValueScale
from raiox.records.images import all_suffixes
from raiox.result import AnalysisResult
from raiox.vocabulary import AnalysisState

Clock = Callable[[], float]
"""Seconds since 1970 UTC; tests bring their own."""
WEIGHT_WITH_VALUES = 3
"""Bytes of a pixel with its 16-bit value, over those of a pixel alone."""


@dataclass(frozen=True, slots=True)
class NewAnalysis:
    """An accepted upload, about to become a row."""

    id: str
    owner: str
    sha256: str
    source_format: str
    notes: tuple[str, ...]
    width_px: int
    height_px: int
    pixel_spacing_mm: float | None = None
    """None where the file does not say."""
    value_scale: ValueScale | None = None
    """None where no values are kept beside the picture."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What makes a retried upload the same upload; the key itself is not kept."""

    key_sha256: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """One row as its owner may see it, without its arrays."""

    number: int
    id: str
    state: AnalysisState
    sha256: str
    source_format: str
    notes: tuple[str, ...]
    width_px: int
    height_px: int
    created_at: float
    finished_at: float | None
    image_until: float
    expires_at: float
    has_image: bool
    has_maps: bool
    result: AnalysisResult
    pixel_spacing_mm: float | None = None
    """None where the file does not say."""
    value_scale: ValueScale | None = None
    """None where no values were kept beside the picture."""
    maps_suffix: str | None = None
    """Of the file that holds the activation maps; None where no file does."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of all its files."""
        return all_suffixes(self.maps_suffix)

    @property
    def n_pixels_stored(self) -> int:
        """As they count against the space of a session."""
        weight = WEIGHT_WITH_VALUES if self.value_scale else 1
        return self.width_px * self.height_px * weight

    @property
    def finished(self) -> bool:
        """True once the state can no longer change."""
        return self.state in (AnalysisState.DONE, AnalysisState.FAILED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to finish one analysis, valid for this attempt only."""

    number: int
    """Its position in the queue; only grows."""
    id: str
    attempt: int
    """Counts from 1; the fence: a result of an older attempt is refused."""
    sha256: str
    source_format: str
    notes: tuple[str, ...]
    created_at: float
    replica: str = ""
    """The process that accepted it and may be waiting for its result."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an upload."""

    id: str
    """Of its analysis, or of the one that its idempotency key made before."""
    claim: Claim | None = None
    """The caller's, where it wanted one and nothing else waited."""
    analysis: StoredAnalysis | None = None
    """As it was stored; None for one that was made before."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How a claim ended."""

    state: AnalysisState
    result: AnalysisResult
    maps: bytes | None = field(default=None, repr=False)
    maps_suffix: str | None = None
    """Of the file that holds the maps instead."""
