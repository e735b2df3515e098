from dataclasses import replace

import numpy as np
import pytest
from drawings import (
    LIMITS,
    deep_phantom,
    deflated,
    dicom,
    jpeg_dicom,
    jpeg_of_12_bits,
    phantom,
    picture,
    raw,
    study,
)
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from raiox.intake.decode import decode
from raiox.intake.dicom.transfer_syntaxes import NATIVE, PLUGINS
from raiox.intake.errors import (
    BadGeometryError,
    CorruptImageError,
    DecodeTooSlowError,
    MultiFrameError,
    NoPixelDataError,
    NotARadiographError,
    TooFewPixelsError,
    TooLargeInflatedError,
    TooManyPixelsError,
    TruncatedImageError,
    UnsupportedFormatError,
    UnsupportedTransferSyntaxError,
)

BLOCKS = np.random.default_rng(12).permutation(16 * 12).reshape(16, 12) * 4095 // 191
"""From 0 to 4095, so that nothing is stretched."""


def read(content, limits=LIMITS):
    return decode("dicom", content, limits)


def recoded(data, syntax):
    data.file_meta.TransferSyntaxUID = syntax
    return dicom(data)


def compressed(data, syntax):
    data.compress(syntax, generate_instance_uid=False)
    return dicom(data)


def test_every_transfer_syntax_has_its_decoder_installed():
    missing = [
        syntax.name
        for syntax, plugin in PLUGINS.items()
        if plugin != NATIVE and plugin not in get_decoder(syntax).available_plugins
    ]

    assert missing == []


def test_eight_bits_stay_as_they_are():
    decoded = read(dicom(study(phantom())))

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ()


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_lossless_compression_gives_the_pixels_of_the_uncompressed_file(syntax):
    plain = read(dicom(study(deep_phantom()))).pixels

    decoded = read(compressed(study(deep_phantom()), syntax))

    np.testing.assert_array_equal(decoded.pixels, plain)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_the_encoding_of_the_data_set_does_not_change_the_pixels(syntax):
    decoded = read(recoded(study(phantom()), syntax))

    np.testing.assert_array_equal(decoded.pixels, phantom())


def test_big_endian_words_are_read_in_their_order():
    data = study(deep_phantom())
    data.PixelData = deep_phantom().astype(">u2").tobytes()

    decoded = read(recoded(data, ExplicitVRBigEndian))

    np.testing.assert_array_equal(decoded.pixels, read(dicom(study(deep_phantom()))).pixels)


def test_deflated_files_are_unfolded():
    decoded = read(deflated(study(phantom())))

    np.testing.assert_array_equal(decoded.pixels, phantom())


def test_jpeg_baseline_comes_close():
    decoded = read(jpeg_dicom(picture(phantom(), "jpeg", quality=95)))

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3


