"""What each format knows of itself, by files that the tests draw."""

import struct
import zlib

import numpy as np
import pytest
from drawings import LIMITS, deep_phantom, jpeg_of_12_bits, phantom, picture
from PIL import Image

from raiox.intake.decode import decode
from raiox.intake.errors import (
    ArchiveError,
    CorruptImageError,
    IntakeError,
    MultiFrameError,
    TruncatedImageError,
    UnsupportedFormatError,
)
from raiox.intake.formats import FORMATS, NAMES, READ
from raiox.intake.formats.dicom import DICOM
from raiox.intake.formats.heif import HEIF
from raiox.intake.sniff import sniff

SIGNATURE = b"\x89PNG\r\n\x1a\n"
II, MM = "<", ">"
SHORT, LONG, LONG8 = 3, 4, 16


def read(content, limits=LIMITS):
    return decode(sniff(content), content, limits).pixels


def chunk(kind, content, checksum=None):
    checksum = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", checksum)


def deep_png(samples):
    """A PNG of (H, W, n) uint16 samples: gray + alpha, RGB or RGBA."""
    height, width, n = samples.shape
    rows = np.zeros((height, 1 + width * n * 2), np.uint8)
    rows[:, 1:] = samples.astype(">u2").view(np.uint8).reshape(height, -1)
    colour = {2: 4, 3: 2, 4: 6}[n]
    head = struct.pack("!IIBBBBB", width, height, 16, colour, 0, 0, 0)
    return b"".join([SIGNATURE, chunk(b"IHDR", head),
                     chunk(b"IDAT", zlib.compress(rows.tobytes())), chunk(b"IEND", b"")])  # fmt: skip


def plain_tiff(samples, order, photometric=1, sample_format=1, **tags):
    """An uncompressed TIFF of (H, W) or (H, W, n) numbers, whatever their type."""
    samples = samples.astype(samples.dtype.newbyteorder(order))
    height, width = samples.shape[:2]
    n = samples.shape[2] if samples.ndim == 3 else 1
    bits = samples.dtype.itemsize * 8
    packed = struct.pack(f"{order}{n}H", *[bits] * n)
    data_at = 8 + len(packed) if n > 2 else 8
    short_bits = 8 if n > 2 else int.from_bytes(packed, "little" if order == II else "big")
    entries = [
        (256, LONG, 1, width), (257, LONG, 1, height),
        (258, SHORT, n, short_bits), (259, SHORT, 1, 1), (262, SHORT, 1, photometric),
        (273, LONG, 1, data_at), (277, SHORT, 1, n), (278, LONG, 1, height),
        (279, LONG, 1, samples.nbytes), (339, SHORT, 1, sample_format),
        *((338, SHORT, 1, extra) for extra in tags.get("extra", ())),
    ]  # fmt: skip
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in sorted(entries):
        wide = kind == LONG or tag == 258
        packed_value = struct.pack(f"{order}I" if wide else f"{order}HH", *(
            [value] if wide else [value, 0]))  # fmt: skip
        if tag == 258 and n == 1:
            packed_value = struct.pack(f"{order}HH", bits, 0)
        directory += struct.pack(f"{order}HHI", tag, kind, count) + packed_value
    head = (b"II*\0" if order == II else b"MM\0*") + struct.pack(
        f"{order}I", data_at + samples.nbytes
    )
    extra_bits = packed if n > 2 else b""
    return head + extra_bits + samples.tobytes() + directory + bytes(4)


def big_tiff_in_big_endian(samples, compression):
    """A BigTIFF (Adobe, BigTIFF Design) of (H, W) uint16 in one strip."""
    height, width = samples.shape
    strip = samples.astype(">u2").tobytes()
    strip = zlib.compress(strip) if compression == 8 else strip
    entries = [(256, width), (257, height), (258, 16), (259, compression), (262, 1),
               (273, 16), (277, 1), (278, height), (279, len(strip))]  # fmt: skip
    directory = b"".join(struct.pack(">HHQQ", tag, LONG8, 1, value) for tag, value in entries)
    header = struct.pack(">2sHHHQ", b"MM", 43, 8, 0, 16 + len(strip))
    return header + strip + struct.pack(">Q", len(entries)) + directory + bytes(8)


