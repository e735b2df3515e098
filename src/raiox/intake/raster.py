"""Pictures to gray values, with Pillow.

Runs in a decoder process only. The header is opened by the one plugin that the
content calls for; size, frames and scans are checked before a pixel is decoded;
EXIF is read for the orientation alone, nothing else of it is looked at.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raiox.entities import PixelValues
from raiox.intake.checks import check_geometry
from raiox.intake.errors import CorruptImageError, TruncatedImageError
from raiox.intake.formats import RASTERS, RasterFormat
from raiox.intake.photograph import find_photographed
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.vocabulary import FALSE_COLOURS, PHOTOGRAPH

SHORTEST_HEADER_BYTES: Final = 16  # no format says anything of its image in less
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

# Pillow loads its plugins on demand, a confined process cannot: so all of them come here.
Image.preinit()
for raster in RASTERS.values():
    raster.load_codec()
Image.MAX_IMAGE_PIXELS = None  # `check_geometry` knows the limit that was set, and refuses by name


def decode_raster(raster: RasterFormat, content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode one picture.

    Args:
        raster: its format.
        content: the whole file.
        limits: of this decode.

    Raises:
        IntakeError: of the class that says why.
    """
    raster.check(content, limits)
    try:
        return _decode(raster, content, limits)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # The four that Pillow raises for files it cannot follow.
        is_short = len(content) < SHORTEST_HEADER_BYTES
        if is_short or raster.is_truncated(content, str(error)):
            raise TruncatedImageError from error
        raise CorruptImageError from error


def _decode(raster: RasterFormat, content: bytes, limits: DecodeLimits) -> Decoded:
    with raster.open(content) as image:
        check_geometry(*image.size, limits)
        raster.check_frames(image)
        pixels, colour_notes, values = raster.decode(image, content)
        notes = (*raster.notes(content), *colour_notes)
        if box := find_photographed(image if image.mode == "RGB" else Image.fromarray(pixels)):
            left, top, right, bottom = box
            pixels, values = np.ascontiguousarray(pixels[top:bottom, left:right]), None
            notes = (*(note for note in notes if note != FALSE_COLOURS), PHOTOGRAPH)
        turn = _turn(image)
        if turn is not None:
            pixels = _turned(pixels, turn)
            values = values and PixelValues(_turned(values.samples, turn), values.scale)
        return Decoded(pixels, notes, values=values)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How a decoded image becomes upright, as its EXIF says."""
    try:
        orientation = image.getexif().get(EXIF_ORIENTATION)
    except Exception:  # noqa: BLE001 - broken EXIF is common, raises anything, and is no reason to refuse
        return None
    return EXIF_TRANSPOSE.get(orientation) if isinstance(orientation, int) else None


def _turned(samples: npt.NDArray[Any], turn: Image.Transpose) -> npt.NDArray[Any]:
    return np.array(Image.fromarray(samples).transpose(turn))
