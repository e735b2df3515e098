"""PNG, JPEG, BMP and WebP files that are odd, or that another program wrote a radiograph into oddly."""

import struct
import zlib
from typing import Any, Final

import numpy as np
from drawings import picture
from drawn_files import png
from PIL import Image

from odd_files import OTHER, OddFile, deep

ORIENTATION: Final = 0x0112
VIRIDIS: Final = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
SIGNATURE_BYTES: Final = 8
ZLIB_HEADER_BYTES, ZLIB_CHECKSUM_BYTES = 2, 4


def chunk(kind: bytes, value: bytes = b"") -> bytes:
    return (
        struct.pack(">L", len(value)) + kind + value + struct.pack(">L", zlib.crc32(kind + value))
    )


def gray_png(pixels: np.ndarray, *chunks: bytes) -> bytes:
    return png(pixels[..., None], 8, 0, *chunks)


def with_idats(pixels: np.ndarray, size: int) -> bytes:
    """The same stream in small chunks, with an empty one first."""
    content = gray_png(pixels)
    at = content.index(b"IDAT") - 4
    (length,) = struct.unpack(">L", content[at : at + 4])
    stream, rest = content[at + 8 : at + 8 + length], content[at + 12 + length :]
    pieces = [b"", *(stream[i : i + size] for i in range(0, length, size))]
    return content[:at] + b"".join(chunk(b"IDAT", piece) for piece in pieces) + rest


def of_apple(pixels: np.ndarray) -> bytes:
    """As Xcode packs them: a chunk of its own first, a stream without a header."""
    content = gray_png(pixels)
    at = content.index(b"IDAT") - 4
    (length,) = struct.unpack(">L", content[at : at + 4])
    stream = content[at + 8 + ZLIB_HEADER_BYTES : at + 8 + length - ZLIB_CHECKSUM_BYTES]
    head = (
        content[:SIGNATURE_BYTES] + chunk(b"CgBI", b"\x50\0\x20\x02") + content[SIGNATURE_BYTES:at]
    )
    return head + chunk(b"IDAT", stream) + chunk(b"IEND")


def in_palette(pixels: np.ndarray, colours: np.ndarray, *chunks: bytes) -> bytes:
    return png(pixels[..., None], 8, 3, chunk(b"PLTE", colours.astype(np.uint8).tobytes()), *chunks)


def grays() -> np.ndarray:
    return np.arange(256)[:, None].repeat(3, axis=1)


def viridis() -> np.ndarray:
    """The colours that plt.imsave takes unless it is asked for others."""
    at = np.linspace(0, 255, len(VIRIDIS))
    return np.stack([np.interp(np.arange(256), at, band) for band in zip(*VIRIDIS, strict=True)], 1)


def jet() -> np.ndarray:
    """Blue, cyan, yellow, red: the middle is the brightest."""
    steps = np.arange(256)[:, None] / 255
    return 255 * np.clip(1.5 - np.abs(4 * steps - [3, 2, 1]), 0, 1)


def map_over(pixels: np.ndarray) -> bytes:
    """An explanation drawn over a radiograph: a coloured cloud at half opacity."""
    y, x = np.mgrid[-1 : 1 : len(pixels) * 1j, -1 : 1 : pixels.shape[1] * 1j]
    heat = np.exp(-(((x - 0.3) / 0.5) ** 2) - (y / 0.5) ** 2)
    colours = jet()[np.rint(255 * heat).astype(int)]
    return picture((0.5 * colours + 0.5 * pixels[..., None]).astype(np.uint8), "png")


def in_one_channel(pixels: np.ndarray, channel: int) -> bytes:
    colours = np.zeros((*pixels.shape, 3), np.uint8)
    colours[..., channel] = pixels
    return picture(colours, "png")


def in_two_channels(pixels: np.ndarray) -> bytes:
    """Twelve bits, the upper byte red and the lower one green, as viewers in browsers load them."""
    values = deep(pixels) + 7
    return picture(np.dstack([values >> 8, values & 255, 0 * values]).astype(np.uint8), "png")


