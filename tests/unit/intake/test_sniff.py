import pytest
from drawings import dicom, phantom, picture, study

from raiox.intake.errors import (
    ArchiveError,
    CorruptImageError,
    EmptyUploadError,
    NotAnImageError,
    UnsupportedFormatError,
)
from raiox.intake.sniff import sniff


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp", "tiff", "bmp", "avif"])
def test_recognises_what_is_read_by_its_content(file_format):
    assert sniff(picture(phantom(), file_format)) == file_format


def test_recognises_bigtiff_and_motorola_order():
    assert sniff(b"II+\x00" + bytes(60)) == "tiff"
    assert sniff(b"MM\x00*" + bytes(60)) == "tiff"


def test_recognises_dicom_with_and_without_its_preamble():
    content = dicom(study(phantom()))

    assert sniff(content) == "dicom"
    assert sniff(content[132:]) == "dicom"


def test_takes_a_dicom_file_dressed_as_a_tiff_for_dicom():
    content = dicom(study(phantom()))

    assert sniff(b"II*\x00" + content[4:]) == "dicom"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"GIF89a" + bytes(40), "GIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"P5 4 4 255\n", "PNM"),
        (b'<?xml version="1.0"?><SVG onload="x()">', "SVG"),
        (bytes(40) + b"TRUEVISION-XFILE.\x00", "TGA"),
    ],
)
def test_names_a_known_format_that_is_not_read(content, name):
    with pytest.raises(UnsupportedFormatError) as refusal:
        sniff(content)

    assert refusal.value.facts["format"] == name


@pytest.mark.parametrize(
    ("content", "name"), [(b"7z\xbc\xaf\x27rest", "7-Zip"), (b"\x1f\x8b\x08rest", "gzip")]
)
def test_says_of_an_archive_that_it_is_one(content, name):
    with pytest.raises(ArchiveError) as refusal:
        sniff(content)

    assert refusal.value.facts["format"] == name


@pytest.mark.parametrize("content", [b"hello", b"\x00", b"RIFF\x00\x00\x00\x00WAVE", bytes(500)])
def test_refuses_what_is_no_image(content):
    with pytest.raises(NotAnImageError):
        sniff(content)


def test_says_that_a_png_copied_as_text_is_damaged():
    content = picture(phantom(), "png").replace(b"\r\n", b"\n", 1)
    longer = picture(phantom(), "png").replace(b"\n", b"\r\n", 1)

    with pytest.raises(CorruptImageError):
        sniff(longer)
    with pytest.raises((CorruptImageError, NotAnImageError)):
        sniff(content)


def test_refuses_nothing_at_all():
    with pytest.raises(EmptyUploadError):
        sniff(b"")
