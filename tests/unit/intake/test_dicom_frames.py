"""Encapsulated pixel data as writers leave them: fragments, delimiters, other codes than named."""

import io
import subprocess
import sys

import numpy as np
import pytest
from drawings import (
    LIMITS,
    data_set_of,
    deep_phantom,
    dicom,
    jpeg_dicom,
    phantom,
    picture,
    renamed,
    study,
)
from drawn_radiographs import radiograph
from PIL import Image
from pydicom.dataelem import DataElement
from pydicom.encaps import encapsulate, get_frame
from pydicom.tag import Tag
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from raiox.intake.decode import decode
from raiox.intake.dicom.codestream import read_codestream
from raiox.intake.errors import CorruptImageError, TooFewPixelsError, TruncatedImageError

DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
LOSSLESS = [RLELossless, JPEGLSLossless, JPEG2000Lossless]


def read(content):
    return decode("dicom", content, LIMITS)


def compressed(syntax, pixels=None, **elements):
    data = study(deep_phantom() if pixels is None else pixels, **elements)
    data.compress(syntax, generate_instance_uid=False)
    return data


@pytest.fixture
def plain():
    return read(dicom(study(deep_phantom()))).pixels


@pytest.mark.parametrize("ending", [b"", bytes(8), b"\0", bytes(300)])
@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_frame_needs_no_delimiter_behind_it(syntax, ending, plain):
    content = dicom(compressed(syntax))
    assert content.endswith(DELIMITER)

    decoded = read(content.removesuffix(DELIMITER) + ending)

    np.testing.assert_array_equal(decoded.pixels, plain)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_frame_may_come_in_several_fragments(syntax, plain):
    data = compressed(syntax)
    frame = get_frame(data.PixelData, 0, number_of_frames=1)
    data.PixelData = encapsulate([frame], fragments_per_frame=3, has_bot=False)

    np.testing.assert_array_equal(read(dicom(data)).pixels, plain)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_file_that_ends_within_a_fragment_is_half(syntax):
    content = dicom(compressed(syntax))

    with pytest.raises(TruncatedImageError):
        read(content[: len(content) - 200])


