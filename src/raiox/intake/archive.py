"""An archive to the one image in it. Imports every codec but that of HEIF: it may be of any format."""

from raiox.intake.archived_image import find_image
from raiox.intake.dicom.decode import decode_dicom
from raiox.intake.formats import NAMES, RASTERS
from raiox.intake.formats.dicom import DICOM
from raiox.intake.formats.heif import HEIF
from raiox.intake.raster import decode_raster
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits


def decode_archive(content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode the one image; other files beside it do not matter.

    Raises:
        ArchiveError: it cannot be opened, or holds none or several (`n_images`).
        UnsupportedFormatError: it is a HEIF, whose codec other processes hold.
        IntakeError: of the class that says what is wrong with the image.
    """
    known, image = find_image(content, limits)
    if known is HEIF:
        raise HEIF.refusal(NAMES)
    if known is DICOM:
        return decode_dicom(image, limits)
    return decode_raster(RASTERS[known.id], image, limits)
