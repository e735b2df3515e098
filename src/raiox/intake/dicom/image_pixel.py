"""The Image Pixel Module: size, samples and bits of the image, completed where the rest decides.

An element that is missing is worked out from the others, from the compressed
frame or from the number of bytes; one that contradicts them is named, never its
value. Source: DICOM PS3.3, C.7.6.3; PS3.5, 8.1 and 8.2.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from raiox.intake.checks import check_geometry
from raiox.intake.dicom.elements import Elements
from raiox.intake.errors import CorruptImageError, NoPixelDataError, UnsupportedFormatError
from raiox.intake.jpeg_markers import FrameHeader
from raiox.intake.sandbox.decoder_api import DecodeLimits

GRAY: Final = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
COLOUR: Final = frozenset(
    {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT"}
)
COLOUR_SAMPLES: Final = 3
SAMPLES: Final = frozenset({1, COLOUR_SAMPLES})
BITS_ALLOCATED: Final = frozenset({8, 16})
BITS_ALLOCATED_ELSEWHERE: Final = frozenset({1, 32, 64})  # segmentations, doses, maps
BYTE_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class ImagePixel:
    """What the pixels are; each field is the element of its name."""

    rows: int
    columns: int
    samples_per_pixel: int
    photometric_interpretation: str
    planar_configuration: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    """PixelRepresentation."""

    @property
    def n_bytes(self) -> int:
        """Of the frame without compression."""
        # PS3.3, C.7.6.3.1.2: two pixels share their chroma.
        is_shared = self.photometric_interpretation == "YBR_FULL_422"
        samples = 2 if is_shared else self.samples_per_pixel
        return self.rows * self.columns * samples * self.bits_allocated // BYTE_BITS


def read_image_pixel(
    elements: Elements, frame: FrameHeader | None, n_bytes: int, limits: DecodeLimits
) -> tuple[ImagePixel, bool]:
    """Read the module, check it, and complete it.

    Args:
        elements: of the data set.
        frame: what the compressed frame says of itself, if there is one.
        n_bytes: of the pixel data.
        limits: of this decode.

    Returns: the module, and whether anything of it had to be worked out.

    Raises:
        NoPixelDataError: neither rows nor columns; the bytes are no image.
        CorruptImageError: `element` is missing or impossible.
        TooManyPixelsError, BadGeometryError: see `checks`.
        UnsupportedFormatError: 1, 32 or 64 bits allocated.
    """
    if frame is None and not (elements.data("Rows") or elements.data("Columns")):
        raise NoPixelDataError
    module = _Module(elements)
    rows = module.size("Rows", frame.height if frame else None)
    columns = module.size("Columns", frame.width if frame else None)
    check_geometry(columns, rows, limits)
    n_samples = module.samples(frame)
    allocated = module.allocated(frame, n_bytes // (rows * columns * n_samples))
    stored = module.stored(frame, allocated)
    image = ImagePixel(
        rows,
        columns,
        n_samples,
        module.photometric(n_samples),
        module.among("PlanarConfiguration", 0, {0, 1}) if n_samples > 1 else 0,
        allocated,
        stored,
        module.high_bit(stored, frame.precision if frame else allocated),
        bool(module.among("PixelRepresentation", 0, {0, 1})),
    )
    return image, module.is_completed


class _Module:
    """One element after the other; remembers whether one was missing."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self.is_completed = False

    def size(self, keyword: str, in_frame: int | None) -> int:
        value = self._completed(keyword, in_frame)
        if value <= 0 or (in_frame is not None and value != in_frame):
            raise CorruptImageError(element=keyword)
        return value

    def samples(self, frame: FrameHeader | None) -> int:
        photometric = _normalised(self._elements.word("PhotometricInterpretation"))
        guess = COLOUR_SAMPLES if photometric in COLOUR else 1
        if frame is None:
            return self.among("SamplesPerPixel", guess, SAMPLES)
        if frame.n_samples not in SAMPLES:
            raise CorruptImageError(element="SamplesPerPixel")
        return self._as_in_frame("SamplesPerPixel", frame.n_samples)

    def allocated(self, frame: FrameHeader | None, bytes_per_sample: int) -> int:
        n_bytes = (frame.precision - 1) // BYTE_BITS + 1 if frame else min(bytes_per_sample, 2)
        value = self._completed("BitsAllocated", n_bytes * BYTE_BITS)
        if value in BITS_ALLOCATED_ELSEWHERE:
            raise UnsupportedFormatError(format=f"{value}-bit DICOM")
        if value not in BITS_ALLOCATED:
            raise CorruptImageError(element="BitsAllocated")
        return n_bytes * BYTE_BITS if frame else value  # decoders give no more bytes than needed

    def stored(self, frame: FrameHeader | None, allocated: int) -> int:
        high_bit = self._elements.integer("HighBit")
        guess = allocated if high_bit is None else high_bit + 1
        value = self._completed("BitsStored", frame.precision if frame else min(guess, allocated))
        if frame and value > frame.precision:
            return self._as_in_frame("BitsStored", frame.precision)
        if not 0 < value <= allocated:
            raise CorruptImageError(element="BitsStored")
        return value

    def high_bit(self, stored: int, n_bits: int) -> int:
        value = self._completed("HighBit", stored - 1)
        if stored - 1 <= value < n_bits:
            return value
        self.is_completed = True  # PS3.5, 8.1.1: a value that cannot be, and only one that can
        return stored - 1

    def photometric(self, n_samples: int) -> str:
        value = _normalised(self._elements.word("PhotometricInterpretation"))
        known = GRAY if n_samples == 1 else COLOUR
        if value in known:
            return value
        if value not in {"", *GRAY, *COLOUR}:
            raise CorruptImageError(element="PhotometricInterpretation")
        self.is_completed = True
        if n_samples > 1:
            return "RGB"
        if self._elements.data("RedPaletteColorLookupTableDescriptor"):
            return "PALETTE COLOR"
        # C.8.11.3.1.2: a DX image is MONOCHROME1 exactly where its shape is INVERSE.
        is_inverse = self._elements.word("PresentationLUTShape") == "INVERSE"
        return "MONOCHROME1" if is_inverse else "MONOCHROME2"

    def among(self, keyword: str, guess: int, allowed: Collection[int]) -> int:
        value = self._completed(keyword, guess)
        if value not in allowed:
            raise CorruptImageError(element=keyword)
        return value

    def _as_in_frame(self, keyword: str, in_frame: int) -> int:
        self.is_completed |= self._elements.integer(keyword) != in_frame
        return in_frame

    def _completed(self, keyword: str, guess: int | None) -> int:
        value = self._elements.integer(keyword)
        if value is not None:
            return value
        if guess is None:
            raise CorruptImageError(element=keyword)
        self.is_completed = True
        return guess


def _normalised(photometric: str) -> str:
    """The term as the Standard spells it; some writers put a blank where none belongs."""
    compact = photometric.replace(" ", "").replace("_", "")
    return next((term for term in GRAY | COLOUR if term.replace(" ", "").replace("_", "") == compact),
                photometric)  # fmt: skip
