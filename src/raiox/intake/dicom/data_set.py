"""The data set of a file: the elements that decoding needs, and where its pixels lie.

Reads up to Pixel Data and no further; the pixels themselves stay bytes here,
because their own header says less of them than the elements before it.
Source: DICOM PS3.5, 7.1 and A.4; PS3.3, C.7.6.3.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag, Tag

from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.encoding import UNDEFINED_LENGTH, Encoding, read_element
from raiox.intake.dicom.file_format import DicomFile
from raiox.intake.errors import TruncatedImageError

PIXEL_DATA: Final = Tag("PixelData")
WANTED: Final[list[BaseTag | int]] = [
    Tag(keyword)
    for keyword in (
        "DirectoryRecordSequence",
        "Modality",
        "ImagerPixelSpacing",
        "ShutterShape",
        "ShutterLeftVerticalEdge",
        "ShutterRightVerticalEdge",
        "ShutterUpperHorizontalEdge",
        "ShutterLowerHorizontalEdge",
        "CenterOfCircularShutter",
        "RadiusOfCircularShutter",
        "VerticesOfThePolygonalShutter",
        "NominalScannedPixelSpacing",
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "PlanarConfiguration",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "PixelSpacing",
        "PixelAspectRatio",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PixelPaddingValue",
        "PixelPaddingRangeLimit",
        "BurnedInAnnotation",
        "WindowCenter",
        "WindowWidth",
        "RescaleIntercept",
        "RescaleSlope",
        "VOILUTFunction",
        "RedPaletteColorLookupTableDescriptor",
        "GreenPaletteColorLookupTableDescriptor",
        "BluePaletteColorLookupTableDescriptor",
        "RedPaletteColorLookupTableData",
        "GreenPaletteColorLookupTableData",
        "BluePaletteColorLookupTableData",
        "ModalityLUTSequence",
        "VOILUTSequence",
        "PresentationLUTShape",
    )
]


@dataclass(frozen=True, slots=True)
class PixelData:
    """The value of Pixel Data (7FE0,0010), not yet looked at."""

    value: memoryview
    """What of it lies in the file."""
    has_undefined_length: bool
    """True where items follow (PS3.5, A.4), or ought to."""
    is_in_words: bool = False
    """True where the file calls them words (OW), so that two bytes share the order of a word."""


def read_elements(file: DicomFile) -> tuple[Elements, PixelData | None]:
    """Read the elements of `WANTED` and find the pixels.

    Raises:
        TruncatedImageError: the file ends within an element.
    """
    stream = BytesIO(file.content)
    stream.seek(file.start)
    with warnings.catch_warnings():
        # pydicom only warns of a file that ends within an element, and drops the element.
        warnings.filterwarnings("error", message=".* in file ", category=UserWarning)
        try:
            dataset = read_dataset(
                stream,
                file.encoding.is_implicit_vr,
                file.encoding.is_little_endian,
                stop_when=lambda tag, _vr, _length: tag == PIXEL_DATA,
                specific_tags=WANTED,
            )
        except UserWarning as warning:
            raise TruncatedImageError from warning
    if stream.tell() > len(file.content):  # pydicom passes over an element that nobody reads
        raise TruncatedImageError
    return Elements(dataset, file.encoding), _find_pixels(file, stream.tell())


def _find_pixels(file: DicomFile, start: int) -> PixelData | None:
    implicit = Encoding(is_implicit_vr=True, is_little_endian=file.encoding.is_little_endian)
    element = read_element(file.content, start, file.encoding) or read_element(
        file.content, start, implicit
    )
    if element is None or element.tag != PIXEL_DATA:
        return None
    rest = memoryview(file.content)[element.value_start :]
    if element.length == UNDEFINED_LENGTH:
        return PixelData(rest, has_undefined_length=True)
    is_in_words = file.content[start + 4 : start + 6] == b"OW"
    return PixelData(rest[: element.length], has_undefined_length=False, is_in_words=is_in_words)
