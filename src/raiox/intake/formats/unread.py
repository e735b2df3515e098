"""What raiox knows and does not read: named, so that a refusal can say what to do instead."""

from typing import Final

from raiox.intake.errors import ArchiveError, IntakeError, UnsupportedFormatError
from raiox.intake.formats.base import Magic, UnreadFormat


def _unread(
    name: str,
    *magics: bytes | tuple[int, bytes],
    extensions: tuple[str, ...] = (),
    media_types: tuple[str, ...] = (),
    refusal: type[IntakeError] = UnsupportedFormatError,
) -> UnreadFormat:
    """Args: magics: each at the start, or with its offset."""
    return UnreadFormat(
        id=name.lower().replace(" ", "_").replace("-", "_"),
        name=name,
        magics=tuple(Magic(m) if isinstance(m, bytes) else Magic(m[1], m[0]) for m in magics),
        extensions=extensions,
        media_types=media_types,
        refusal=refusal,
    )


UNREAD: Final = (
    _unread("GIF", b"GIF8", extensions=(".gif",), media_types=("image/gif",)),
    _unread(
        "JPEG 2000",
        b"\x00\x00\x00\x0cjP  ",
        b"\xff\x4f\xff\x51",
        extensions=(".jp2", ".j2k"),
        media_types=("image/jp2",),
    ),
    _unread(
        "JPEG XL",
        b"\x00\x00\x00\x0cJXL ",
        b"\xff\x0a",
        extensions=(".jxl",),
        media_types=("image/jxl",),
    ),
    _unread("JPEG XR", b"II\xbc"),
    _unread("video", (4, b"ftyp"), b"\x1a\x45\xdf\xa3"),
    _unread("PDF", b"%PDF", extensions=(".pdf",), media_types=("application/pdf",)),
    _unread("PostScript", b"%!PS", b"\xc5\xd0\xd3\xc6"),
    _unread("PSD", b"8BPS"),
    _unread("DDS", b"DDS "),
    _unread("BLP", b"BLP"),
    _unread("SGI", b"\x01\xda"),
    _unread("FLI", (4, b"\x11\xaf"), (4, b"\x12\xaf")),
    _unread("ICNS", b"icns"),
    _unread("ICO", b"\x00\x00\x01\x00"),
    _unread("CUR", b"\x00\x00\x02\x00"),
    _unread("PCX", b"\x0a\x00\x20", b"\x0a\x05\x01"),
    _unread("MSP", b"DanM", b"LinS"),
    _unread("QOI", b"qoif"),
    _unread("XCF", b"gimp xcf"),
    _unread("XPM", b"/* XPM"),
    _unread("FITS", b"SIMPLE  ="),
    _unread("HDF5", b"\x89HDF"),
    _unread("NRRD", b"NRRD"),
    _unread("NIfTI", (344, b"n+1\x00")),
    _unread("gzip", b"\x1f\x8b", refusal=ArchiveError),
    _unread("7-Zip", b"7z\xbc\xaf", refusal=ArchiveError),
    _unread("RAR", b"Rar!", refusal=ArchiveError),
)
