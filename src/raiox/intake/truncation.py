"""Whether a file that could not be decoded is only half of itself.

The difference matters to a user: half a file wants another copy, a damaged one
another export. Nothing here decides whether a file is accepted.
"""

from typing import Final, Literal

from raiox.intake import jpeg_markers

SHORTEST_HEADER_BYTES: Final = 16  # no format says anything of its image in less
PNG_SIGNATURE_BYTES: Final = 8
PNG_CHUNK_FRAME_BYTES: Final = 12  # length, type and checksum
BMP_HEADER_SIZE_AT: Final = 14
BMP_HEADER_SIZES: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
CLASSIC_TIFF: Final = 42
TIFF_ENTRY_BYTES: Final = 12
PLAUSIBLE_BYTES: Final = 2**27  # whoever points farther than any upload reaches, points at random
WEBP_CHUNKS: Final = (b"VP8 ", b"VP8L", b"VP8X")


def is_truncated(source_format: str, content: bytes, complaint: str) -> bool:
    """Tell half a file from a damaged one.

    Args:
        source_format: one of `sniff`.
        content: the whole file.
        complaint: what the decoder said of it.
    """
    if len(content) < SHORTEST_HEADER_BYTES:
        return True
    match source_format:
        case "png":
            return _png_ends_early(content)
        case "jpeg":
            return not jpeg_markers.is_complete(content) and _has_jpeg_frame(content)
        case "webp":
            return content[12:16] in WEBP_CHUNKS and _riff_size(content) > len(content)
        case "tiff":
            return _tiff_ends_early(content, complaint)
        case _:
            is_bmp = content[BMP_HEADER_SIZE_AT] in BMP_HEADER_SIZES
            return is_bmp and "truncated" in complaint.lower()


def _png_ends_early(content: bytes) -> bool:
    """Follow the chunks; one that is no chunk says damaged, one beyond the end says half."""
    position = PNG_SIGNATURE_BYTES
    while position + 8 <= len(content):
        kind = content[position + 4 : position + 8]
        if not kind.isalpha():
            return False
        if kind == b"IEND":
            return False
        position += PNG_CHUNK_FRAME_BYTES + int.from_bytes(content[position : position + 4])
    return True


def _has_jpeg_frame(content: bytes) -> bool:
    return b"\xff\xc0" in content or b"\xff\xc1" in content or b"\xff\xc2" in content


def _tiff_ends_early(content: bytes, complaint: str) -> bool:
    """Many writers put the directory last: then half a file points beyond itself."""
    order: Literal["little", "big"] = "little" if content.startswith(b"II") else "big"
    if int.from_bytes(content[2:4], order) != CLASSIC_TIFF:
        return False
    directory = int.from_bytes(content[4:8], order)
    if directory >= len(content):
        return directory < PLAUSIBLE_BYTES
    n_entries = int.from_bytes(content[directory : directory + 2], order)
    directory_fits = directory + 2 + n_entries * TIFF_ENTRY_BYTES <= len(content)
    return directory_fits and "truncated" in complaint.lower()


def _riff_size(content: bytes) -> int:
    return int.from_bytes(content[4:8], "little") + 8