def stretched(values):
    low, high = values.min(), values.max()
    return np.rint((values - low) * (255.0 / (high - low))).astype(np.uint8)


def test_ids_are_unique_and_fit_into_a_request_to_the_sandbox():
    ids = [known.id for known in FORMATS]

    assert len(set(ids)) == len(ids)
    assert all(len(known.id.encode()) <= 8 for known in READ)


@pytest.mark.parametrize(
    "known", [known for known in FORMATS if known is not DICOM], ids=lambda known: known.id
)
def test_every_format_is_recognized_by_each_of_its_magics(known):
    for magic in known.magics:
        content = bytes(magic.offset) + magic.content + bytes(400)
        if known in READ or (known is HEIF and HEIF.is_installed):
            assert sniff(content) == known.id
        else:
            with pytest.raises((UnsupportedFormatError, ArchiveError)) as refusal:
                sniff(content)
            extra = {"extra": "heif"} if known is HEIF else {}
            assert refusal.value.facts == {"format": known.name, "formats": NAMES, **extra}


@pytest.mark.parametrize("blanks", [b" ", b"\r\n", b"   \n"])
def test_blanks_before_an_image_say_that_a_copy_damaged_it(blanks):
    with pytest.raises(CorruptImageError):
        sniff(blanks + picture(phantom(), "jpeg"))


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_twelve_bits_in_deep_png_channels_are_kept(channels):
    gray = deep_phantom()
    colours = [gray] if channels == 2 else [gray] * 3
    opaque = [np.full_like(gray, 65_535)] if channels != 3 else []

    pixels = read(deep_png(np.stack([*colours, *opaque], axis=2)))

    assert np.abs(pixels.astype(int) - stretched(deep_phantom())).max() <= 1


@pytest.mark.parametrize("channels", [2, 4])
def test_an_image_that_is_transparent_everywhere_is_taken_as_opaque(channels):
    gray = deep_phantom()
    clear = np.zeros_like(gray)

    pixels = read(deep_png(np.stack([*[gray] * (channels - 1), clear], axis=2)))

    assert np.abs(pixels.astype(int) - stretched(gray)).max() <= 1


def test_an_eight_bit_image_that_is_transparent_everywhere_is_taken_as_opaque():
    clear = np.stack([phantom()] * 3 + [np.zeros_like(phantom())], axis=2)

    np.testing.assert_allclose(read(picture(clear, "png")).astype(int), phantom(), atol=1)


@pytest.mark.parametrize("white_is_zero", [False, True])
def test_a_mark_at_full_scale_stays_apart_from_the_picture(white_is_zero):
    marked = deep_phantom() // 4 + 100
    marked[5:12, 60:72] = 65_535
    numbers = 65_535 - marked if white_is_zero else marked

    pixels = read(plain_tiff(numbers.astype(np.uint16), II, photometric=int(not white_is_zero)))

    others = marked < 65_535
    assert (pixels[~others] == 255).all()
    assert pixels[others].max() == 223
    expected = stretched(deep_phantom()) * (223 / 255)
    np.testing.assert_allclose(pixels[others].astype(int), expected[others], atol=2)


def test_letters_burnt_into_colours_of_sixteen_bits_stay_a_gap_above_the_picture():
    values = deep_phantom() // 2 + 20_000
    values[2:6, 2:6] = 65_535

    pixels = read(deep_png(np.stack([values] * 3, axis=2)))

    assert (pixels[2:6, 2:6] == 255).all()
    assert np.sort(pixels.ravel())[-17] == 223


