"""Every file format that intake knows: the one place where a format is registered.

A new one is a file beside this and a line in `READ`; recognition, decoding, the
page's checks and the sentences of refusals follow from it.
"""

from typing import Final

from raiox.intake.formats.avif import AVIF
from raiox.intake.formats.base import Format, RasterFormat, UnreadFormat
from raiox.intake.formats.bmp import BMP
from raiox.intake.formats.dicom import DICOM
from raiox.intake.formats.heif import HEIF
from raiox.intake.formats.jpeg import JPEG
from raiox.intake.formats.png import PNG
from raiox.intake.formats.tiff import TIFF
from raiox.intake.formats.unread import UNREAD
from raiox.intake.formats.webp import WEBP
from raiox.intake.formats.zip import ZIP

__all__ = [
    "FORMATS",
    "IMAGES",
    "NAMES",
    "RASTERS",
    "READ",
    "Format",
    "RasterFormat",
    "UnreadFormat",
]

# DICOM first: its preamble may be made to look like a TIFF or a page (PS3.10, 7.1).
IMAGES: Final[tuple[Format, ...]] = (DICOM, PNG, JPEG, TIFF, WEBP, BMP, AVIF)
"""What holds one image, in the order of recognition."""

READ: Final[tuple[Format, ...]] = (*IMAGES, ZIP)
"""What is read; of an archive, the one image in it."""

RASTERS: Final = {item.id: item for item in IMAGES if isinstance(item, RasterFormat)}
"""What Pillow decodes, by id."""

FORMATS: Final[tuple[Format, ...]] = (*READ, HEIF, *UNREAD)
"""HEIF is read where its extra is installed."""

NAMES: Final = ", ".join(item.name for item in IMAGES)
"""What an image may be, for the sentences that name it."""
