import numpy as np
import pytest
from drawings import LIMITS, deep_phantom, dicom, phantom, study
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from raiox.intake.decode import decode


def shades(stored, **elements):
    return decode("dicom", dicom(study(stored, **elements)), LIMITS).pixels


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
    result = shades(deep_phantom(), WindowCenter=2000, WindowWidth=400)

    assert not result[deep_phantom() < 1_790].any()
    assert (result[deep_phantom() > 2_210] == 255).all()


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
    result = shades(phantom(), WindowCenter=128, WindowWidth=2)

    assert set(np.unique(result)) <= {0, 127, 128, 255}