def test_colour_of_sixteen_bits_is_noted():
    gray = deep_phantom()
    content = deep_png(np.stack([gray, gray // 3, gray // 3], axis=2))

    assert decode("png", content, LIMITS).notes == ("colour_removed",)


@pytest.mark.parametrize(
    "text",
    [
        chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"tEXt", b"note\0damaged", checksum=7),
        chunk(b"iCCP", b"profile\0\0nonsense"),
        chunk(b"eXIf", b"nonsense", checksum=7),
    ],
    ids=["unfolds to 80 MB", "wrong checksum", "broken profile", "broken EXIF"],
)
def test_chunks_beside_the_pixels_are_no_reason_to_refuse_a_png(text):
    content = picture(phantom(), "png")
    at = content.index(b"IDAT") - 4

    np.testing.assert_array_equal(read(content[:at] + text + content[at:]), phantom())


def test_a_png_without_its_end_is_truncated():
    content = picture(phantom(), "png")

    with pytest.raises(TruncatedImageError):
        read(content[: content.index(b"IEND") - 4])


@pytest.mark.parametrize("order", [II, MM])
def test_white_is_zero_turns_a_deep_tiff_over(order):
    inverted = (4095 - deep_phantom()).astype(np.uint16)

    pixels = read(plain_tiff(inverted, order, photometric=0))

    assert np.abs(pixels.astype(int) - stretched(deep_phantom())).max() <= 1


@pytest.mark.parametrize("order", [II, MM])
@pytest.mark.parametrize("extra", [(), (0,), (1,), (2,)])
def test_gray_and_alpha_of_sixteen_bits_are_read_from_a_tiff(order, extra):
    pair = np.stack([deep_phantom(), np.full_like(deep_phantom(), 65_535)], axis=2)

    pixels = read(plain_tiff(pair, order, extra=extra))

    np.testing.assert_array_equal(pixels, stretched(deep_phantom()))


@pytest.mark.parametrize("order", [II, MM])
def test_twelve_bits_in_deep_tiff_colours_are_kept(order):
    pixels = read(plain_tiff(np.stack([deep_phantom()] * 3, axis=2), order, photometric=2))

    assert np.abs(pixels.astype(int) - stretched(deep_phantom())).max() <= 1


@pytest.mark.parametrize("order", [II, MM])
@pytest.mark.parametrize(
    ("kind", "sample_format"),
    [("f8", 3), ("f4", 3), ("i2", 2), ("u2", 1), ("i4", 2), ("u4", 1)],
)
def test_a_tiff_may_hold_its_numbers_in_any_of_the_usual_types(order, kind, sample_format):
    values = (deep_phantom().astype(np.float64) - 2000).astype(kind)
    if kind.startswith("u"):
        values = deep_phantom().astype(kind)

    pixels = read(plain_tiff(values, order, sample_format=sample_format))

    np.testing.assert_array_equal(pixels, stretched(deep_phantom()))


@pytest.mark.parametrize("order", [II, MM])
def test_numbers_of_32_bits_keep_their_order_beyond_the_half(order):
    values = deep_phantom().astype(np.uint32) * 1_000_000

    np.testing.assert_array_equal(read(plain_tiff(values, order)), stretched(values))


def test_signed_bytes_are_not_turned_over():
    signed = (phantom().astype(np.int16) - 128).astype(np.int8)

    pixels = read(plain_tiff(signed, II, sample_format=2))

    np.testing.assert_array_equal(pixels, stretched(phantom()))


@pytest.mark.parametrize(
    "values", [np.array([[np.finfo(np.float32).min]]), np.array([[np.finfo(np.float32).max]])]
)
def test_the_largest_float_stands_for_no_value(values):
    picture_with_hole = phantom().astype(np.float32)
    picture_with_hole[:20, :20] = values.astype(np.float32)

    pixels = read(picture(picture_with_hole, "tiff"))

    kept = np.ones(phantom().shape, bool)
    kept[:20, :20] = False
    np.testing.assert_array_equal(pixels[kept], stretched(phantom()[kept]))


@pytest.mark.parametrize("file_format", ["png", "tiff"])
def test_numbers_below_zero_saved_without_a_sign_are_found_out(file_format):
    y, x = np.mgrid[0:96, 0:96] / 95.0
    valley = 3_095 - np.rint(np.sin(np.pi * x) * np.sin(np.pi * y) * 4095).astype(np.int16)

    pixels = read(picture(valley.view(np.uint16), file_format))

    np.testing.assert_array_equal(pixels, stretched(valley.astype(int)))


def test_a_colour_map_of_eight_bits_in_its_words_is_mended():
    image = Image.fromarray(phantom()).convert("P")
    content = picture(image, "tiff")
    grays = np.tile(np.arange(256, dtype="<u2"), 3)
    at = content.index((grays * 256).tobytes())
    dark = content[:at] + grays.tobytes() + content[at + grays.nbytes :]

    np.testing.assert_array_equal(read(dark), read(content))


def test_transparency_that_is_the_same_everywhere_darkens_nothing():
    veiled = np.dstack([phantom(), np.full_like(phantom(), 128)])

    np.testing.assert_array_equal(read(picture(veiled, "png")), phantom())


@pytest.mark.parametrize(
    ("tag", "said"), [(259, 34_712), (259, 50_001), (284, 2)], ids=["JPEG 2000", "WebP", "planes"]
)
def test_a_tiff_that_is_packed_in_a_way_without_a_rule_is_not_called_damaged(tag, said):
    deep = np.stack([deep_phantom()] * 3, axis=2)
    content = picture(phantom(), "tiff") if tag == 259 else plain_tiff(deep, II, photometric=2)
    entry = struct.pack("<HHI", tag, SHORT, 1)
    if entry not in content:
        entry, said_before = struct.pack("<HHI", 339, SHORT, 1), struct.pack("<HH", 1, 0)
        content = content.replace(
            entry + said_before, struct.pack("<HHIHH", tag, SHORT, 1, said, 0)
        )
    at = content.index(struct.pack("<HHI", tag, SHORT, 1)) + 8
    content = content[:at] + struct.pack("<H", said) + content[at + 2 :]

    with pytest.raises(UnsupportedFormatError) as refusal:
        read(content)

    assert refusal.value.facts == {"format": "TIFF", "formats": NAMES}


@pytest.mark.parametrize("compression", [1, 8], ids=["plain", "deflate"])
def test_a_big_endian_bigtiff_is_read(compression):
    pixels = read(big_tiff_in_big_endian(deep_phantom(), compression))

    np.testing.assert_array_equal(pixels, stretched(deep_phantom()))


def test_a_big_endian_bigtiff_that_is_damaged_is_refused():
    with pytest.raises(IntakeError):
        read(b"MM\0+\0\x08\0\0" + bytes(200))


@pytest.mark.parametrize("order", [II, MM])
@pytest.mark.parametrize("photometric", [0, 1])
def test_twelve_bits_without_a_gap_between_them_are_read_from_a_tiff(order, photometric):
    values = deep_phantom() if photometric else 4095 - deep_phantom()
    first, second = values[:, ::2], values[:, 1::2]
    triples = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=2)
    content = plain_tiff(triples.reshape(len(values), -1).astype(np.uint8), order, photometric)
    for tag, kind, said in ((256, "I", values.shape[1]), (258, "H", 12)):
        code = LONG if kind == "I" else SHORT
        at = content.index(struct.pack(f"{order}HHI", tag, code, 1)) + 8
        packed = struct.pack(f"{order}{kind}", said)
        content = content[:at] + packed + content[at + len(packed) :]

    pixels = read(content)

    assert np.abs(pixels.astype(int) - stretched(deep_phantom())).max() <= 1


@pytest.mark.parametrize("order", [II, MM])
def test_floats_of_sixteen_bits_are_read(order):
    values = (phantom() / 255).astype(np.float16)

    pixels = read(plain_tiff(values, order, sample_format=3))

    assert np.abs(pixels.astype(int) - stretched(phantom())).max() <= 1


def test_a_jpeg_of_twelve_bits_keeps_them_all():
    blocks = np.arange(192).reshape(16, 12) * 4095 // 191

    decoded = decode("jpeg", jpeg_of_12_bits(blocks), LIMITS)

    values = np.kron(blocks, np.ones((8, 8), int))
    np.testing.assert_array_equal(decoded.values.samples, values)
    np.testing.assert_array_equal(decoded.pixels, stretched(values))


def test_a_jpeg_of_twelve_bits_that_ends_early_is_truncated():
    with pytest.raises(TruncatedImageError):
        read(jpeg_of_12_bits(np.full((16, 12), 1_000))[:-10])


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (jpeg_of_12_bits(np.full((16, 12), 9), n_samples=3), "12-bit JPEG"),
        (jpeg_of_12_bits(np.full((16, 12), 9), start_of_frame=0xC3), "12-bit JPEG"),
        (jpeg_of_12_bits(np.full((16, 12), 9), start_of_frame=0xF7), "JPEG-LS"),
    ],
    ids=["colour", "lossless", "JPEG-LS"],
)
def test_other_kinds_of_jpeg_are_named(content, name):
    with pytest.raises(UnsupportedFormatError) as refusal:
        read(content)

    assert refusal.value.facts["format"] == name


