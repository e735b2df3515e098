"""What bytes are, by their own beginning: never by a name or a declared type.

Guarantees one of the six formats that are read, or an error that names what else
it is. Looks at fixed places only, so no content can make it slow.
"""

from typing import Final

from raiox.intake.errors import (
    CorruptImageError,
    EmptyUploadError,
    IntakeError,
    NotAnImageError,
    UnsupportedFormatError,
)

DICOM_MAGIC_OFFSET: Final = 128  # DICOM PS3.10, 7.1: the preamble comes before the prefix
DICOM_META_GROUP: Final = b"\x02\x00"  # some archives cut the preamble: the file meta comes first
DICOM_META_VRS: Final = (b"UL", b"OB", b"UI")
HEAD_BYTES: Final = 1_024  # an XML prologue and a comment may come before <svg

READ: Final = (
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("tiff", 0, b"II*\x00"),
    ("tiff", 0, b"MM\x00*"),
    ("tiff", 0, b"II+\x00"),  # BigTIFF
    ("tiff", 0, b"MM\x00+"),
    ("bmp", 0, b"BM"),
)
"""Format, offset and magic of what is read (DICOM and WebP need two places)."""

NOT_READ: Final = (
    ("GIF", 0, b"GIF8"),
    ("JPEG 2000", 0, b"\x00\x00\x00\x0cjP  "),
    ("JPEG 2000", 0, b"\xff\x4f\xff\x51"),
    ("JPEG XL", 0, b"\x00\x00\x00\x0cJXL "),
    ("JPEG XL", 0, b"\xff\x0a"),
    ("JPEG XR", 0, b"II\xbc"),
    ("AVIF", 4, b"ftypavi"),
    ("HEIF", 4, b"ftyphei"),
    ("HEIF", 4, b"ftyphev"),
    ("HEIF", 4, b"ftypmif1"),
    ("video", 4, b"ftyp"),
    ("video", 0, b"\x1a\x45\xdf\xa3"),
    ("PDF", 0, b"%PDF"),
    ("PostScript", 0, b"%!PS"),
    ("PostScript", 0, b"\xc5\xd0\xd3\xc6"),
    ("PSD", 0, b"8BPS"),
    ("DDS", 0, b"DDS "),
    ("BLP", 0, b"BLP"),
    ("SGI", 0, b"\x01\xda"),
    ("FLI", 4, b"\x11\xaf"),
    ("FLI", 4, b"\x12\xaf"),
    ("ICNS", 0, b"icns"),
    ("ICO", 0, b"\x00\x00\x01\x00"),
    ("CUR", 0, b"\x00\x00\x02\x00"),
    ("PCX", 0, b"\x0a\x00\x20"),
    ("PCX", 0, b"\x0a\x05\x01"),
    ("MSP", 0, b"DanM"),
    ("MSP", 0, b"LinS"),
    ("QOI", 0, b"qoif"),
    ("XCF", 0, b"gimp xcf"),
    ("XPM", 0, b"/* XPM"),
    ("FITS", 0, b"SIMPLE  ="),
    ("HDF5", 0, b"\x89HDF"),
    ("NRRD", 0, b"NRRD"),
    ("NIfTI", 344, b"n+1\x00"),
    ("zip", 0, b"PK\x03\x04"),
    ("zip", 0, b"PK\x05\x06"),
    ("gzip", 0, b"\x1f\x8b"),
    ("7-Zip", 0, b"7z\xbc\xaf"),
    ("RAR", 0, b"Rar!"),
)
"""Name, offset and magic of images and containers that are known and not read."""

DAMAGED_PNG_HEADER: Final = (12, 20)  # where IHDR stands, with room for some added line ends
TGA_FOOTER: Final = b"TRUEVISION-XFILE.\x00"


def sniff(content: bytes) -> str:
    """Tell what the bytes are: png, jpeg, webp, tiff, bmp or dicom.

    Raises:
        EmptyUploadError: there are none.
        UnsupportedFormatError: something known that is not read (`format`).
        CorruptImageError: a PNG whose signature was damaged, as text-mode copies do.
        NotAnImageError: nothing known.
    """
    if not content:
        raise EmptyUploadError
    # DICOM first: its preamble may be made to look like a TIFF or a page (PS3.10, 7.1).
    if content.startswith(b"DICM", DICOM_MAGIC_OFFSET) or _is_bare_dicom(content):
        return "dicom"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    for source_format, offset, magic in READ:
        if content.startswith(magic, offset):
            return source_format
    raise _refusal(content)


def _is_bare_dicom(content: bytes) -> bool:
    return content.startswith(DICOM_META_GROUP) and content[4:6] in DICOM_META_VRS


def _refusal(content: bytes) -> IntakeError:
    if content.find(b"IHDR", *DAMAGED_PNG_HEADER) >= 0:
        return CorruptImageError()
    for name, offset, magic in NOT_READ:
        if content.startswith(magic, offset):
            return UnsupportedFormatError(format=name)
    if content.endswith(TGA_FOOTER):
        return UnsupportedFormatError(format="TGA")
    if content[:1] == b"P" and content[1:2] in b"1234567" and content[2:3].isspace():
        return UnsupportedFormatError(format="PNM")
    if b"<svg" in content[:HEAD_BYTES].lower():
        return UnsupportedFormatError(format="SVG")
    return NotAnImageError()
