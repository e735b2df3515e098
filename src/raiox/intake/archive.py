"""An archive to the one image in it. Imports every codec, because it may be of any format."""

from raiox.intake.dicom.decode import decode_dicom
from raiox.intake.errors import ArchiveError
from raiox.intake.formats import IMAGES, RASTERS, Format
from raiox.intake.formats.dicom import DICOM
from raiox.intake.formats.zip import ZIP
from raiox.intake.raster import decode_raster
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.intake.sniff import HEAD_BYTES
from raiox.intake.zip_archive import ZipArchive


def decode_archive(content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode the one image; other files beside it do not matter.

    Raises:
        ArchiveError: it cannot be opened, or holds none or several (`n_images`).
        IntakeError: of the class that says what is wrong with the image.
    """
    source_format, image = _the_image(content, limits)
    if source_format == DICOM.id:
        return decode_dicom(image, limits)
    return decode_raster(RASTERS[source_format], image, limits)


def _the_image(content: bytes, limits: DecodeLimits) -> tuple[str, bytes]:
    with ZipArchive(content) as archive:
        found = [
            (known.id, name)
            for name in archive.names
            if (known := _recognized(archive.beginning(name, HEAD_BYTES)))
        ]
        if len(found) != 1:
            raise ArchiveError(format=ZIP.name, n_images=len(found))
        source_format, name = found[0]
        return source_format, archive.read(name, limits.max_inflated_bytes)


def _recognized(head: bytes) -> Format | None:
    return next((known for known in IMAGES if known.recognizes(head)), None)
