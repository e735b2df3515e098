"""Which file of an archive is the one image, and its bytes. Imports no codec."""

from raiox.intake.errors import ArchiveError
from raiox.intake.formats import IMAGES, Format
from raiox.intake.formats.heif import HEIF
from raiox.intake.formats.zip import ZIP
from raiox.intake.sandbox.decoder_api import DecodeLimits
from raiox.intake.sniff import HEAD_BYTES
from raiox.intake.zip_archive import ZipArchive


def find_image(content: bytes, limits: DecodeLimits) -> tuple[Format, bytes]:
    """The format and the content of the one image; other files beside it do not matter.

    Raises:
        ArchiveError: it cannot be opened, or holds none or several (`n_images`).
        TooLargeInflatedError: the image inflates beyond `max_inflated_bytes`.
    """
    with ZipArchive(content) as archive:
        found = [
            (known, name)
            for name in archive.names
            if (known := _recognized(archive.beginning(name, HEAD_BYTES)))
        ]
        if len(found) != 1:
            raise ArchiveError(format=ZIP.name, n_images=len(found))
        known, name = found[0]
        return known, archive.read(name, limits.max_inflated_bytes)


def _recognized(head: bytes) -> Format | None:
    return next((known for known in (*IMAGES, HEIF) if known.recognizes(head)), None)
