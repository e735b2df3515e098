import zlib

import numpy as np
import pytest
from drawings import LIMITS, data_set_of, dicom, jpeg_dicom, phantom, picture, renamed, study
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from raiox.intake.decode import decode
from raiox.intake.dicom.encoding import is_dicom
from raiox.intake.formats.dicom import DICOM

ENCODINGS = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
PREAMBLE = bytes(128) + b"DICM"


def read(content):
    return decode("dicom", content, LIMITS)


def encoded(syntax):
    data = study(phantom())
    data.file_meta.TransferSyntaxUID = syntax
    return dicom(data)


@pytest.mark.parametrize("syntax", ENCODINGS)
@pytest.mark.parametrize("before", [b"", PREAMBLE], ids=["bare", "preamble"])
def test_a_file_without_meta_is_read_by_its_first_elements(syntax, before):
    content = before + data_set_of(encoded(syntax))

    assert is_dicom(content)
    decoded = read(content)
    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("syntax", ENCODINGS)
def test_a_file_without_preamble_begins_with_its_meta(syntax):
    content = encoded(syntax)[132:]

    assert is_dicom(content)
    decoded = read(content)
    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ()


@pytest.mark.parametrize("syntax", ENCODINGS)
def test_every_way_a_file_may_begin_is_known_to_the_page(syntax):
    whole = encoded(syntax)

    for content in (whole, whole[132:], data_set_of(whole)):
        assert any(content.startswith(magic.content, magic.offset) for magic in DICOM.magics)


@pytest.mark.parametrize("syntax", ENCODINGS)
def test_a_meta_without_transfer_syntax_is_enough(syntax):
    data = study(phantom())
    data.file_meta.TransferSyntaxUID = syntax
    whole = dicom(data)
    del data.file_meta.TransferSyntaxUID
    meta = b"\x02\x00\x00\x00UL\x04\x00\x0e\x00\x00\x00\x02\x00\x01\x00OB\x00\x00\x02\x00\x00\x00\x00\x01"

    decoded = read(PREAMBLE + meta + data_set_of(whole))

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("syntax", ENCODINGS)
@pytest.mark.parametrize("said", ENCODINGS)
def test_what_the_elements_show_counts_more_than_what_the_meta_says(syntax, said):
    decoded = read(renamed(encoded(syntax), syntax, said))

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == (() if said == syntax else ("header_repaired",))


def test_a_compressed_file_without_meta_is_decoded_by_what_its_frame_shows():
    frame = picture(phantom(), "jpeg", quality=95)
    decoded = read(data_set_of(jpeg_dicom(frame)))

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3
    assert decoded.notes == ("header_repaired",)


def test_a_file_that_was_unfolded_without_a_word_is_read_as_it_is():
    content = renamed(encoded(ExplicitVRLittleEndian), ExplicitVRLittleEndian, RLELossless)

    decoded = read(content)

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.notes == ("header_repaired",)


@pytest.mark.parametrize("fold", [lambda elements: elements, zlib.compress], ids=["not", "zlib"])
def test_deflated_elements_may_not_be_or_have_a_header_of_zlib(fold):
    content = encoded(ExplicitVRLittleEndian)
    elements = data_set_of(content)
    named = renamed(content, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian)

    decoded = read(named.removesuffix(elements) + fold(elements))

    np.testing.assert_array_equal(decoded.pixels, phantom())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\x00",
        b"\x08\x00\x05\x00" + bytes(200),
        b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100",
        b"\x08\x00\x05\x00\xff\xff\xff\xff" + bytes(200),
        b"a text that is none" * 20,
        bytes(range(256)) * 4,
    ],
)
def test_other_bytes_are_not_taken_for_a_bare_data_set(content):
    assert not is_dicom(content)
