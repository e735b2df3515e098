"""TIFF and BigTIFF. Source: TIFF 6.0; TIFF Technical Note 1; Adobe Photoshop Technical Note 3."""

import re
import sys
from io import BytesIO
from typing import Any, Final, Literal, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

from raiox.intake.errors import MultiFrameError, UnsupportedFormatError
from raiox.intake.formats.base import Magic, RasterFormat
from raiox.intake.formats.big_tiff import BIG_IN_BIG_ENDIAN, as_classic
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
COMPRESSION: Final = 259
PHOTOMETRIC: Final = 262
PLANAR_CONFIGURATION: Final = 284
BY_PLANE: Final = 2
COLOUR_MAP: Final = 320
IMAGE_DESCRIPTION: Final = 270
HIDDEN_STACK: Final = re.compile(r"ImageJ=[^\n]*\n(?:.*\n)*?images=(\d{1,9})")
"""Further images may lie behind the first, without a directory (ImageJ, `TiffEncoder`)."""
SAMPLE_FORMAT: Final = 339
WHITE_IS_ZERO: Final = 0
INVERTED: Final = "L;I"
THUMBNAIL_RATIO: Final = 2  # a page at most half as wide and half as high shows the same, smaller

BYTE_BITS, WORD_BITS = 8, 16
LARGEST_BYTE: Final = 255
IN_FILE_ORDER: Final = re.compile(r";(32|64)B?")  # of a raw mode; the sign or F comes after

Layout = tuple[bytes, int, tuple[int], int, tuple[int, ...], tuple[int, ...]]
INTEGER, SIGNED, FLOAT = (1,), (2,), (3,)
UNBUILT_COMPRESSIONS: Final = frozenset({50001})  # WebP, which Pillow's libtiff lacks
HALF: Final = "f2"
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
            layouts[prefix, photometric, INTEGER, 1, (12,), ()] = ("I;16", "I;12")
            layouts[prefix, photometric, INTEGER, 1, (16,), ()] = (f"I;16{order}",) * 2
            layouts[prefix, photometric, FLOAT, 1, (16,), ()] = (f"I;16{order}",) * 2
            layouts[prefix, photometric, INTEGER, 1, (32,), ()] = ("I", f"I;32{order}")
            layouts[prefix, photometric, SIGNED, 1, (32,), ()] = ("I", f"I;32{order}S")
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
        if content.startswith(BIG_IN_BIG_ENDIAN):
            content = as_classic(content)
        try:
            image = TiffImagePlugin.TiffImageFile(BytesIO(content))
        except SyntaxError as error:
            if "unknown pixel mode" in str(error) or isinstance(error.__cause__, KeyError):
                raise UnsupportedFormatError(format="TIFF") from error
            raise
        is_deep = max(image.tag_v2.get(BITS_PER_SAMPLE, (1,))) > BYTE_BITS
        is_in_deep_planes = is_deep and image.tag_v2.get(PLANAR_CONFIGURATION) == BY_PLANE
        if is_in_deep_planes or image.tag_v2.get(COMPRESSION) in UNBUILT_COMPRESSIONS:
            raise UnsupportedFormatError(format="TIFF")
        return image

    def check_frames(self, image: Image.Image) -> None:
        """Let one image pass, and smaller versions of it.

        Raises:
            MultiFrameError: another page is an image of its own.
        """
        image = cast("TiffImagePlugin.TiffImageFile", image)
        hidden = HIDDEN_STACK.match(str(image.tag_v2.get(IMAGE_DESCRIPTION, "")))
        if hidden and int(hidden[1]) > 1:
            raise MultiFrameError(n_frames=int(hidden[1]))
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
        if codec == "libtiff":  # it hands over numbers in this machine's order, unlike the file's
            _set_rawmode(image, IN_FILE_ORDER.sub(r";\1N", rawmode))
        if PHOTOMETRIC not in image.tag_v2 and rawmode == INVERTED:
            _set_rawmode(image, image.mode)  # white is what is large, unless a file says otherwise
        if image.mode == "P":
            _mend_colour_map(image)
        if image.mode not in DEEP_MODES and not _is_signed(image):
            return super().decode(image, content)
        white_is_zero = image.tag_v2.get(PHOTOMETRIC) == WHITE_IS_ZERO
        return stretch(_numbers(image), white_is_zero=white_is_zero)

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


def _is_signed(image: TiffImagePlugin.TiffImageFile) -> bool:
    return tuple(image.tag_v2.get(SAMPLE_FORMAT, INTEGER)) == SIGNED


def _is_half(image: TiffImagePlugin.TiffImageFile) -> bool:
    is_float = tuple(image.tag_v2.get(SAMPLE_FORMAT, INTEGER)) == FLOAT
    return is_float and image.tag_v2.get(BITS_PER_SAMPLE) == (WORD_BITS,)


def _numbers(image: TiffImagePlugin.TiffImageFile) -> npt.NDArray[Any]:
    """(H, W) numbers as the file means them: Pillow has bytes without and integers with a sign."""
    numbers = np.asarray(image)
    if _is_half(image):
        return numbers.view(numbers.dtype.str.replace("u2", HALF)).astype(np.float32)
    kind = {"L": "i1", "I": "i4" if _is_signed(image) else "u4"}.get(image.mode)
    is_small = image.tag_v2.get(BITS_PER_SAMPLE) != (WORD_BITS,)
    return numbers.view(kind) if kind and is_small else numbers


def _mend_colour_map(image: TiffImagePlugin.TiffImageFile) -> None:
    """Some writers leave eight bits in the words of a colour map, as if white were black."""
    colours = image.tag_v2.get(COLOUR_MAP, (0,))
    image.load()
    if max(colours) <= LARGEST_BYTE:
        image.putpalette(bytes(colours), "RGB;L")


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
