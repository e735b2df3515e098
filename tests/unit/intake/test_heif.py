"""HEIF: photographs of phones, where the extra is installed, and what is said where it is not.

`files/phantom.heic` is the phantom of `drawings`, turned by 90 degrees with an EXIF orientation of 6.
"""

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawings import LIMITS, phantom

from raiox import messages
from raiox.intake import Intake
from raiox.intake.decode import decode
from raiox.intake.errors import (
    CorruptImageError,
    IntakeError,
    TruncatedImageError,
    UnsupportedFormatError,
)
from raiox.intake.formats import NAMES
from raiox.intake.formats.heif import HEIF
from raiox.intake.formats.hevc import has_hole
from raiox.intake.sniff import sniff
from raiox.settings import IntakeSettings
from raiox.vocabulary import LANGUAGES

PHOTOGRAPH = (Path(__file__).parent / "files" / "phantom.heic").read_bytes()

with_extra = pytest.mark.skipif(not HEIF.is_installed, reason="needs the extra heif")


@pytest.fixture(scope="module")
def intake():
    with Intake(IntakeSettings(decoder_wall_s=60.0)) as shared:
        yield shared


@with_extra
def test_a_photograph_of_a_phone_is_read_upright_by_a_confined_process(intake):
    radiograph = intake.load(PHOTOGRAPH)
    weaknesses = intake._photographs.weaknesses()

    assert radiograph.source_format == "heif"
    assert np.abs(radiograph.pixels.astype(int) - phantom()).mean() < 4
    assert not any(weaknesses)


@with_extra
@pytest.mark.parametrize("n_bytes", [40, 400, 1_000])
def test_half_a_photograph_is_refused(intake, n_bytes):
    with pytest.raises(IntakeError) as refusal:
        intake.load(PHOTOGRAPH[:n_bytes])

    assert isinstance(refusal.value, TruncatedImageError) or n_bytes < 100


def with_zeros(start: int, n_bytes: int) -> bytes:
    """The photograph as a transfer leaves it that lost some bytes of the picture."""
    return PHOTOGRAPH[:start] + bytes(n_bytes) + PHOTOGRAPH[start + n_bytes :]


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("n_bytes", [3, 16, 200])
def test_zeros_where_a_part_of_the_picture_was_are_seen(n_bytes):
    picture_at = PHOTOGRAPH.index(b"mdat") + 4
    (length,) = struct.unpack_from(">L", PHOTOGRAPH, picture_at)
    starts = range(picture_at + 6, picture_at + length - n_bytes, 29)

    assert not has_hole(PHOTOGRAPH)
    assert all(has_hole(with_zeros(start, n_bytes)) for start in starts)


@with_extra
def test_a_photograph_with_a_hole_is_refused_instead_of_concealed(intake):
    with pytest.raises(CorruptImageError):
        intake.load(with_zeros(PHOTOGRAPH.index(b"mdat") + 200, 60))


@with_extra
def test_a_photograph_in_an_archive_is_read_by_the_process_that_holds_its_codec(intake):
    alone = intake.load(PHOTOGRAPH)
    archived = intake.load(zipped(photograph=PHOTOGRAPH, readme=b"text"))

    assert archived.source_format == "zip"
    assert np.array_equal(archived.pixels, alone.pixels)


def test_a_process_without_the_codec_names_what_the_archive_holds():
    content = zipped(photograph=PHOTOGRAPH)

    with pytest.raises(UnsupportedFormatError) as refusal:
        decode(sniff(content), content, LIMITS)

    assert refusal.value.facts["format"] == "HEIF"


def test_without_the_extra_the_refusal_names_it():
    absent = replace(HEIF, plugin="a_module_that_nobody_has")
    refusal = absent.refusal(NAMES)

    assert not absent.is_installed
    for language in LANGUAGES:
        sentences = messages.messages_for(refusal.code, language, refusal.facts)
        assert "'.[heif]'" in sentences["action"]
        assert "HEIF" in sentences["detail"]


def test_a_photograph_is_recognised():
    if HEIF.is_installed:
        assert sniff(PHOTOGRAPH) == "heif"
    else:
        with pytest.raises(IntakeError) as refusal:
            sniff(PHOTOGRAPH)
        assert refusal.value.facts["extra"] == "heif"
