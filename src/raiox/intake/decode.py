"""What a decoder process runs: one file, one answer, no other exception than ours.

Whatever a codec raises becomes an error of intake here. `MemoryError` alone
passes, because the process that met it has to end. A decoder process holds the codecs of
pictures only, all for DICOM and archives, or that of HEIF: the smaller it is, the faster it is forked.
"""

import warnings
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Final

from raiox.errors import RaioxError
from raiox.intake.checks import check_side
from raiox.intake.errors import CorruptImageError, UnsupportedFormatError
from raiox.intake.formats import NAMES, RASTERS
from raiox.intake.formats.dicom import DICOM
from raiox.intake.formats.heif import HEIF, HEIF_IN_ZIP
from raiox.intake.formats.jpeg import JPEG
from raiox.intake.formats.png import PNG
from raiox.intake.formats.zip import ZIP
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.intake.tone import has_few_shades
from raiox.vocabulary import FEW_SHADES

PICTURE_CODECS: Final = "raiox.intake.raster"
ALL_CODECS: Final = "raiox.intake.archive"
HEIF_CODEC: Final = "raiox.intake.heif_codec"
"""What a decoder process must have imported before it is confined."""


def warm_up(limits: DecodeLimits) -> None:
    """Decode pictures of raiox's own, so that the file which comes next finds all in place."""
    for source_format in (PNG.id, JPEG.id):
        decode(source_format, _blank(source_format, limits.min_side_px), limits)


@cache
def _blank(source_format: str, side_px: int) -> bytes:
    from PIL import Image  # noqa: PLC0415  (see above)

    file = BytesIO()
    Image.new("L", (side_px, side_px)).save(file, source_format)
    return file.getvalue()


def decode(source_format: str, content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode what `sniff` recognised.

    Raises:
        IntakeError: of the class that says why.
        MemoryError: the file asks for more than the process may have.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # codecs warn of metadata, which is thrown away
            decoded = _decode(source_format, content, limits)
            check_side(decoded.pixels, limits)
            few = (FEW_SHADES,) if has_few_shades(decoded.pixels) else ()
            return replace(decoded, notes=(*decoded.notes, *few))
    except UnsupportedFormatError as error:
        raise UnsupportedFormatError(**({"formats": NAMES} | error.facts)) from error
    except (RaioxError, MemoryError):
        raise
    except Exception as error:
        # RecursionError, AttributeError, struct.error, RuntimeError: codecs raise anything.
        raise CorruptImageError from error


def _decode(source_format: str, content: bytes, limits: DecodeLimits) -> Decoded:
    if source_format == DICOM.id:
        from raiox.intake.dicom.decode import decode_dicom  # noqa: PLC0415  (see above)

        return decode_dicom(content, limits)
    if source_format == ZIP.id:
        from raiox.intake.archive import decode_archive  # noqa: PLC0415  (see above)

        return decode_archive(content, limits)
    if source_format in {HEIF.id, HEIF_IN_ZIP}:
        from raiox.intake.heif_codec import decode_heif  # noqa: PLC0415  (see above)

        return decode_heif(source_format, content, limits)
    from raiox.intake.raster import decode_raster  # noqa: PLC0415  (see above)

    return decode_raster(RASTERS[source_format], content, limits)
