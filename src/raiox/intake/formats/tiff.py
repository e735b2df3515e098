"""TIFF and BigTIFF. Source: TIFF 6.0; TIFF Technical Note 1; Adobe Photoshop Technical Note 3."""

import sys
from io import BytesIO
from typing import Final, Literal, cast

import numpy as np
from PIL import Image, TiffImagePlugin

from raiox.intake.errors import MultiFrameError, UnsupportedFormatError
from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.grayscale import (
    DEEP_MODES,
    Flattened,
    flatten_gray_alpha,
    flatten_halves,
    stretch,
)

CLASSIC: Final = 42
ENTRY_BYTES: Final = 12
PLAUSIBLE_BYTES: Final = 2**27  # whoever points farther than any upload reaches, points at random

NEW_SUBFILE_TYPE: Final = 254
REDUCED_OR_MASK: Final = 0b101  # of NewSubfileType: a smaller version, a transparency mask
BITS_PER_SAMPLE: Final = 258
PHOTOMETRIC: Final = 262
WHITE_IS_ZERO: Final = 0
THUMBNAIL_RATIO: Final = 2  # a page at most half as wide and half as high shows the same, smaller

Layout = tuple[bytes, int, tuple[int], int, tuple[int, ...], tuple[int, ...]]
INTEGER, FLOAT = (1,), (3,)
ORDERS: Final = {b"II": "", b"MM": "B"}
NATIVE: Final = b"II" if sys.byteorder == "little" else b"MM"
LOWER_BYTES: Final = {
    ";16L": ";16B",
    ";16B": ";16L",
    ";16N": ";16B" if NATIVE == b"II" else ";16L",
}
"""Raw modes that keep the upper byte of two, with those that keep the lower one."""


def _layouts() -> dict[Layout, tuple[str, str]]:
    """What Pillow can unpack and does not expect: its key of a layout, its mode and raw mode."""
    layouts: dict[Layout, tuple[str, str]] = {}
    for prefix, order in ORDERS.items():
        for photometric in (0, 1):
            layouts[prefix, photometric, INTEGER, 1, (16,), ()] = (f"I;16{order}",) * 2
            layouts[prefix, photometric, FLOAT, 1, (32,), ()] = ("F", f"F;32{order}F")
            layouts[prefix, photometric, FLOAT, 1, (64,), ()] = ("F", f"F;64{order}F")
            for extra in ((), (0,), (1,), (2,)):  # two samples of 16 bits, as four bytes
                layouts[prefix, photometric, INTEGER, 1, (16, 16), extra] = ("RGBA", "RGBA")
    return layouts


class Tiff(RasterFormat):
    """The first page; a second one may only be its thumbnail or its mask."""

    def load_codec(self) -> None:
        """Let Pillow accept more of what it can unpack."""
        TiffImagePlugin.OPEN_INFO.update(_layouts())

    def open(self, content: bytes) -> Image.Image:
        """Read the first directory.

        Raises:
            UnsupportedFormatError: a layout that has no rule.
        """
        try:
            return TiffImagePlugin.TiffImageFile(BytesIO(content))
        except SyntaxError as error:
            if "unknown pixel mode" in str(error):
                raise UnsupportedFormatError(format="TIFF") from error
            raise

    def check_frames(self, image: Image.Image) -> None:
        """Let one image pass, and smaller versions of it.

        Raises:
            MultiFrameError: another page is an image of its own.
        """
        image = cast("TiffImagePlugin.TiffImageFile", image)
        first = image.size
        for page in range(1, image.n_frames):
            image.seek(page)
            if not _belongs_to(first, image):
                raise MultiFrameError(n_frames=image.n_frames)
        image.seek(0)

    def decode(self, image: Image.Image, content: bytes) -> Flattened:
        """Keep all bits of the layouts that Pillow holds in eight, and mind WhiteIsZero."""
        image = cast("TiffImagePlugin.TiffImageFile", image)
        codec, rawmode = image.tile[0].codec_name, _rawmode(image)
        if LOWER_BYTES.keys() & {rawmode[-4:]} and rawmode.startswith(("RGB;", "RGBA;", "RGBX;")):
            low = self._reopen(content, rawmode[:-4] + LOWER_BYTES[rawmode[-4:]])
            return flatten_halves(image, low)
        if image.tag_v2.get(BITS_PER_SAMPLE) == (16, 16):
            order = image.tag_v2.prefix if codec != "libtiff" else NATIVE
            pairs = np.asarray(image).view("<u2" if order == b"II" else ">u2")
            return flatten_gray_alpha(pairs)
        if codec == "libtiff":  # it hands over floats in this machine's order, unlike the file's
            _set_rawmode(image, rawmode.replace("BF", "NF"))
        if image.mode not in DEEP_MODES:
            return super().decode(image, content)
        white_is_zero = image.tag_v2.get(PHOTOMETRIC) == WHITE_IS_ZERO
        return stretch(np.asarray(image), white_is_zero=white_is_zero)

    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """Many writers put the directory last: then half a file points beyond itself."""
        order: Literal["little", "big"] = "little" if content.startswith(b"II") else "big"
        if int.from_bytes(content[2:4], order) != CLASSIC:
            return False
        directory = int.from_bytes(content[4:8], order)
        if directory >= len(content):
            return directory < PLAUSIBLE_BYTES
        n_entries = int.from_bytes(content[directory : directory + 2], order)
        directory_fits = directory + 2 + n_entries * ENTRY_BYTES <= len(content)
        return directory_fits and "truncated" in complaint.lower()

    def _reopen(self, content: bytes, rawmode: str) -> Image.Image:
        """Open the first page again, to unpack its samples in another way."""
        image = cast("TiffImagePlugin.TiffImageFile", self.open(content))
        _set_rawmode(image, rawmode)
        return image


def _belongs_to(first: tuple[int, int], page: TiffImagePlugin.TiffImageFile) -> bool:
    if int(page.tag_v2.get(NEW_SUBFILE_TYPE, 0)) & REDUCED_OR_MASK:
        return True
    return all(
        THUMBNAIL_RATIO * side <= whole for side, whole in zip(page.size, first, strict=True)
    )


def _rawmode(image: TiffImagePlugin.TiffImageFile) -> str:
    return str((image.tile[0].args or ("",))[0])


def _set_rawmode(image: TiffImagePlugin.TiffImageFile, rawmode: str) -> None:
    image.tile = [
        tile._replace(args=(rawmode, *cast("tuple[object, ...]", tile.args)[1:]))
        for tile in image.tile
    ]


TIFF: Final = Tiff(
    id="tiff",
    name="TIFF",
    magics=tuple(Magic(head) for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    extensions=(".tif", ".tiff"),
    media_types=("image/tiff",),
    plugin="PIL.TiffImagePlugin",
    pillow_format="TIFF",
)
