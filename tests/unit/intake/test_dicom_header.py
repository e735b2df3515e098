"""The Image Pixel Module: what is worked out where an element is missing, and what is named."""

import numpy as np
import pytest
from drawings import (
    LIMITS,
    deep_phantom,
    dicom,
    jpeg_dicom,
    phantom,
    picture,
    raw,
    study,
)

from raiox.intake.decode import decode
from raiox.intake.errors import CorruptImageError


def read(data):
    return decode("dicom", data if isinstance(data, bytes) else dicom(data), LIMITS)


def shades(words, **elements):
    return read(study(words, **elements)).pixels


@pytest.mark.parametrize(
    "keyword",
    [
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
    ],
)
def test_a_missing_element_is_worked_out_from_the_rest_and_noted(keyword):
    decoded = read(study(deep_phantom(), **{keyword: None}))

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom()))
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("pixels", [phantom(), deep_phantom()], ids=["8", "16"])
def test_missing_bits_allocated_are_counted_from_the_bytes(pixels):
    data = study(pixels)
    content = dicom(data)
    start = content.index(b"\x28\x00\x00\x01US")

    decoded = read(content[:start] + content[start + 10 :])

    np.testing.assert_array_equal(decoded.pixels, shades(pixels))


def test_a_missing_photometric_interpretation_follows_the_presentation_lut_shape():
    turned = shades(deep_phantom(), PhotometricInterpretation="MONOCHROME1")

    decoded = read(
        study(deep_phantom(), PhotometricInterpretation=None, PresentationLUTShape="INVERSE")
    )

    np.testing.assert_array_equal(decoded.pixels, turned)


def test_three_samples_without_photometric_interpretation_are_colours():
    red = np.stack([phantom(), phantom() // 3, phantom() // 3], axis=2)

    decoded = read(study(red, PhotometricInterpretation=None, PlanarConfiguration=None))

    np.testing.assert_array_equal(decoded.pixels, shades(red))
    assert {"colour_removed", "header_repaired"} <= set(decoded.notes)


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated", "BitsStored"])
def test_a_compressed_frame_says_what_its_header_lacks(keyword):
    content = jpeg_dicom(picture(phantom(), "jpeg", quality=95))
    tag = {"Rows": 0x10, "Columns": 0x11, "BitsAllocated": 0x100, "BitsStored": 0x101}[keyword]
    start = content.index(b"\x28\x00" + tag.to_bytes(2, "little") + b"US")

    decoded = read(content[:start] + content[start + 10 :])

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("name", [b"MONOCHROME 2", b"monochrome2 "])
def test_a_photometric_interpretation_may_be_spelt_with_blanks(name):
    words = raw("PhotometricInterpretation", name)

    np.testing.assert_array_equal(
        shades(deep_phantom(), PhotometricInterpretation=words), shades(deep_phantom())
    )


@pytest.mark.parametrize(
    ("elements", "keyword"),
    [
        ({"Rows": None}, "Rows"),
        ({"Columns": None}, "Columns"),
        ({"BitsAllocated": 7}, "BitsAllocated"),
        ({"BitsStored": 0}, "BitsStored"),
        ({"BitsStored": 17}, "BitsStored"),
        ({"SamplesPerPixel": 1000}, "SamplesPerPixel"),
        ({"PixelRepresentation": 7}, "PixelRepresentation"),
        ({"PhotometricInterpretation": "ARGB"}, "PhotometricInterpretation"),
        (
            {"PhotometricInterpretation": "PALETTE COLOR"},
            "RedPaletteColorLookupTableDescriptor",
        ),
    ],
)
def test_names_the_element_that_cannot_be_and_never_its_value(elements, keyword):
    with pytest.raises(CorruptImageError) as refusal:
        read(study(deep_phantom(), **elements))

    assert refusal.value.facts == {"element": keyword}


def test_values_at_the_top_of_their_words_are_taken_from_there():
    window = {"WindowCenter": 2048, "WindowWidth": 4096}

    decoded = read(study(deep_phantom() << 4, HighBit=15, **window))

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom(), **window))
    assert decoded.notes == ()


def test_values_at_the_bottom_of_their_words_are_found_there_whatever_high_bit_says():
    window = {"WindowCenter": 2048, "WindowWidth": 4096}

    decoded = read(study(deep_phantom(), HighBit=15, **window))

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom(), **window))
    assert decoded.notes == ("header_repaired",)


def smooth(largest):
    """(256, 256) uint16: a hill from 0 to the largest value."""
    y, x = np.mgrid[0:256, 0:256] / 255.0
    return np.rint(np.sin(np.pi * x) * np.sin(np.pi * y) * largest).astype(np.uint16)


def test_values_at_the_top_of_their_words_are_found_there_whatever_high_bit_says():
    window = {"WindowCenter": 2048, "WindowWidth": 4096}

    decoded = read(study(smooth(4095) << 4, **window))

    np.testing.assert_array_equal(decoded.pixels, shades(smooth(4095), **window))
    assert decoded.notes == ("header_repaired",)


def test_values_of_more_bits_than_are_stored_keep_them():
    window = {"WindowCenter": 2048, "WindowWidth": 4096}

    decoded = read(study(smooth(4095), BitsStored=8, HighBit=7, **window))

    np.testing.assert_array_equal(decoded.pixels, shades(smooth(4095), **window))
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("bit", [12, 13, 15])
def test_an_overlay_in_the_unused_bits_is_not_part_of_the_values(bit):
    overlaid = smooth(4095)
    overlaid[100:104, 50:150] |= 1 << bit
    overlaid[50:150, 60:63] |= 1 << bit

    decoded = read(study(overlaid))

    np.testing.assert_array_equal(decoded.pixels, shades(smooth(4095)))
    assert decoded.notes == ()


