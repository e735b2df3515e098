import numpy as np
import pytest
from drawings import LIMITS, deep_phantom, dicom, phantom, raw, study
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRBigEndian

from raiox.intake.decode import decode


def display(stored, **elements):
    return decode("dicom", dicom(study(stored, **elements)), LIMITS)


def shades(stored, **elements):
    return display(stored, **elements).pixels


def lut(entries, n_bits):
    """A sequence of one VOI LUT over values from 0 on, its entries as they are."""
    item = Dataset()
    item.LUTDescriptor = [4096, 0, n_bits]
    item[Tag("LUTData")] = raw("LUTData", entries.tobytes(), "OW")
    return Sequence([item])


def test_deep_values_without_a_window_are_stretched_from_darkest_to_brightest():
    expected = np.rint(deep_phantom() / 4095 * 255)

    np.testing.assert_array_equal(shades(deep_phantom()), expected)


def test_monochrome1_is_turned_over_so_that_bright_is_dense():
    upright = shades(deep_phantom())

    turned = shades(deep_phantom(), PhotometricInterpretation="MONOCHROME1")

    np.testing.assert_allclose(turned.astype(int), 255 - upright.astype(int), atol=1)


def test_signed_values_keep_their_order():
    signed = deep_phantom().astype(np.int16) - 2048

    np.testing.assert_array_equal(shades(signed), shades(deep_phantom()))


def test_a_linear_window_follows_the_standard():
    # PS3.3, C.11.2.1.2.1: with centre 2048 and width 4096 the output spans the input.
    window = {"WindowCenter": 2048, "WindowWidth": 4096}

    expected = np.rint(((deep_phantom() - 2047.5) / 4095 + 0.5) * 255)

    np.testing.assert_array_equal(shades(deep_phantom(), **window), expected)


def test_a_narrow_window_saturates_what_lies_outside():
    result = shades(deep_phantom(), WindowCenter=2200, WindowWidth=1_000)

    assert not result[deep_phantom() < 1_690].any()
    assert (result[deep_phantom() > 2_710] == 255).all()


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "SIGMOID"])
def test_other_window_functions_keep_the_order_and_the_middle(function):
    result = shades(
        deep_phantom(), WindowCenter=2000, WindowWidth=1000, VOILUTFunction=function
    ).astype(int)

    order = np.argsort(deep_phantom(), axis=None)
    assert (np.diff(result.ravel()[order]) >= 0).all()
    middle = np.abs(deep_phantom().astype(int) - 2000) < 25
    assert np.abs(result[middle] - 127.5).max() < 15


def test_the_window_counts_rescaled_values():
    plain = shades(deep_phantom(), WindowCenter=2000, WindowWidth=1000)

    rescaled = shades(
        deep_phantom(),
        RescaleSlope="2",
        RescaleIntercept="-1000",
        WindowCenter=3000,
        WindowWidth=2000,
    )

    np.testing.assert_allclose(rescaled.astype(int), plain.astype(int), atol=1)


def test_a_negative_slope_turns_the_image_over():
    turned = shades(deep_phantom(), RescaleSlope="-1", RescaleIntercept="4095")

    np.testing.assert_allclose(turned.astype(int), 255 - shades(deep_phantom()).astype(int), atol=1)


def test_the_first_of_several_windows_counts():
    several = shades(deep_phantom(), WindowCenter=[2000, 9], WindowWidth=[1000, 9])

    np.testing.assert_array_equal(
        several, shades(deep_phantom(), WindowCenter=2000, WindowWidth=1000)
    )


@pytest.mark.parametrize(
    "window",
    [
        {"WindowCenter": 90_000, "WindowWidth": 10},
        {"WindowCenter": 100, "WindowWidth": 0},
        {"WindowCenter": 100},
    ],
)
def test_a_window_that_shows_nothing_is_ignored(window):
    np.testing.assert_array_equal(shades(deep_phantom(), **window), shades(deep_phantom()))


def test_a_voi_lut_comes_before_a_window():
    lut = Dataset()
    lut.LUTDescriptor = [4096, 0, 12]
    lut.LUTData = np.arange(4096, dtype=np.uint16)[::-1].tobytes()
    data = {"VOILUTSequence": Sequence([lut]), "WindowCenter": 1, "WindowWidth": 2}

    turned = shades(deep_phantom(), **data)

    np.testing.assert_allclose(turned.astype(int), 255 - shades(deep_phantom()).astype(int), atol=1)


