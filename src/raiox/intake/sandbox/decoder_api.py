"""What crosses between the service and its decoder processes: limits in, pixels out.

Plain dataclasses, so that a decoder process loads neither pydantic nor settings.
"""

from collections.abc import Callable
from dataclasses import dataclass

from raiox.entities import GrayArray, PixelValues
from raiox.vocabulary import FALSE_COLOURS, FEW_SHADES, PHOTOGRAPH


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """The part of `IntakeSettings` that a decoder process obeys; same names, same units."""

    max_pixels: int
    min_side_px: int
    max_inflated_bytes: int
    max_jpeg_scans: int
    decoder_memory_bytes: int
    decoder_cpu_s: int
    decoder_wall_s: float
    starts_threads: bool = False
    """No setting: true for a codec that cannot do without. No other process may be started."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a decoder answers."""

    pixels: GrayArray
    """(H, W) uint8, C-contiguous; bright is dense (DICOM MONOCHROME2)."""
    notes: tuple[str, ...] = ()
    """Codes of `NOTES`."""
    pixel_spacing_mm: float | None = None
    """Of the pixels as they are here, which are square; null where the file does not say."""
    values: PixelValues | None = None
    """Of the same shape; None where the file holds no more than 8 bits."""


MAX_PIXEL_SPACING_MM = 10.0
"""A radiograph of fewer than 64 pixels shows no chest, so a larger value is no spacing."""

NOTES = frozenset(
    {
        "aspect_corrected",
        "burned_in_annotation",
        "colour_removed",
        "display_repaired",
        "drawn_phantom",
        FALSE_COLOURS,
        FEW_SHADES,
        "header_repaired",
        PHOTOGRAPH,
    }
)
"""Every note that may leave a decoder process."""

Decoder = Callable[[str, bytes, DecodeLimits], Decoded]
"""(source format, content, limits) to pixels; raises the errors of intake, `MemoryError` or dies."""

WarmUp = Callable[[DecodeLimits], None]
"""Does what most decodes do, on a file of raiox's own; `warm_up` beside the decoder."""
