"""The head of a DICOM file: only the elements that decoding needs are ever kept.

Everything that can be refused is refused here, before a pixel is decoded. No
patient data is looked at, and no element's value leaves but two words of the
Standard (transfer syntax, modality).
"""

import warnings
import zlib
from io import BytesIO
from typing import BinaryIO, Final

from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag, Tag

from raiox.intake.checks import check_geometry
from raiox.intake.dicom.modalities import check_modality
from raiox.intake.dicom.transfer_syntaxes import PLUGINS, name_of
from raiox.intake.errors import (
    CorruptImageError,
    MultiFrameError,
    NoPixelDataError,
    TooLargeInflatedError,
    TruncatedImageError,
    UnsupportedFormatError,
    UnsupportedTransferSyntaxError,
)
from raiox.intake.sandbox.decoder_api import DecodeLimits

PREAMBLE_BYTES: Final = 132  # PS3.10, 7.1: 128 bytes of anything, then DICM
META_GROUP: Final = 0x0002

WANTED: Final[list[BaseTag | int]] = [
    Tag(keyword)
    for keyword in (
        "Modality",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "SamplesPerPixel",
        "PlanarConfiguration",
        "PhotometricInterpretation",
        "PixelPaddingValue",
        "PixelPaddingRangeLimit",
        "BurnedInAnnotation",
        "RescaleSlope",
        "RescaleIntercept",
        "ModalityLUTSequence",
        "WindowCenter",
        "WindowWidth",
        "VOILUTFunction",
        "VOILUTSequence",
        "RedPaletteColorLookupTableDescriptor",
        "GreenPaletteColorLookupTableDescriptor",
        "BluePaletteColorLookupTableDescriptor",
        "RedPaletteColorLookupTableData",
        "GreenPaletteColorLookupTableData",
        "BluePaletteColorLookupTableData",
        "PixelData",
    )
]

BITS_ALLOCATED: Final = frozenset({8, 16})
BITS_ALLOCATED_ELSEWHERE: Final = frozenset(
    {1, 32, 64}
)  # segmentations, doses, maps: no radiograph
SAMPLES: Final = frozenset({1, 3})


def read_header(content: bytes, limits: DecodeLimits) -> Dataset:
    """Read and check everything but the pixels' own code.

    Returns: the elements of `WANTED`, with `file_meta`.

    Raises:
        TruncatedImageError: the file ends within its head, or an element does.
        UnsupportedTransferSyntaxError: `uid` is not in the allow-list.
        TooLargeInflatedError: it inflates beyond `max_inflated_bytes`.
        NoPixelDataError, MultiFrameError, NotARadiographError: another kind of DICOM.
        UnsupportedFormatError, CorruptImageError, TooManyPixelsError, ...: see `checks`.
    """
    header = _parse(content, limits)
    _check_kind(header)
    if "TransferSyntaxUID" not in header.file_meta:
        raise CorruptImageError
    _check_layout(header, limits)
    return header


def number(header: Dataset, keyword: str, default: float | None = None) -> float:
    """The single number of an element, or the default where it is absent or empty."""
    value = header.get(keyword)
    if value is None or value == "":
        if default is None:
            raise CorruptImageError
        return default
    return float(value)


def _parse(content: bytes, limits: DecodeLimits) -> Dataset:
    has_preamble = content[PREAMBLE_BYTES - 4 : PREAMBLE_BYTES] == b"DICM"
    start = PREAMBLE_BYTES if has_preamble else 0
    if len(content) <= start + 8:
        raise TruncatedImageError
    stream: BinaryIO = BytesIO(content)
    stream.seek(start)
    meta = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    syntax = uid.UID(meta.get("TransferSyntaxUID") or uid.ImplicitVRLittleEndian)
    if syntax not in PLUGINS:
        raise UnsupportedTransferSyntaxError(uid=name_of(syntax))
    if syntax == uid.DeflatedExplicitVRLittleEndian:
        stream = BytesIO(_inflate(stream.read(), limits.max_inflated_bytes))
    header = _read_elements(stream, syntax)
    header.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" in meta:
        header.file_meta.TransferSyntaxUID = syntax
    return header


def _after_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != META_GROUP


def _inflate(deflated: bytes, max_bytes: int) -> bytes:
    """PS3.5, A.5: a raw deflate stream, unfolded no further than allowed."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(deflated, max_bytes)
    if inflater.unconsumed_tail:
        raise TooLargeInflatedError(max_bytes=max_bytes)
    if not inflater.eof:
        raise TruncatedImageError
    return inflated


def _read_elements(stream: BinaryIO, syntax: uid.UID) -> Dataset:
    with warnings.catch_warnings():
        # pydicom only warns of a file that ends within an element, and drops the element.
        warnings.filterwarnings("error", message=".* in file ", category=UserWarning)
        try:
            return read_dataset(
                stream, syntax.is_implicit_VR, syntax.is_little_endian, specific_tags=WANTED
            )
        except UserWarning as warning:
            raise TruncatedImageError from warning


def _check_kind(header: Dataset) -> None:
    """One frame of a radiograph, and not a report, a plan, a cine loop or a slice."""
    if not header.get("PixelData") or not header.get("Rows") or not header.get("Columns"):
        raise NoPixelDataError
    n_frames = int(number(header, "NumberOfFrames", default=1))
    if n_frames > 1:
        raise MultiFrameError(n_frames=n_frames)
    check_modality(str(header.get("Modality") or ""))


def _check_layout(header: Dataset, limits: DecodeLimits) -> None:
    """PS3.3, C.7.6.3: rows, columns, samples and bits that one radiograph may have."""
    check_geometry(header.Columns, header.Rows, limits)
    allocated = int(number(header, "BitsAllocated"))
    stored = int(number(header, "BitsStored"))
    if allocated in BITS_ALLOCATED_ELSEWHERE:
        raise UnsupportedFormatError(format=f"{allocated}-bit DICOM")
    if allocated not in BITS_ALLOCATED or not 0 < stored <= allocated:
        raise CorruptImageError
    if int(number(header, "SamplesPerPixel", default=1)) not in SAMPLES:
        raise CorruptImageError
    syntax = header.file_meta.TransferSyntaxUID
    if syntax in {uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit} and stored > 8:  # noqa: PLR2004
        raise UnsupportedTransferSyntaxError(uid=name_of(syntax))
