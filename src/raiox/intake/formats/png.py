"""PNG. Source: W3C PNG (third edition), 5 (chunks) and 11.3 (ancillary chunks)."""

import zlib
from typing import Final, cast

import numpy as np
from PIL import Image, ImageFile

from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.grayscale import Flattened, flatten_gray_alpha, flatten_halves
from raiox.vocabulary import PHANTOM_SOFTWARE

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK_FRAME_BYTES: Final = 12  # length, type and checksum
WANTED: Final = frozenset({b"tRNS", b"eXIf", b"acTL", b"fcTL"})
"""Ancillary chunks that matter: transparency, orientation, animation."""
PHANTOM: Final = b"tEXtSoftware\x00" + PHANTOM_SOFTWARE.encode()
"""The one text that matters: a radiograph that raiox drew says so (11.3.3.2)."""
PREAMBLE_BYTES: Final = 1_024  # it stands right behind the header
UPPER_BYTES: Final = frozenset({"RGB;16B", "RGBA;16B"})


class Png(RasterFormat):
    """Texts, times and colour profiles are dropped unread, so a damaged one harms nothing."""

    def notes(self, content: bytes) -> tuple[str, ...]:
        """Whether raiox drew it."""
        return ("drawn_phantom",) if PHANTOM in content[:PREAMBLE_BYTES] else ()

    def open(self, content: bytes) -> Image.Image:
        """Open what is left when the chunks without a use are dropped."""
        return super().open(_drop_ancillary_chunks(content))

    def decode(self, image: Image.Image, content: bytes) -> Flattened:
        """Check every checksum, which Pillow does not while it decodes; keep all 16 bits."""
        self.open(content).verify()
        rawmode = str(image.tile[0].args) if isinstance(image, ImageFile.ImageFile) else ""
        if rawmode in UPPER_BYTES:
            return flatten_halves(image, self._reopen(content, rawmode.replace("16B", "16L")))
        if rawmode == "LA;16B":
            pairs = np.asarray(self._reopen(content, "RGBA")).view(">u2")
            return flatten_gray_alpha(pairs)
        return super().decode(image, content)

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """Follow the chunks; one that is no chunk says damaged, one beyond the end says half."""
        del complaint
        position = len(SIGNATURE)
        while position + 8 <= len(content):
            kind = content[position + 4 : position + 8]
            if not kind.isalpha() or kind == b"IEND":
                return False
            position += _chunk_bytes(content, position)
        return True

    def _reopen(self, content: bytes, rawmode: str) -> Image.Image:
        """Open the image again, to unpack its samples in another way."""
        image = cast("ImageFile.ImageFile", self.open(content))
        image.tile = [tile._replace(args=rawmode) for tile in image.tile]
        return image


def _drop_ancillary_chunks(content: bytes) -> bytes:
    kept = [content[: len(SIGNATURE)]]
    position = len(SIGNATURE)
    while position + CHUNK_FRAME_BYTES <= len(content):
        end = position + _chunk_bytes(content, position)
        kind = content[position + 4 : position + 8]
        if not kind.isalpha() or end > len(content):
            break
        # A lower-case first letter says that a decoder may do without the chunk (5.4).
        if kind[:1].isupper() or (kind in WANTED and _has_right_checksum(content[position:end])):
            kept.append(content[position:end])
        position = end
    return b"".join([*kept, content[position:]])


def _chunk_bytes(content: bytes, position: int) -> int:
    return CHUNK_FRAME_BYTES + int.from_bytes(content[position : position + 4])


def _has_right_checksum(chunk: bytes) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])


PNG: Final = Png(
    id="png",
    name="PNG",
    magics=(Magic(SIGNATURE),),
    extensions=(".png",),
    media_types=("image/png",),
    plugin="PIL.PngImagePlugin",
    pillow_format="PNG",
)