def test_signed_values_need_not_bring_their_sign_to_the_top():
    signed = smooth(4095).astype(np.int16) - 2048
    bare = (signed & 0x0FFF).astype(np.int16)

    np.testing.assert_array_equal(shades(bare), shades(signed))


def test_signed_values_are_found_out_where_the_header_calls_them_unsigned():
    signed = smooth(4095).astype(np.int16) - 2048

    decoded = read(study(signed, PixelRepresentation=0))

    np.testing.assert_array_equal(decoded.pixels, shades(signed))
    assert decoded.notes == ("header_repaired",)


def test_signed_words_are_found_out_where_every_bit_is_stored():
    signed = smooth(4095).astype(np.int16) - 2048
    whole = {"BitsStored": 16, "HighBit": 15}

    decoded = read(study(signed, PixelRepresentation=0, **whole))

    np.testing.assert_array_equal(decoded.pixels, shades(signed, **whole))
    assert decoded.notes == ("header_repaired",)


def test_a_marker_at_full_scale_is_not_a_value_below_zero():
    marked = smooth(4095)
    marked[10:40, 10:40] = 65_535

    decoded = read(study(marked, BitsStored=16, HighBit=15))

    assert (decoded.pixels[10:40, 10:40] == 255).all()
    assert decoded.notes == ()


def test_signs_are_found_out_in_twelve_bits_that_are_called_unsigned():
    signed = smooth(4095).astype(np.int16) - 2048

    decoded = read(study((signed & 0x0FFF).astype(np.uint16)))

    np.testing.assert_array_equal(decoded.pixels, shades(signed))
    assert decoded.notes == ("header_repaired",)


def test_bright_letters_are_not_values_below_zero_in_twelve_bits():
    lettered = smooth(2000)
    for row in range(20, 60, 4):
        lettered[row : row + 2, 20:60] = 4_000 + np.arange(40)

    decoded = read(study(lettered))

    assert decoded.pixels[20:22, 20:60].min() > 240
    assert decoded.notes == ()


@pytest.mark.parametrize("bits", [12, 16])
def test_words_whose_bytes_come_in_the_other_order_are_found_out(bits):
    stored = {"BitsStored": bits, "HighBit": bits - 1}

    decoded = read(study(smooth(4095).byteswap(), **stored))

    np.testing.assert_array_equal(decoded.pixels, shades(smooth(4095), **stored))
    assert decoded.notes == ("header_repaired",)


def test_unsigned_values_are_found_out_where_the_header_calls_them_signed():
    decoded = read(study(smooth(4095), PixelRepresentation=1))

    np.testing.assert_array_equal(decoded.pixels, shades(smooth(4095)))
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize(
    ("keyword", "spacing"),
    [
        ("PixelSpacing", [0.4, 0.2]),
        ("ImagerPixelSpacing", [0.4, 0.2]),
        ("NominalScannedPixelSpacing", [0.4, 0.2]),
        ("PixelAspectRatio", [2, 1]),
        ("PixelSpacing", raw("PixelSpacing", b"0,4\\0,2 ")),
    ],
)
def test_pixels_that_are_taller_than_wide_make_the_image_taller(keyword, spacing):
    decoded = read(study(phantom(), **{keyword: spacing}))

    assert decoded.pixels.shape == (phantom().shape[0] * 2, phantom().shape[1])
    assert "aspect_corrected" in decoded.notes


def test_pixels_that_are_wider_than_tall_make_the_image_wider():
    decoded = read(study(phantom(), PixelSpacing=[0.2, 0.4]))

    assert decoded.pixels.shape == (phantom().shape[0], phantom().shape[1] * 2)


@pytest.mark.parametrize(
    "spacing", [[0.139, 0.139], [0.1390, 0.1395], [0, 0.1], [5, 0.1], raw("PixelSpacing", b"x\\y ")]
)
def test_other_spacings_leave_the_image_as_it_is(spacing):
    decoded = read(study(phantom(), PixelSpacing=spacing))

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ()


def test_an_image_of_the_largest_size_does_not_grow_by_its_aspect():
    rows, columns = 1_000, 1_000

    decoded = read(study(phantom(rows, columns), PixelSpacing=[0.4, 0.2]))

    height, width = decoded.pixels.shape
    assert height * width <= LIMITS.max_pixels
    assert height / width == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("elements", "spacing_mm"),
    [
        ({"ImagerPixelSpacing": [0.139, 0.139]}, 0.139),
        ({"PixelSpacing": [0.12, 0.12], "ImagerPixelSpacing": [0.139, 0.139]}, 0.12),
        ({"PixelSpacing": [0.4, 0.2]}, 0.2),  # stretched downwards
        ({"PixelSpacing": [0.2, 0.4]}, 0.2),  # stretched to the right
        ({"PixelSpacing": [0, 0]}, None),
        ({"PixelSpacing": [90, 90]}, None),
        ({"PixelAspectRatio": ["2", "1"]}, None),
        ({}, None),
    ],
)
def test_the_size_of_a_pixel_is_that_of_the_image_as_it_is_shown(elements, spacing_mm):
    decoded = read(study(phantom(), **elements))

    assert decoded.pixel_spacing_mm == (spacing_mm and pytest.approx(spacing_mm))
