"""HEIF, the photographs of phones. Source: ISO/IEC 23008-12; the extra `heif` brings the decoder.

libheif and libde265 are LGPL, and libde265 starts a thread for each image, also where pi-heif may use
none by its options (1.4.0): so neither is part of the ordinary installation, nor of the processes
that decode other formats (`heif_codec`).
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from PIL import Image

from raiox.intake.errors import CorruptImageError, UnsupportedFormatError
from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.formats.hevc import has_hole
from raiox.intake.formats.iso_boxes import ends_early
from raiox.intake.grayscale import Flattened

EXTRA: Final = "heif"
HEIF_IN_ZIP: Final = "heif_zip"
"""What the processes that hold the codec are asked to decode of an archive."""
BRANDS: Final = (b"hei", b"hev", b"mif1", b"msf1")


class Heif(RasterFormat):
    """The primary image; thumbnails, depth maps and sequences beside it are not looked at."""

    @property
    def is_installed(self) -> bool:
        """Whether the extra is."""
        return find_spec(self.plugin) is not None

    def load_codec(self) -> None:
        """Register the plugin, and let it read no more than the image."""
        pi_heif = import_module(self.plugin)
        pi_heif.register_heif_opener(
            decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
        )

    def decode(self, image: Image.Image, content: bytes) -> Flattened:
        """Decode the pixels, all of which must have come.

        Raises:
            CorruptImageError: a part was lost on the way; the decoder fills in something alike.
        """
        flattened = super().decode(image, content)
        if has_hole(content):
            raise CorruptImageError
        return flattened

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """A box that reaches beyond the last byte."""
        del complaint
        return ends_early(content)

    def refusal(self, formats: str) -> UnsupportedFormatError:
        """What to say where the extra is missing."""
        return UnsupportedFormatError(format=self.name, formats=formats, extra=EXTRA)


HEIF: Final = Heif(
    id="heif",
    name="HEIF",
    magics=tuple(Magic(b"ftyp" + brand, offset=4) for brand in BRANDS),
    extensions=(".heic", ".heif"),
    media_types=("image/heic", "image/heif"),
    plugin="pi_heif",
    pillow_format="HEIF",
)
