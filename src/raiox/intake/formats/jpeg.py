"""JPEG. Source: ITU-T T.81, annex B."""

from typing import Final

from PIL import Image

from raiox.intake import jpeg_markers
from raiox.intake.deep_jpeg import is_deep, open_deep
from raiox.intake.errors import (
    CorruptImageError,
    DecodeTooSlowError,
    TruncatedImageError,
    UnsupportedFormatError,
)
from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.sandbox.decoder_api import DecodeLimits

JPEG_LS: Final = 0xF7  # T.87, C.1.1: its start of frame
BYTE_BITS: Final = 8


class Jpeg(RasterFormat):
    """A phone's JPEG may carry a preview as its second picture; the first is the image.

    Such files (`.mpo`) begin with a whole JPEG, which every other reader shows. To refuse them would
    refuse most photographs of phones, and nothing of the second is read.
    Source: CIPA DC-007 ("Multi-Picture Format"), section 5.
    """

    def check(self, content: bytes, limits: DecodeLimits) -> None:
        """Refuse endless scans, a process that is not read, and what the decoder would fill in.

        Raises:
            DecodeTooSlowError: more scans than `max_jpeg_scans`.
            UnsupportedFormatError: JPEG-LS, or a number of bits other than 8 and 12.
            CorruptImageError: a part of the scan was overwritten with zeros.
            TruncatedImageError: 12 bits, and no end, of which that decoder says nothing.
        """
        _check_process(content)
        if jpeg_markers.exceeds_scan_limit(content, limits.max_jpeg_scans):
            raise DecodeTooSlowError(limit_s=limits.decoder_wall_s)

    def open(self, content: bytes) -> Image.Image:
        """Read the header; where it says 12 bits, for the decoder that reads them."""
        header = _header(content)
        if header and is_deep(header):
            return open_deep(content, header)
        return super().open(content)

    def check_frames(self, image: Image.Image) -> None:
        """Let any number pass."""

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """A frame that began and an end marker that never came."""
        del complaint
        has_frame = any(marker in content for marker in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2"))
        return has_frame and not jpeg_markers.is_complete(content)


def _header(content: bytes) -> jpeg_markers.FrameHeader | None:
    """None for half a file as well: the decoder says what is wrong."""
    try:
        return jpeg_markers.read_jpeg_header(content)
    except CorruptImageError:
        return None


def _check_process(content: bytes) -> None:
    header = _header(content)
    if header is None:
        return
    if header.process == JPEG_LS:
        raise UnsupportedFormatError(format="JPEG-LS")
    if header.precision != BYTE_BITS and not is_deep(header):
        raise UnsupportedFormatError(format=f"{header.precision}-bit JPEG")
    if is_deep(header) and not jpeg_markers.is_complete(content):
        raise TruncatedImageError
    if jpeg_markers.has_hole(content):
        raise CorruptImageError


JPEG: Final = Jpeg(
    id="jpeg",
    name="JPEG",
    magics=(Magic(b"\xff\xd8\xff"),),
    extensions=(".jpg", ".jpeg"),
    media_types=("image/jpeg",),
    plugin="PIL.MpoImagePlugin",  # imports JpegImagePlugin, too
    pillow_format="JPEG",
)
