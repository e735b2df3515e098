"""BMP. Source: Microsoft, Bitmap Storage (BITMAPFILEHEADER, BITMAPINFOHEADER)."""

from typing import Final

from raiox.intake.formats.base import Magic, RasterFormat

HEADER_SIZE_AT: Final = 14
HEADER_SIZES: Final = frozenset({12, 40, 52, 56, 64, 108, 124})


class Bmp(RasterFormat):
    """Windows and OS/2 bitmaps."""

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """A sound header, and fewer bytes than it calls for."""
        return content[HEADER_SIZE_AT] in HEADER_SIZES and "truncated" in complaint.lower()


BMP: Final = Bmp(
    id="bmp",
    name="BMP",
    magics=(Magic(b"BM"),),
    extensions=(".bmp",),
    media_types=("image/bmp",),
    plugin="PIL.BmpImagePlugin",
    pillow_format="BMP",
)