def test_a_jpeg_that_ends_between_two_fragments_is_half():
    frame = picture(phantom(), "jpeg")
    whole = jpeg_dicom(frame)
    half = jpeg_dicom(frame[: len(frame) // 4 * 2])
    assert len(half) < len(whole)

    with pytest.raises(TruncatedImageError):
        read(half.removesuffix(DELIMITER))


def test_zeros_behind_uncompressed_pixels_are_harmless():
    data = study(phantom())
    data.PixelData += bytes(100)

    np.testing.assert_array_equal(read(dicom(data) + bytes(50)).pixels, phantom())


def test_pixels_of_undefined_length_may_be_uncompressed():
    content = dicom(study(phantom()))
    start = content.index(b"\xe0\x7f\x10\x00OB\x00\x00") + 8

    decoded = read(content[:start] + b"\xff\xff\xff\xff" + content[start + 4 :])

    np.testing.assert_array_equal(decoded.pixels, phantom())


def test_pixels_of_undefined_length_that_are_too_few_are_half():
    content = dicom(study(phantom()))
    start = content.index(b"\xe0\x7f\x10\x00OB\x00\x00") + 8

    with pytest.raises(TruncatedImageError):
        read(content[:start] + b"\xff\xff\xff\xff" + content[start + 4 : -2])


@pytest.mark.parametrize(
    ("said", "syntax"),
    [
        (JPEG2000, JPEGLSLossless),
        (JPEGBaseline8Bit, JPEG2000Lossless),
        (RLELossless, JPEGLSLossless),
        (ExplicitVRLittleEndian, JPEG2000Lossless),
    ],
)
def test_the_frame_shows_by_which_code_it_was_made(said, syntax, plain):
    content = renamed(dicom(compressed(syntax)), syntax, said)

    decoded = read(content)

    np.testing.assert_array_equal(decoded.pixels, plain)
    assert decoded.notes == ("header_repaired",)


def test_refuses_a_frame_that_is_no_code_at_all():
    with pytest.raises(CorruptImageError):
        read(jpeg_dicom(b"no picture, whatever the header says"))


@pytest.mark.parametrize(
    ("marker", "syntax"), [(b"", JPEG2000), (b"\xff\x50\x00\x04\x00\x00", HTJ2K)]
)
def test_high_throughput_jpeg_2000_is_known_by_its_marker(marker, syntax):
    data = compressed(JPEG2000Lossless)
    frame = get_frame(data.PixelData, 0, number_of_frames=1)
    after_siz = 4 + int.from_bytes(frame[4:6])

    seen = read_codestream(frame[:after_siz] + marker + frame[after_siz:], None, LIMITS)

    assert seen.syntax == syntax
    assert (seen.header.height, seen.header.width, seen.header.precision) == (96, 80, 12)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_frame_may_lack_its_offset_table_or_every_item_around_it(syntax, plain):
    data = compressed(syntax)
    frame = get_frame(data.PixelData, 0, number_of_frames=1)
    content = dicom(data)
    start = content.index(b"\xe0\x7f\x10\x00OB\x00\x00") + 8
    n_bytes = len(frame).to_bytes(4, "little")
    item = b"\xfe\xff\x00\xe0" + n_bytes + frame

    without_table = read(content[: start + 4] + item + DELIMITER)
    without_items = read(content[:start] + n_bytes + frame)

    np.testing.assert_array_equal(without_table.pixels, plain)
    np.testing.assert_array_equal(without_items.pixels, plain)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_frame_without_file_meta_is_decoded_by_what_it_shows(syntax, plain):
    decoded = read(data_set_of(dicom(compressed(syntax))))

    np.testing.assert_array_equal(decoded.pixels, plain)
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("bits", [8, 12])
def test_bytes_in_a_frame_may_be_words_in_its_header(bits):
    decoded = read(
        jpeg_dicom(
            picture(phantom(), "jpeg", quality=95),
            BitsAllocated=16,
            BitsStored=bits,
            HighBit=bits - 1,
        )
    )

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3


def test_a_frame_of_three_samples_is_in_colour_whatever_its_header_says():
    frame = picture(np.stack([phantom()] * 3, axis=2), "jpeg", quality=95)

    decoded = read(jpeg_dicom(frame))

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3
    assert decoded.notes == ("header_repaired",)


def test_twelve_bits_in_a_frame_are_not_cut_by_a_header_of_eight(plain):
    data = compressed(JPEGLSLossless)
    data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7

    decoded = read(dicom(data))

    assert np.abs(decoded.pixels.astype(int) - plain).mean() < 1


@pytest.mark.parametrize(
    ("called_signed", "elements"),
    [(0, {}), (1, {}), (1, {"BitsStored": 16, "HighBit": 15})],
)
def test_a_frame_and_a_header_that_differ_on_the_sign_are_reconciled(called_signed, elements):
    y, x = np.mgrid[0:96, 0:96] / 95.0
    hill = np.rint(np.sin(np.pi * x) * np.sin(np.pi * y) * 4095).astype(np.uint16)
    values = hill if called_signed else hill.astype(np.int16) - 2048
    data = compressed(JPEG2000Lossless, values)
    data.PixelRepresentation = called_signed
    data.update(
        {
            Tag(keyword): DataElement(Tag(keyword), "US", value)
            for keyword, value in elements.items()
        }
    )

    np.testing.assert_array_equal(read(dicom(data)).pixels, read(dicom(study(values))).pixels)


@pytest.mark.parametrize("declared", [0, 1])
def test_planes_and_pixels_are_kept_apart_where_the_header_confuses_them(declared):
    gray = np.stack([phantom() ^ np.arange(96, dtype=np.uint8)[:, None] % 7] * 3, axis=2)
    data = study(gray, PlanarConfiguration=declared)
    data.PixelData = (gray if declared else np.moveaxis(gray, 2, 0)).tobytes()

    decoded = read(dicom(data))

    np.testing.assert_array_equal(decoded.pixels, gray[..., 0])
    assert decoded.notes == ("header_repaired",)


def test_colours_may_come_plane_by_plane():
    red = np.stack([phantom(), phantom() // 3, phantom() // 3], axis=2)
    planes = study(red, PlanarConfiguration=1)
    planes.PixelData = np.moveaxis(red, 2, 0).tobytes()

    np.testing.assert_array_equal(read(dicom(planes)).pixels, read(dicom(study(red))).pixels)


def test_jpeg_colours_with_shared_chroma_keep_their_luma():
    colour = Image.fromarray(np.stack([phantom()] * 3, axis=2))
    stream = io.BytesIO()
    colour.save(stream, "jpeg", quality=95, subsampling="4:2:2")

    decoded = read(
        jpeg_dicom(
            stream.getvalue(),
            SamplesPerPixel=3,
            PlanarConfiguration=0,
            PhotometricInterpretation="YBR_FULL_422",
        )
    )

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3


def test_deep_colours_show_the_range_that_they_use():
    deep = np.stack([deep_phantom()] * 3, axis=2)

    decoded = read(dicom(study(deep, BitsStored=16, HighBit=15)))

    expected = read(dicom(study(deep_phantom()))).pixels
    np.testing.assert_allclose(decoded.pixels.astype(int), expected.astype(int), atol=1)
    assert decoded.notes == ()


@pytest.mark.parametrize(
    ("n_bits", "entries"),
    [
        (16, np.arange(256, dtype=np.uint16) * 257),
        (16, np.arange(256, dtype=np.uint16)),
        (8, np.arange(256, dtype=np.uint16)),
        (8, np.arange(256, dtype=np.uint8)),
        (16, np.arange(256, dtype=np.uint16) << 8),
    ],
)
def test_a_palette_spans_the_bits_that_its_entries_use(n_bits, entries):
    data = study(phantom(), PhotometricInterpretation="PALETTE COLOR")
    for channel in ("Red", "Green", "Blue"):
        setattr(data, f"{channel}PaletteColorLookupTableDescriptor", [256, 0, n_bits])
        setattr(data, f"{channel}PaletteColorLookupTableData", entries.tobytes())

    decoded = read(dicom(data))

    np.testing.assert_allclose(decoded.pixels.astype(int), phantom(), atol=1)


def test_a_palette_that_ends_before_the_values_do_is_named():
    data = study(phantom(), PhotometricInterpretation="PALETTE COLOR")
    for channel in ("Red", "Green", "Blue"):
        setattr(data, f"{channel}PaletteColorLookupTableDescriptor", [256, 0, 16])
        entries = (np.arange(150, dtype=np.uint16) * 257).tobytes()
        setattr(data, f"{channel}PaletteColorLookupTableData", entries)

    with pytest.raises(CorruptImageError) as refusal:
        read(dicom(data))

    assert refusal.value.facts == {"element": "RedPaletteColorLookupTableData"}


def test_looking_at_the_layout_of_values_imports_nothing():
    code = (
        "import sys, numpy as np, raiox.intake.archive\n"
        "from raiox.intake.bit_layout import has_negative\n"
        "before = set(sys.modules)\n"
        "assert has_negative(np.arange(-20, 20))\n"
        "assert not has_negative(np.arange(-10, 20))\n"
        "sys.exit(set(sys.modules) != before)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def wide_radiograph():
    """12 bits, with structure everywhere, wider than high."""
    shades = np.asarray(radiograph(4, 160).resize((160, 128)), np.uint16)
    return shades * 16


def test_rows_and_columns_that_were_swapped_are_put_right():
    upright = wide_radiograph()

    swapped = read(dicom(study(upright, Rows=160, Columns=128)))

    assert swapped.notes == ("header_repaired",)
    np.testing.assert_array_equal(swapped.pixels, read(dicom(study(upright))).pixels)


@pytest.mark.parametrize("n_off", [-9, -1, 1, 2, 40])
def test_an_image_sheared_by_the_wrong_number_of_columns_is_refused(n_off):
    columns = 160 + n_off
    rows = 128 * 160 // columns

    with pytest.raises(CorruptImageError) as refusal:
        read(dicom(study(wide_radiograph(), Rows=rows, Columns=columns)))

    assert refusal.value.facts == {"element": "Columns"}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("size", [(160, 128), (128, 160), (144, 144)])
def test_rows_of_their_own_length_are_left_alone(seed, size):
    pixels = np.asarray(radiograph(seed, 160).resize(size))

    decoded = read(dicom(study(pixels)))

    assert decoded.notes == ()
    np.testing.assert_array_equal(decoded.pixels, pixels)


@pytest.mark.parametrize("angle_deg", [0, 20, 45, 70, 90])
def test_a_slope_of_gray_has_no_row_length_of_its_own(angle_deg):
    y, x = np.mgrid[0:128, 0:160]
    slope = np.cos(np.radians(angle_deg)) * x + np.sin(np.radians(angle_deg)) * y

    assert read(dicom(study(slope.astype(np.uint8)))).pixels.shape == (128, 160)


def test_an_icon_is_refused_for_its_size_whatever_its_rows_look_like():
    icon = (np.arange(32 * 32) % 31 * 8).astype(np.uint8).reshape(32, 32)

    with pytest.raises(TooFewPixelsError):
        read(dicom(study(icon)))
