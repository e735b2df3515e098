"""TIFF files that are odd: laid out, packed or scaled as some program does and few readers expect."""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from drawings import picture

from odd_files import OTHER, OddFile, deep

SHORT, LONG, RATIONAL_ASCII = 3, 4, 2
SIZES: Final = {1: "B", 2: "s", SHORT: "H", LONG: "L", 12: "d"}
SIDE: Final = 64
"""Of a tile."""
Tags = dict[int, tuple[int, Sequence[float] | bytes]]


def tiff(blocks: Sequence[bytes], tags: Tags, *, order: str = "<") -> bytes:
    """A TIFF around strips or tiles that are packed already; their places are filled in."""
    is_tiled = 322 in tags
    starts = (8 + np.cumsum([0, *map(len, blocks)])).tolist()
    body = b"".join(blocks)
    body += bytes(len(body) % 2)
    places: Tags = {
        324 if is_tiled else 273: (LONG, starts[:-1]),
        325 if is_tiled else 279: (LONG, [len(block) for block in blocks]),
    }
    directory_at = 8 + len(body)
    entries = sorted((places | tags).items())
    values_at = directory_at + 2 + 12 * len(entries) + 4
    head, values = struct.pack(f"{order}H", len(entries)), b""
    for tag, (kind, content) in entries:
        packed = (
            content
            if isinstance(content, bytes)
            else struct.pack(f"{order}{len(content)}{SIZES[kind]}", *content)
        )
        head += struct.pack(f"{order}HHL", tag, kind, len(content))
        if len(packed) <= 4:
            head += packed.ljust(4, b"\0")
        else:
            head += struct.pack(f"{order}L", values_at + len(values))
            values += packed + bytes(len(packed) % 2)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(f"{order}L", directory_at) + body + head + bytes(4) + values


def layout(pixels: np.ndarray, **changes: int) -> Tags:
    """The tags of (H, W) or (H, W, n) samples in one strip."""
    n_samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    kinds = {"u": 1, "i": 2, "f": 3}
    tags: Tags = {
        256: (LONG, [pixels.shape[1]]),
        257: (LONG, [len(pixels)]),
        258: (SHORT, [8 * pixels.dtype.itemsize] * n_samples),
        259: (SHORT, [1]),
        262: (SHORT, [1 if n_samples < 3 else 2]),
        277: (SHORT, [n_samples]),
        278: (LONG, [len(pixels)]),
        339: (SHORT, [kinds[pixels.dtype.kind]] * n_samples),
    }
    names = {"compression": 259, "photometric": 262, "predictor": 317, "planar": 284, "orientation": 274,
             "fill_order": 266, "rows_per_strip": 278, "sample_format": 339, "bits": 258}  # fmt: skip
    return tags | {
        names[key]: (LONG if key == "rows_per_strip" else SHORT, [value])
        for key, value in changes.items()
    }


def strip(pixels: np.ndarray, **changes: int) -> bytes:
    return tiff([pixels.tobytes()], layout(pixels, **changes))


def in_tiles(pixels: np.ndarray, *, is_predicted: bool = False) -> bytes:
    """Deflated, with the differences to the left where they are predicted."""
    height, width = pixels.shape
    padded = np.pad(pixels, ((0, -height % SIDE), (0, -width % SIDE)))
    tiles = [
        padded[y : y + SIDE, x : x + SIDE]
        for y in range(0, height, SIDE)
        for x in range(0, width, SIDE)
    ]
    if is_predicted:
        tiles = [np.diff(tile, axis=1, prepend=tile.dtype.type(0)) for tile in tiles]
    blocks = [zlib.compress(tile.tobytes()) for tile in tiles]
    tags = layout(pixels, compression=8, predictor=2 if is_predicted else 1)
    del tags[278]
    return tiff(blocks, tags | {322: (SHORT, [SIDE]), 323: (SHORT, [SIDE])})


def in_planes(pixels: np.ndarray, compression: int) -> bytes:
    colours = np.stack([pixels] * 3, axis=2)
    planes = [pixels.tobytes()] * 3
    if compression == 8:
        planes = [zlib.compress(plane) for plane in planes]
    return tiff(planes, layout(colours, planar=2, compression=compression))


def with_float_predictor(pixels: np.ndarray) -> bytes:
    """Bytes of equal weight beside each other, then differences (Adobe Photoshop Technical Note 3)."""
    values = (pixels / 255).astype(">f4")
    rows = (
        values.view(np.uint8).reshape(*values.shape, 4).transpose(0, 2, 1).reshape(len(values), -1)
    )
    differences = np.diff(rows, axis=1, prepend=np.zeros((len(rows), 1), np.uint8))
    tags = layout(values.astype("<f4"), compression=8, predictor=3)
    return tiff([zlib.compress(differences.astype(np.uint8).tobytes())], tags)


def bits_reversed(pixels: np.ndarray) -> bytes:
    flipped = np.packbits(np.unpackbits(pixels.reshape(-1, 1), axis=1)[:, ::-1], axis=1)
    return tiff([flipped.tobytes()], layout(pixels, fill_order=2))