def on_a_figure(pixels: np.ndarray) -> bytes:
    """As plt.savefig leaves it: a white page with axes and ticks."""
    height, width = pixels.shape
    margin = max(height, width) // 8
    page = np.pad(pixels, margin, constant_values=255)
    page[margin - 2 : margin + height + 2, [margin - 2, margin + width + 1]] = 0
    page[[margin - 2, margin + height + 1], margin - 2 : margin + width + 2] = 0
    for n in range(6):
        page[margin + n * height // 6, margin - 8 : margin - 2] = 0
        page[margin + height : margin + height + 8, margin + n * width // 6] = 0
    return picture(page, "png")


def with_box(pixels: np.ndarray) -> bytes:
    """A detector's red frame around a finding."""
    colours = np.stack([pixels] * 3, axis=2)
    height, width = pixels.shape
    top, bottom, left, right = height // 2, 3 * height // 4, width // 6, 2 * width // 5
    line = max(2, width // 200)
    for rows, columns in (
        (slice(top, top + line), slice(left, right)),
        (slice(bottom, bottom + line), slice(left, right)),
        (slice(top, bottom), slice(left, left + line)),
        (slice(top, bottom), slice(right, right + line)),
    ):
        colours[rows, columns] = (255, 0, 0)
    return picture(colours, "png")


def bmp(pixels: np.ndarray, n_bits: int, body: bytes, *, height: int | None = None,
        compression: int = 0, colours: bytes = b"", header: bytes = b"") -> bytes:  # fmt: skip
    """A Windows bitmap around pixels that are encoded already."""
    info = header or struct.pack(
        "<LllHHLLllLL", 40, pixels.shape[1], height or len(pixels), 1, n_bits, compression, len(body), 2_835, 2_835,
        len(colours) // 4, 0,
    )  # fmt: skip
    start = 14 + len(info) + len(colours)
    return struct.pack("<2sLHHL", b"BM", start + len(body), 0, 0, start) + info + colours + body


def rows_of(pixels: np.ndarray) -> bytes:
    """Rows padded to four bytes, in the order given."""
    flat = pixels.reshape(len(pixels), -1)
    return np.pad(flat, ((0, 0), (0, -flat.shape[1] % 4))).tobytes()


GRAY_COLOURS: Final = bytes(
    np.dstack([*[np.arange(256, dtype=np.uint8)] * 3, np.zeros(256, np.uint8)])
)


def run_lengths(pixels: np.ndarray) -> bytes:
    """RLE8: a pixel a run, an end after each line."""
    runs = [np.dstack([np.ones_like(row), row]).tobytes() for row in pixels[::-1]]
    return b"\0\0".join(runs) + b"\0\1"


def of_os2(pixels: np.ndarray) -> bytes:
    header = struct.pack("<LHHHH", 12, pixels.shape[1], len(pixels), 1, 8)
    colours = bytes(grays().astype(np.uint8))
    start = 14 + len(header) + len(colours)
    body = rows_of(pixels[::-1])
    return struct.pack("<2sLHHL", b"BM", start + len(body), 0, 0, start) + header + colours + body


def in_565(pixels: np.ndarray) -> bytes:
    words = (pixels >> 3).astype(np.uint16)
    words = words << 11 | (pixels >> 2).astype(np.uint16) << 5 | words
    masks = struct.pack("<3L", 0xF800, 0x07E0, 0x001F)
    return bmp(
        pixels, 16, rows_of(words[::-1].astype("<u2").view(np.uint8)), compression=3, colours=masks
    )


def jpeg(pixels: np.ndarray, **options: Any) -> bytes:
    return picture(pixels, "jpeg", **({"quality": 97} | options))


def exif(value: int | str) -> Image.Exif:
    tags = Image.Exif()
    tags[ORIENTATION] = value
    return tags


def without_height(pixels: np.ndarray) -> bytes:
    """Zero in the header, as scanners write that only know at the end how long a sheet was."""
    content = bytearray(jpeg(pixels))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 2] = b"\0\0"
    return bytes(content[:-2]) + b"\xff\xdc\0\4" + struct.pack(">H", len(pixels)) + b"\xff\xd9"


def with_filled_markers(pixels: np.ndarray) -> bytes:
    return (
        jpeg(pixels).replace(b"\xff\xdb", b"\xff\xff\xff\xdb").replace(b"\xff\xc4", b"\xff\xff\xc4")
    )


def two_pictures(pixels: np.ndarray) -> bytes:
    """The picture, then a small one of its gain, as phones add to it."""
    small = Image.fromarray(pixels).resize((96, 96))
    return jpeg(pixels) + jpeg(np.asarray(small))


def inverted_cmyk(pixels: np.ndarray) -> bytes:
    colours = Image.fromarray(np.stack([pixels] * 3, axis=2)).convert("CMYK")
    return picture(colours, "jpeg", quality=97)


def with_orientation_in_webp(pixels: np.ndarray) -> bytes:
    return picture(
        Image.fromarray(np.rot90(pixels).copy()).convert("RGB"), "webp", lossless=True, exif=exif(6)
    )


def noisy_chroma(pixels: np.ndarray) -> bytes:
    noise = np.random.default_rng(1).normal(0, 1, (*pixels.shape, 3))
    colours = np.clip(pixels[..., None] + noise, 0, 255).astype(np.uint8)
    return picture(colours, "jpeg", quality=90)


def shrunk(pixels: np.ndarray, side: int) -> bytes:
    return picture(Image.fromarray(pixels).resize((side, side)), "png")


def in_16(values: np.ndarray) -> bytes:
    return png(values[..., None], 16, 0)


PICTURES: Final = (
    OddFile("png_a_gray_is_transparent", "python-pillow/Pillow (tRNS)",
            lambda p: gray_png(p, chunk(b"tRNS", struct.pack(">H", int(p[len(p) // 2, p.shape[1] // 2]))))),
    OddFile("png_white_of_a_palette_is_transparent", "python-pillow/Pillow (tRNS)",
            lambda p: in_palette(p, grays(), chunk(b"tRNS", b"\xff" * 255 + b"\0"))),
    OddFile("png_many_small_chunks", "python-pillow/Pillow (IDAT)", lambda p: with_idats(p, 100)),
    OddFile("png_bytes_behind_its_end", "acropalypse (CVE-2023-21036)", lambda p: gray_png(p) + b"IDAT" + bytes(9_000)),
    OddFile("png_of_apple", "python-pillow/Pillow (CgBI)", of_apple, "corrupt_image"),
    OddFile("png_of_bytes_in_the_other_order", "imageio/imageio (16-bit PNG)", lambda p: in_16(deep(p).byteswap())),
    OddFile("png_gamma_of_one", "python-pillow/Pillow (gAMA)", lambda p: gray_png(p, chunk(b"gAMA", struct.pack(">L", 100_000)))),
    OddFile("png_significant_bits", "python-pillow/Pillow#3796",
            lambda p: png(deep(p)[..., None], 16, 0, chunk(b"sBIT", b"\x0c"))),
    OddFile("png_of_twelve_bits_cut_to_eight", "numpy astype(uint8)", lambda p: picture((deep(p) & 255).astype(np.uint8), "png"), OTHER),
    OddFile("png_of_ten_bits_cut_to_eight", "numpy astype(uint8)", lambda p: picture((4 * p.astype(int) & 255).astype(np.uint8), "png"), OTHER),
    OddFile("png_in_viridis", "pydicom/pynetdicom#654", lambda p: in_palette(p, viridis()), OTHER),
    OddFile("png_in_jet", "matplotlib (jet)", lambda p: in_palette(p, jet()), OTHER),
    OddFile("png_with_a_heatmap", "jacobgil/pytorch-grad-cam", map_over, OTHER),
    OddFile("png_in_red_alone", "opencv (channels)", lambda p: in_one_channel(p, 0)),
    OddFile("png_in_green_alone", "opencv (channels)", lambda p: in_one_channel(p, 1)),
    OddFile("png_in_blue_alone", "opencv (channels)", lambda p: in_one_channel(p, 2), OTHER),
    OddFile("png_of_two_bytes_in_two_channels", "RubinLab/epad-ws (PNG generation)", in_two_channels, OTHER),
    OddFile("png_of_a_figure", "matplotlib (savefig)", on_a_figure, OTHER),
    OddFile("png_with_a_red_box", "ultralytics (annotations)", with_box),
    OddFile("png_of_a_network_input", "mlmed/torchxrayvision#89", lambda p: shrunk(p, 224), OTHER),
    OddFile("png_of_128_pixels", "mlmed/torchxrayvision (resized)", lambda p: shrunk(p, 128), OTHER),
    OddFile("bmp_from_the_top", "python-pillow/Pillow#1125", lambda p: bmp(p, 8, rows_of(p), height=-len(p), colours=GRAY_COLOURS)),
    OddFile("bmp_of_32_bits_without_opacity", "SixLabors/ImageSharp#369",
            lambda p: bmp(p, 32, rows_of(np.dstack([p[::-1]] * 3 + [0 * p])))),
    OddFile("bmp_of_run_lengths", "python-pillow/Pillow#6383", lambda p: bmp(p, 8, run_lengths(p), compression=1, colours=GRAY_COLOURS)),
    OddFile("bmp_of_os2", "python-pillow/Pillow (BITMAPCOREHEADER)", of_os2),
    OddFile("bmp_of_16_bits", "python-pillow/Pillow#1125", in_565),
    OddFile("jpeg_in_cmyk", "python-pillow/Pillow (Adobe CMYK)", inverted_cmyk),
    OddFile("jpeg_turned_by_no_number", "python-pillow/Pillow (EXIF)", lambda p: jpeg(p, exif=exif(0))),
    OddFile("jpeg_turned_by_nine", "python-pillow/Pillow (EXIF)", lambda p: jpeg(p, exif=exif(9))),
    OddFile("jpeg_without_its_height", "libjpeg-turbo (DNL)", without_height, "corrupt_image"),
    OddFile("jpeg_with_filled_markers", "libjpeg-turbo (fill bytes)", with_filled_markers),
    OddFile("jpeg_with_restarts", "libjpeg-turbo (DRI)", lambda p: jpeg(p, restart_marker_rows=1)),
    OddFile("jpeg_with_a_gain_map", "python-pillow/Pillow (Ultra HDR)", two_pictures),
    OddFile("jpeg_with_a_large_profile", "python-pillow/Pillow (ICC)", lambda p: jpeg(p, icc_profile=bytes(200_000))),
    OddFile("jpeg_with_colour_noise", "opencv (scans in colour)", noisy_chroma),
    OddFile("jpeg_and_bytes_behind_it", "python-pillow/Pillow (trailer)", lambda p: jpeg(p) + b"SEFT" + bytes(4_000)),
    OddFile("webp_turned", "python-pillow/Pillow (WebP EXIF)", with_orientation_in_webp),
    OddFile("page_of_html_named_png", "requests (404 saved)", lambda p: b"<!DOCTYPE html><html><body>404</body></html>" * 9, "not_an_image"),
    OddFile("base64_of_a_png", "cornerstonejs (data URL)",
            lambda p: b"data:image/png;base64,iVBORw0KGgo" + b"A" * len(p), "not_an_image"),
    OddFile("png_in_a_byte_order_mark", "requests (text mode)", lambda p: b"\xef\xbb\xbf" + gray_png(p), "corrupt_image"),
)  # fmt: skip