def test_a_modality_lut_is_looked_up_first():
    lut = Dataset()
    lut.LUTDescriptor = [4096, 0, 16]
    lut.ModalityLUTType = "US"
    lut.LUTData = np.arange(4096, dtype=np.uint16)[::-1].tobytes()

    turned = shades(deep_phantom(), ModalityLUTSequence=Sequence([lut]))

    np.testing.assert_allclose(turned.astype(int), 255 - shades(deep_phantom()).astype(int), atol=1)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_does_not_spoil_the_contrast(photometric):
    padded = deep_phantom() // 2 + 500
    padded[:, :10] = 4_000

    result = shades(padded, PixelPaddingValue=4_000, PhotometricInterpretation=photometric)

    assert not result[:, :10].any()
    assert (result[:, 10:].min(), result[:, 10:].max()) == (0, 255)


def test_a_padding_range_may_run_downwards():
    padded = deep_phantom() // 2 + 500
    padded[:, :10] = 3_950

    result = shades(padded, PixelPaddingValue=4_000, PixelPaddingRangeLimit=3_900)

    assert not result[:, :10].any()


def test_a_flat_image_is_no_accident():
    assert not shades(np.full((80, 80), 77, np.uint16)).any()


def test_eight_bits_with_a_window_follow_it():
    result = shades(phantom(), WindowCenter=128, WindowWidth=160)

    assert (result[phantom() < 47] == 0).all()
    assert (result[phantom() > 209] == 255).all()


def test_a_window_that_nearly_every_value_misses_gives_way_to_the_range_of_the_image():
    decoded = display(deep_phantom(), WindowCenter=5_200, WindowWidth=2_600)

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom()))
    assert decoded.notes == ("display_repaired",)


def test_a_window_far_wider_than_the_values_gives_way_to_the_range_of_the_image():
    decoded = display(deep_phantom(), WindowCenter=32_768, WindowWidth=65_536)

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom()))
    assert decoded.notes == ("display_repaired",)


