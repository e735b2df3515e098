"""AVIF, the still images of AV1. Source: AOM, AV1 Image File Format 1.1."""

from typing import Final

from PIL import AvifImagePlugin

from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.formats.iso_boxes import ends_early


class Avif(RasterFormat):
    """Still images; an image sequence is refused for its frames."""

    def load_codec(self) -> None:
        """Decode in the one thread that a decoder process may have."""
        AvifImagePlugin.DEFAULT_MAX_THREADS = 1

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """A box that reaches beyond the last byte."""
        del complaint
        return ends_early(content)


AVIF: Final = Avif(
    id="avif",
    name="AVIF",
    magics=(Magic(b"ftypavi", offset=4),),
    extensions=(".avif",),
    media_types=("image/avif",),
    plugin="PIL.AvifImagePlugin",
    pillow_format="AVIF",
)