def test_compressed_floats_are_read_in_their_order():
    values = deep_phantom().astype(np.float32)

    pixels = read(picture(values, "tiff", compression="tiff_adobe_deflate"))

    np.testing.assert_array_equal(pixels, stretched(deep_phantom()))


def test_a_tiff_layout_without_a_rule_is_not_called_damaged():
    complex_numbers = phantom().astype(np.complex64)

    with pytest.raises(UnsupportedFormatError):
        read(plain_tiff(complex_numbers, II, sample_format=6))


@pytest.mark.parametrize("side_px", [(40, 48), (20, 24)])
def test_a_thumbnail_on_the_second_page_of_a_tiff_is_passed_over(side_px):
    thumbnail = Image.fromarray(phantom()).resize(side_px)
    content = picture(phantom(), "tiff", save_all=True, append_images=[thumbnail])

    np.testing.assert_array_equal(read(content), phantom())


def test_a_page_marked_as_a_reduced_version_is_passed_over():
    page = Image.fromarray(phantom())
    page.encoderinfo = {"tiffinfo": {254: 1}}
    content = picture(phantom(), "tiff", save_all=True, append_images=[page])

    np.testing.assert_array_equal(read(content), phantom())


def test_a_second_page_that_is_an_image_of_its_own_is_refused():
    page = Image.fromarray(phantom(90, 90))
    content = picture(phantom(), "tiff", save_all=True, append_images=[page])

    with pytest.raises(MultiFrameError):
        read(content)


def test_an_avif_comes_close():
    content = picture(phantom(), "avif", quality=95)

    assert np.abs(read(content).astype(int) - phantom()).mean() < 3


def test_half_an_avif_is_half():
    content = picture(phantom(), "avif", quality=95)

    with pytest.raises(TruncatedImageError):
        read(content[: len(content) // 2])


@pytest.mark.parametrize(("file_format", "orientation"), [("png", 1), ("tiff", 1), ("png", 6)])
def test_values_of_16_bits_are_kept_as_they_are_and_turned_with_the_picture(
    file_format, orientation
):
    values = phantom().astype(np.uint16) * 13 + 700
    exif = Image.Exif()
    exif[0x0112] = orientation

    decoded = decode(file_format, picture(values, file_format, exif=exif), LIMITS)

    upright = np.rot90(values, -1) if orientation == 6 else values  # a quarter turn, clockwise
    np.testing.assert_array_equal(decoded.values.samples, upright)
    scale = decoded.values.scale
    assert (scale.slope, scale.intercept) == (1, 0)
    assert (scale.black, scale.white) == (values.min(), values.max())


def test_a_picture_of_8_bits_has_no_other_values():
    assert decode("png", picture(phantom(), "png"), LIMITS).values is None
