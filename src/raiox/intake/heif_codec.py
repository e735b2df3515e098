"""The codec of HEIF, for decoder processes of its own: they alone may start threads."""

from raiox.intake.formats.heif import HEIF
from raiox.intake.raster import decode_raster
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits

HEIF.load_codec()


def decode_heif(content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode one photograph.

    Raises:
        IntakeError: of the class that says why.
    """
    return decode_raster(HEIF, content, limits)