@pytest.mark.parametrize(
    "window",
    [
        {"WindowCenter": 2048, "WindowWidth": -4096},
        {"WindowCenter": 2048, "WindowWidth": 1},
        {"WindowCenter": 2048, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"},
        {"WindowCenter": raw("WindowCenter", b"AUTO"), "WindowWidth": 4096},
    ],
)
def test_a_window_that_is_none_is_ignored_and_noted(window):
    decoded = display(deep_phantom(), **window)

    np.testing.assert_array_equal(decoded.pixels, shades(deep_phantom()))
    assert decoded.notes == ("display_repaired",)


def test_a_sound_window_is_not_noted():
    assert display(deep_phantom(), WindowCenter=2048, WindowWidth=4096).notes == ()


@pytest.mark.parametrize(
    ("centre", "width"), [(b"[2048]", b"[4096]"), (b"2048,0", b"4096,0"), (b'"2048"', b"(4096)")]
)
def test_numbers_in_brackets_or_with_a_comma_are_read_and_noted(centre, width):
    decoded = display(
        deep_phantom(),
        WindowCenter=raw("WindowCenter", centre),
        WindowWidth=raw("WindowWidth", width),
    )

    np.testing.assert_array_equal(
        decoded.pixels, shades(deep_phantom(), WindowCenter=2048, WindowWidth=4096)
    )
    assert decoded.notes == ("display_repaired",)


def test_a_rescale_with_a_decimal_comma_counts_as_the_number_it_means():
    decoded = display(
        deep_phantom(),
        RescaleSlope=raw("RescaleSlope", b"0,5 "),
        RescaleIntercept=raw("RescaleIntercept", b"0,0 "),
        WindowCenter=1024,
        WindowWidth=2048,
    )

    expected = shades(deep_phantom(), WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_allclose(decoded.pixels.astype(int), expected.astype(int), atol=1)
    assert decoded.notes == ("display_repaired",)


@pytest.mark.parametrize("slope", [b"0 ", b"0.0 ", b"1E999 ", b"none"])
def test_a_slope_that_leaves_nothing_is_ignored(slope):
    decoded = display(
        deep_phantom(),
        RescaleSlope=raw("RescaleSlope", slope),
        RescaleIntercept="0",
        WindowCenter=2048,
        WindowWidth=4096,
    )

    np.testing.assert_array_equal(
        decoded.pixels, shades(deep_phantom(), WindowCenter=2048, WindowWidth=4096)
    )
    assert decoded.notes == ("display_repaired",)


@pytest.mark.parametrize("used_bits", [10, 12])
def test_a_voi_lut_narrower_than_its_descriptor_says_spans_what_it_uses(used_bits):
    ramp = np.arange(4096) * (2**used_bits - 1) // 4095

    decoded = display(deep_phantom(), VOILUTSequence=lut(ramp.astype(np.uint16), n_bits=16))

    expected = shades(deep_phantom()).astype(int)
    np.testing.assert_allclose(decoded.pixels.astype(int), expected, atol=1)
    assert decoded.notes == ("display_repaired",)


def test_a_big_endian_voi_lut_is_read_in_its_order():
    ramp = np.arange(4096)[::-1]
    data = study(deep_phantom(), VOILUTSequence=lut(ramp.astype(">u2"), n_bits=12))
    data.PixelData = deep_phantom().astype(">u2").tobytes()
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian

    turned = decode("dicom", dicom(data), LIMITS)

    expected = 255 - shades(deep_phantom()).astype(int)
    np.testing.assert_allclose(turned.pixels.astype(int), expected, atol=1)
    assert turned.notes == ()


def test_a_voi_lut_of_bytes_in_words_is_read_by_bytes():
    ramp = (np.arange(4096) // 16).astype(np.uint8)

    result = shades(deep_phantom(), VOILUTSequence=lut(ramp, n_bits=8))

    np.testing.assert_allclose(result.astype(int), shades(deep_phantom()).astype(int), atol=1)


def test_a_voi_lut_of_half_the_words_that_it_says_is_not_read_by_bytes():
    ramp = np.arange(4096, dtype=np.uint16) * 16
    longer = lut(ramp, n_bits=16)
    longer[0].LUTDescriptor = [8192, 0, 16]

    result = shades(deep_phantom(), VOILUTSequence=longer)

    np.testing.assert_allclose(result.astype(int), shades(deep_phantom()).astype(int), atol=1)


def test_a_first_value_below_zero_counts_so_where_it_is_written_without_a_sign():
    ramp = np.arange(4096, dtype=np.uint16) * 16
    sloped = lut(ramp, n_bits=16)
    sloped[0][Tag("LUTDescriptor")] = raw(
        "LUTDescriptor", np.array([4096, 65_536 - 2_048, 16], "<u2").tobytes(), "US"
    )
    signed = deep_phantom().astype(np.int16) - 2_048

    decoded = display(signed, VOILUTSequence=sloped)

    np.testing.assert_allclose(decoded.pixels.astype(int), shades(signed).astype(int), atol=1)
    assert decoded.notes == ()


def test_a_padding_below_zero_counts_so_where_it_is_written_without_a_sign():
    signed = deep_phantom().astype(np.int16)
    signed[:, :10] = -2_000
    padding = raw("PixelPaddingValue", np.array([65_536 - 2_000], "<u2").tobytes(), "US")

    result = shades(signed, PixelPaddingValue=padding)

    np.testing.assert_array_equal(result, shades(signed, PixelPaddingValue=-2_000))


def test_a_voi_lut_that_ends_early_goes_on_with_its_last_entry():
    ramp = np.arange(4096, dtype=np.uint16)

    result = shades(deep_phantom(), VOILUTSequence=lut(ramp[:4_000], n_bits=12))

    expected = shades(np.minimum(deep_phantom(), 3_999), WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_allclose(result.astype(int), expected.astype(int), atol=1)


def test_a_voi_lut_without_entries_leaves_the_word_to_the_window():
    empty = lut(np.zeros(0, np.uint16), n_bits=12)

    decoded = display(deep_phantom(), VOILUTSequence=empty, WindowCenter=2048, WindowWidth=4096)

    expected = shades(deep_phantom(), WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_array_equal(decoded.pixels, expected)
    assert decoded.notes == ("display_repaired",)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_hot_pixel_does_not_darken_the_rest(photometric):
    hot = deep_phantom()
    hot[50, 40] = 65_535
    elements = {"BitsStored": 16, "HighBit": 15, "PhotometricInterpretation": photometric}

    result = shades(hot, **elements).astype(int)

    others = np.ones(hot.shape, bool)
    others[50, 40] = False
    expected = shades(deep_phantom(), **elements).astype(int)
    np.testing.assert_allclose(result[others], expected[others], atol=1)


def test_a_marker_at_full_scale_does_not_darken_the_rest():
    marked = deep_phantom() // 4
    marked[5:12, 60:72] = 4_095

    result = shades(marked).astype(int)

    others = marked < 4_095
    expected = shades(deep_phantom() // 4) * (223 / 255)
    np.testing.assert_allclose(result[others], expected[others], atol=2)


def test_a_presentation_lut_shape_does_not_turn_the_image_over_a_second_time():
    once = shades(deep_phantom(), PhotometricInterpretation="MONOCHROME1")

    both = shades(
        deep_phantom(), PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"
    )

    np.testing.assert_array_equal(both, once)


def test_a_padding_that_would_hide_the_image_is_ignored():
    result = shades(deep_phantom(), PixelPaddingValue=0, PixelPaddingRangeLimit=4_095)

    np.testing.assert_array_equal(result, shades(deep_phantom()))


def test_a_padding_of_zero_is_black_in_a_negative_too():
    padded = deep_phantom() // 2 + 500
    padded[:, :10] = 0

    result = shades(padded, PixelPaddingValue=0, PhotometricInterpretation="MONOCHROME1")

    assert not result[:, :10].any()
    assert (result[:, 10:].min(), result[:, 10:].max()) == (0, 255)


def test_the_values_of_the_file_are_kept_with_the_window_that_shows_them():
    values = display(deep_phantom(), WindowCenter=2048, WindowWidth=4096).values

    np.testing.assert_array_equal(values.samples, deep_phantom())
    assert (values.scale.slope, values.scale.intercept) == (1, 0)
    assert (values.scale.black, values.scale.white) == pytest.approx((0, 4095))


def test_kept_values_count_as_the_rescale_says_and_may_be_negative():
    signed = deep_phantom().astype(np.int16) - 2048

    values = display(signed, RescaleSlope="2", RescaleIntercept="-10").values

    scale = values.scale
    np.testing.assert_array_equal(scale.slope * values.samples + scale.intercept, 2.0 * signed - 10)
    assert (scale.black, scale.white) == pytest.approx(
        (2 * signed.min() - 10, 2 * signed.max() - 10)
    )


def test_of_monochrome1_the_smallest_value_is_white():
    scale = display(deep_phantom(), PhotometricInterpretation="MONOCHROME1").values.scale

    assert (scale.black, scale.white) == pytest.approx((deep_phantom().max(), deep_phantom().min()))


def test_a_modality_table_leaves_the_stored_values_with_the_window_of_their_shades():
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 16]
    item.ModalityLUTType = "US"
    curve = np.rint(np.sqrt(np.arange(4096)) * 1000).astype(np.uint16)
    item[Tag("LUTData")] = raw("LUTData", curve.tobytes(), "OW")

    values = display(deep_phantom(), ModalityLUTSequence=Sequence([item])).values

    np.testing.assert_array_equal(values.samples, deep_phantom())
    assert (values.scale.slope, values.scale.intercept) == (1, 0)
    assert values.scale.black < values.scale.white


@pytest.mark.parametrize(
    "decoded",
    [
        lambda: display(phantom()),
        lambda: display(phantom().astype(np.uint16)),
        lambda: display(deep_phantom(), PixelAspectRatio=["1", "2"]),
    ],
    ids=["8 bits", "8 bits in words of 16", "pixels that are not square"],
)
def test_no_values_are_kept_that_the_picture_holds_or_that_lie_between_pixels(decoded):
    assert decoded().values is None


MARK = slice(2, 6)


def with_mark(deep, value):
    """Letters burnt in, far brighter than the radiograph."""
    marked = deep.copy()
    marked[MARK, MARK] = value
    return marked


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_letters_burnt_in_beyond_the_picture_stay_a_gap_above_it(photometric):
    radiograph = deep_phantom() // 2 + 20_000
    if photometric == "MONOCHROME1":
        values = with_mark((65_535 - radiograph).astype(np.uint16), 0)
    else:
        values = with_mark(radiograph, 65_535)

    pixels = shades(values, BitsStored=16, HighBit=15, PhotometricInterpretation=photometric)

    others = np.ones(pixels.shape, bool)
    others[MARK, MARK] = False
    assert (pixels[MARK, MARK] == 255).all()
    assert pixels[others].max() == 223
    assert pixels[others].min() == 0


def test_letters_burnt_into_deep_colours_stay_a_gap_above_the_picture():
    values = np.stack([with_mark(deep_phantom() // 2 + 20_000, 65_535)] * 3, axis=2)

    pixels = shades(values, BitsStored=16, HighBit=15)

    assert (pixels[MARK, MARK] == 255).all()
    assert np.sort(pixels.ravel())[-17] == 223


def test_one_hot_pixel_opens_no_gap():
    values = deep_phantom()
    values[3, 3] = 65_535

    pixels = shades(values, BitsStored=16, HighBit=15)

    assert np.sort(pixels.ravel())[-3] == 255