def of_four_bits(pixels: np.ndarray) -> bytes:
    even = pixels[:, : pixels.shape[1] // 2 * 2] >> 4
    return tiff([(even[:, ::2] << 4 | even[:, 1::2]).tobytes()], layout(even, bits=4))


def of_bits(pixels: np.ndarray, n_bits: int) -> bytes:
    """Samples without a gap between them."""
    values = pixels[:, : pixels.shape[1] // 8 * 8].astype(np.uint16) << (n_bits - 8)
    bits = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[
        :, 16 - n_bits :
    ]
    return tiff([np.packbits(bits.ravel()).tobytes()], layout(values, bits=n_bits))


def without(pixels: np.ndarray, *names: int) -> bytes:
    return tiff([pixels.tobytes()], {k: v for k, v in layout(pixels).items() if k not in names})


def without_byte_counts(pixels: np.ndarray) -> bytes:
    """The tag of the byte counts, under a number that nobody knows."""
    return strip(pixels).replace(struct.pack("<HH", 279, LONG), struct.pack("<HH", 65_000, LONG), 1)


def of_image_j(pixels: np.ndarray) -> bytes:
    """A stack of which only the first page has a directory."""
    tags = layout(pixels) | {270: (RATIONAL_ASCII, b"ImageJ=1.53t\nimages=3\nslices=3\n\0")}
    return tiff([pixels.tobytes() + pixels[::-1].tobytes() + pixels.tobytes()], tags)


def with_extra_sample(pixels: np.ndarray) -> bytes:
    samples = np.dstack([deep(pixels)] * 3 + [np.full(pixels.shape, 65_535, np.uint16)])
    return tiff([samples.tobytes()], layout(samples) | {338: (SHORT, [0])})


def with_no_data(pixels: np.ndarray, dtype: str, value: float) -> bytes:
    """A corner without values, as programs for maps mark it."""
    values = deep(pixels).astype(dtype)
    y, x = np.mgrid[0 : len(values), 0 : values.shape[1]]
    values[x + y < min(values.shape) // 6] = value
    return tiff(
        [values.tobytes()], layout(values) | {42_113: (RATIONAL_ASCII, f"{value}\0".encode())}
    )


def normalised(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / 255


TIFFS: Final = (
    OddFile("tiff_in_tiles", "python-pillow/Pillow#3227", in_tiles),
    OddFile("tiff_in_predicted_tiles", "haraldk/TwelveMonkeys#77", lambda p: in_tiles(deep(p), is_predicted=True)),
    OddFile("tiff_in_planes", "python-pillow/Pillow#4621", lambda p: in_planes(p, 1)),
    OddFile("tiff_in_deflated_planes", "python-pillow/Pillow#4621", lambda p: in_planes(p, 8)),
    OddFile("tiff_of_predicted_floats", "geotiffjs/geotiff.js#111", with_float_predictor),
    OddFile("tiff_of_reversed_bits", "python-pillow/Pillow#5249", bits_reversed),
    OddFile("tiff_of_four_bits", "python-pillow/Pillow (4-bit)", of_four_bits, OTHER),
    OddFile("tiff_of_ten_bits", "python-pillow/Pillow (10-bit)", lambda p: of_bits(p, 10), "unsupported_format"),
    OddFile("tiff_of_fourteen_bits", "python-pillow/Pillow (14-bit)", lambda p: of_bits(p, 14), "unsupported_format"),
    OddFile("tiff_of_an_unknown_sample_format", "libtiff (SampleFormat 4)", lambda p: strip(deep(p), sample_format=4),
            "unsupported_format"),
    OddFile("tiff_without_byte_counts", "libtiff (StripByteCounts)", without_byte_counts),
    OddFile("tiff_without_photometric_interpretation", "libtiff (Photometric)", lambda p: without(p, 262)),
    OddFile("tiff_without_bits", "libtiff (BitsPerSample)", lambda p: without(p, 258), OTHER),
    OddFile("tiff_of_endless_strips", "libtiff (RowsPerStrip)", lambda p: strip(p, rows_per_strip=2**32 - 1)),
    OddFile("tiff_upside_down", "python-pillow/Pillow (Orientation)", lambda p: strip(np.rot90(p, 2).copy(), orientation=3)),
    OddFile("tiff_of_old_jpeg", "libtiff (compression 6)", lambda p: strip(p, compression=6), "corrupt_image"),
    OddFile("tiff_in_lab", "python-pillow/Pillow (CIELab)",
            lambda p: tiff([np.dstack([p, 0 * p, 0 * p]).tobytes()], layout(np.dstack([p] * 3), photometric=8)), "unsupported_format"),
    OddFile("tiff_stack_of_imagej", "imagej/ImageJ (hidden stacks)", of_image_j, "multi_frame"),
    OddFile("tiff_with_a_sample_that_nobody_names", "python-pillow/Pillow#5248", with_extra_sample),
    OddFile("tiff_of_an_xrv_input", "mlmed/torchxrayvision#89", lambda p: picture((normalised(p) * 2 - 1) * 1_024, "tiff")),
    OddFile("tiff_of_standard_scores", "pytorch/vision (normalised)", lambda p: picture((normalised(p) - 0.485) / 0.229, "tiff")),
    OddFile("tiff_of_signed_words", "python-pillow/Pillow#452", lambda p: strip(deep(p).astype(np.int16) - 2_048)),
    OddFile("tiff_of_signed_words_without_saying_so", "python-pillow/Pillow#452",
            lambda p: strip((deep(p).astype(np.int16) - 2_048).view(np.uint16))),
    OddFile("tiff_of_doubles", "python-pillow/Pillow#274", lambda p: strip(p.astype(np.float64) / 255)),
    OddFile("tiff_no_data_in_floats", "OSGeo/gdal (nodata)", lambda p: with_no_data(p, "<f4", -9_999)),
    OddFile("tiff_no_data_in_words", "OSGeo/gdal (nodata)", lambda p: with_no_data(p, "<i2", -32_768)),
)  # fmt: skip