def test_colour_is_removed_and_noted():
    red = np.stack([phantom(), phantom() // 3, phantom() // 3], axis=2)

    decoded = read(dicom(study(red)))

    assert decoded.pixels.shape == phantom().shape
    assert "colour_removed" in decoded.notes


def test_gray_in_rgb_stays_gray_without_a_note():
    decoded = read(dicom(study(np.stack([phantom()] * 3, axis=2))))

    np.testing.assert_allclose(decoded.pixels.astype(int), phantom(), atol=1)
    assert decoded.notes == ()


def test_palettes_are_looked_up():
    data = study(phantom(), PhotometricInterpretation="PALETTE COLOR")
    ramp = (np.arange(256, dtype=np.uint16)[::-1] * 257).tobytes()
    for colour in ("Red", "Green", "Blue"):
        setattr(data, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(data, f"{colour}PaletteColorLookupTableData", ramp)

    decoded = read(dicom(data))

    np.testing.assert_allclose(decoded.pixels.astype(int), 255 - phantom(), atol=1)


@pytest.mark.parametrize("answer", ["YES", "", None])
def test_notes_where_nobody_swears_that_no_name_is_burned_in(answer):
    decoded = read(dicom(study(phantom(), BurnedInAnnotation=answer)))

    assert decoded.notes == ("burned_in_annotation",)


@pytest.mark.parametrize(
    "modality", ["CR", "DX", "DR", "RG", "RF", "OT", "SC", "XR", "X-RAY", "CXR", r"CR\DX", "", None]
)
def test_takes_every_modality_that_may_be_a_radiograph(modality):
    word = modality if modality is None else raw("Modality", modality.encode())

    assert read(dicom(study(phantom(), Modality=word))).pixels.size


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "MG", "SR", "PR", "KO"])
def test_refuses_modalities_that_cannot_be_a_chest_radiograph(modality):
    with pytest.raises(NotARadiographError) as refusal:
        read(dicom(study(phantom(), Modality=modality)))

    assert refusal.value.facts == {"modality": modality}


@pytest.mark.parametrize("n_frames", ["0", "", "1"])
def test_one_frame_may_be_counted_in_any_way(n_frames):
    decoded = read(dicom(study(phantom(), NumberOfFrames=n_frames)))

    np.testing.assert_array_equal(decoded.pixels, phantom())


def test_refuses_more_than_one_frame():
    data = study(phantom(), NumberOfFrames=4096)

    with pytest.raises(MultiFrameError) as refusal:
        read(dicom(data))

    assert refusal.value.facts == {"n_frames": 4096}


def test_refuses_a_file_without_pixels():
    content = dicom(study(phantom()))

    with pytest.raises(NoPixelDataError):
        read(content[: content.index(b"\xe0\x7f\x10\x00")])


def test_refuses_bytes_without_rows_and_columns():
    with pytest.raises(NoPixelDataError):
        read(dicom(study(phantom(), Rows=None, Columns=None)))


def test_says_of_an_index_how_many_images_it_lists():
    index = Dataset()
    index.DirectoryRecordType = "IMAGE"
    data = study(phantom(), DirectoryRecordSequence=Sequence([Dataset(), index, index]))

    with pytest.raises(NoPixelDataError) as refusal:
        read(dicom(data))

    assert refusal.value.facts == {"n_images": 2}


@pytest.mark.parametrize(
    ("uid", "repeated"),
    [
        ("1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.102"),
        ("1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.8.1"),
        ("1.2.3.19560412", "unknown"),
    ],
)
def test_refuses_other_transfer_syntaxes_and_repeats_only_known_ones(uid, repeated):
    content = dicom(study(phantom()))
    old = b"1.2.840.10008.1.2.1\x00"
    new = uid.encode().ljust(len(uid) + len(uid) % 2, b"\0")
    content = content.replace(len(old).to_bytes(2, "little") + old,
                              len(new).to_bytes(2, "little") + new)  # fmt: skip

    with pytest.raises(UnsupportedTransferSyntaxError) as refusal:
        read(content)

    assert refusal.value.facts == {"uid": repeated}


def test_refuses_a_dct_jpeg_of_bits_that_no_decoder_reads():
    frame = jpeg_of_12_bits(BLOCKS)
    start = frame.index(b"\xff\xc1")
    sixteen_bits = frame[: start + 4] + b"\x10" + frame[start + 5 :]

    with pytest.raises(UnsupportedTransferSyntaxError) as refusal:
        read(jpeg_dicom(sixteen_bits, BitsAllocated=16, BitsStored=12, HighBit=11))

    assert refusal.value.facts == {"uid": "1.2.840.10008.1.2.4.51", "n_bits": 16}


def test_a_dct_jpeg_of_twelve_bits_keeps_them_all():
    elements = {"Rows": 128, "Columns": 96, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}

    decoded = read(jpeg_dicom(jpeg_of_12_bits(BLOCKS), **elements))

    values = np.kron(BLOCKS, np.ones((8, 8), int))
    np.testing.assert_array_equal(decoded.values.samples, values)
    np.testing.assert_allclose(decoded.pixels, values * (255 / 4095), atol=0.51)


def test_a_dct_jpeg_of_twelve_bits_that_does_not_end_is_truncated():
    elements = {"Rows": 128, "Columns": 96, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}

    with pytest.raises(TruncatedImageError):
        read(jpeg_dicom(jpeg_of_12_bits(BLOCKS)[:-40], **elements))


@pytest.mark.parametrize(
    ("elements", "error"),
    [
        ({"Rows": 65535, "Columns": 65535}, TooManyPixelsError),
        ({"Rows": 64, "Columns": 1200}, BadGeometryError),
        ({"Rows": 40}, TooFewPixelsError),
        ({"BitsAllocated": 7}, CorruptImageError),
        ({"BitsStored": 9}, CorruptImageError),
        ({"BitsAllocated": 32, "BitsStored": 32}, UnsupportedFormatError),
        ({"SamplesPerPixel": 1000}, CorruptImageError),
        ({"Rows": 97}, TruncatedImageError),
    ],
)
def test_refuses_a_header_that_its_pixels_cannot_fill(elements, error):
    with pytest.raises(error):
        read(dicom(study(phantom(), **elements)))


def test_refuses_a_frame_of_another_size_than_its_header():
    with pytest.raises(CorruptImageError):
        read(jpeg_dicom(picture(phantom(512, 512), "jpeg")))


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_refuses_a_compressed_frame_of_another_size_than_its_header(syntax):
    data = study(deep_phantom())
    data.compress(syntax, generate_instance_uid=False)
    data.Rows += 8

    with pytest.raises((CorruptImageError, TruncatedImageError)):
        read(dicom(data))


def test_says_that_half_a_jpeg_frame_is_half():
    frame = picture(phantom(), "jpeg")

    with pytest.raises(TruncatedImageError):
        read(jpeg_dicom(frame[: len(frame) // 2]))


def test_refuses_a_frame_of_endless_scans():
    content = picture(phantom(), "jpeg", progressive=True)
    start = content.index(b"\xff\xda")
    scan = content[start : content.index(b"\xff\xda", start + 2)]

    with pytest.raises(DecodeTooSlowError):
        read(jpeg_dicom(content[:start] + scan * 70 + content[start:]))


def test_says_that_a_file_cut_in_its_frame_is_half():
    content = compressed(study(deep_phantom()), RLELossless)

    with pytest.raises(TruncatedImageError):
        read(content[: len(content) - 400])


def test_unfolds_no_further_than_allowed():
    content = deflated(study(phantom()))

    with pytest.raises(TooLargeInflatedError):
        read(content, replace(LIMITS, max_inflated_bytes=5_000))


def test_survives_sequences_nested_without_end():
    data = study(phantom())
    content = dicom(data)
    place = content.index(b"\x28\x00\x02\x00")  # SamplesPerPixel, the first of its group
    header = b"\x08\x00\x15\x11SQ\x00\x00\xff\xff\xff\xff"
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    nested = (header + item) * 3_000

    with pytest.raises((CorruptImageError, TruncatedImageError, NoPixelDataError)):
        read(content[:place] + nested + content[place:])
