"""PNG, JPEG, WebP, TIFF and BMP to grey values, with Pillow.

Runs in a decoder process only. The header is opened by the one plugin that the
content calls for; size, frames and scans are checked before a pixel is decoded;
EXIF is read for the orientation alone, nothing else of it is looked at.
"""

from io import BytesIO
from typing import Final

# Pillow loads its plugins on demand, a confined process cannot: so all of them come here.
from PIL import Image, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from raiox.intake.checks import check_geometry
from raiox.intake.errors import (
    CorruptImageError,
    DecodeTooSlowError,
    MultiFrameError,
    TruncatedImageError,
)
from raiox.intake.grayscale import flatten
from raiox.intake.jpeg_markers import exceeds_scan_limit
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.intake.truncation import is_truncated

PILLOW_FORMATS: Final = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "tiff": "TIFF", "bmp": "BMP"}
"""The one Pillow plugin of each format of `sniff`."""

EXIF_TRANSPOSE: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag 0x0112: what makes each orientation upright."""
EXIF_ORIENTATION: Final = 0x0112

Image.preinit()
Image.MAX_IMAGE_PIXELS = None  # `check_geometry` knows the limit that was set, and refuses by name


def decode_raster(source_format: str, content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode one picture.

    Args:
        source_format: a key of `PILLOW_FORMATS`.
        content: the whole file.
        limits: of this decode.

    Raises:
        IntakeError: of the class that says why.
    """
    if source_format == "jpeg" and exceeds_scan_limit(content, limits.max_jpeg_scans):
        raise DecodeTooSlowError(limit_s=limits.decoder_wall_s)
    try:
        return _decode(source_format, content, limits)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # The four that Pillow raises for files it cannot follow.
        if is_truncated(source_format, content, str(error)):
            raise TruncatedImageError from error
        raise CorruptImageError from error


def _decode(source_format: str, content: bytes, limits: DecodeLimits) -> Decoded:
    with _open(source_format, content) as image:
        check_geometry(*image.size, limits)
        if source_format == "png":
            _open(source_format, content).verify()  # Pillow decodes on over a wrong checksum
        n_frames = getattr(image, "n_frames", 1)
        # A phone's JPEG may carry a preview as its second frame; the first is the image.
        if n_frames > 1 and source_format != "jpeg":
            raise MultiFrameError(n_frames=n_frames)
        image.load()
        pixels, lost_colour = flatten(_upright(image))
    return Decoded(pixels, ("colour_removed",) if lost_colour else ())


def _open(source_format: str, content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=[PILLOW_FORMATS[source_format]])


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(EXIF_ORIENTATION)
    except Exception:  # noqa: BLE001 - broken EXIF is common, raises anything, and is no reason to refuse
        return image
    turn = EXIF_TRANSPOSE.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)
