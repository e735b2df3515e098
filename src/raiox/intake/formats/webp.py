"""WebP. Source: RFC 9649, 2.3 to 2.7."""

from typing import Final

from raiox.intake.formats.base import Magic, RasterFormat

CHUNKS: Final = (b"VP8 ", b"VP8L", b"VP8X")
RIFF_HEAD_BYTES: Final = 8


class Webp(RasterFormat):
    """Still images; an animation is refused for its frames."""

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """Fewer bytes than the RIFF head announces."""
        del complaint
        announced = int.from_bytes(content[4:8], "little") + RIFF_HEAD_BYTES
        return content[12:16] in CHUNKS and announced > len(content)


WEBP: Final = Webp(
    id="webp",
    name="WebP",
    magics=(Magic(b"WEBP", offset=8),),
    extensions=(".webp",),
    media_types=("image/webp",),
    plugin="PIL.WebPImagePlugin",
    pillow_format="WEBP",
)
