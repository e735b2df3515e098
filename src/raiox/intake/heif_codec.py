"""The codec of HEIF, for decoder processes of its own: they alone may start threads."""

from raiox.intake.archived_image import find_image
from raiox.intake.formats.heif import HEIF, HEIF_IN_ZIP
from raiox.intake.raster import decode_raster
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits

HEIF.load_codec()


def decode_heif(source_format: str, content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode one photograph.

    Args:
        source_format: HEIF, or HEIF_IN_ZIP.

    Raises:
        IntakeError: of the class that says why.
    """
    image = find_image(content, limits)[1] if source_format == HEIF_IN_ZIP else content
    return decode_raster(HEIF, image, limits)
