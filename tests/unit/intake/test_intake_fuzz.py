"""Whatever the bytes, intake answers with a radiograph or an error of its own."""

from functools import cache

import numpy as np
from drawings import LIMITS, deep_phantom, deflated, dicom, jpeg_dicom, phantom, picture, study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import JPEGLSLossless, RLELossless

from raiox.intake.decode import decode
from raiox.intake.errors import IntakeError
from raiox.intake.sniff import sniff

UNHURRIED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def compressed(syntax):
    data = study(deep_phantom())
    data.compress(syntax, generate_instance_uid=False)
    return dicom(data)


@cache
def seeds():
    red = np.stack([phantom(), phantom() // 2, phantom() // 3], axis=2)
    return (
        picture(phantom(), "png"),
        picture(deep_phantom(), "png"),
        picture(red, "jpeg"),
        picture(red, "jpeg", progressive=True),
        picture(red, "webp"),
        picture(red, "tiff", compression="tiff_lzw"),
        picture(deep_phantom(), "tiff"),
        picture(red, "bmp"),
        dicom(study(phantom())),
        dicom(study(deep_phantom(), WindowCenter=2000, WindowWidth=900, PixelPaddingValue=0)),
        deflated(study(phantom())),
        jpeg_dicom(picture(phantom(), "jpeg")),
        compressed(RLELossless),
        compressed(JPEGLSLossless),
    )


@st.composite
def mutated_files(draw):
    content = bytearray(draw(st.sampled_from(seeds())))
    # Most of what a decoder believes stands in the first bytes.
    places = st.one_of(st.integers(0, min(len(content), 700) - 1), st.integers(0, len(content) - 1))
    for place in draw(st.lists(places, max_size=6)):
        content[place] = draw(st.integers(0, 255))
    cut = draw(st.one_of(st.just(len(content)), st.integers(1, len(content))))
    return bytes(content[:cut]) + draw(st.binary(max_size=8))


def answers_properly(content):
    try:
        decoded = decode(sniff(content), content, LIMITS)
    except (IntakeError, MemoryError):
        return True
    height, width = decoded.pixels.shape
    return (
        decoded.pixels.dtype == np.uint8
        and height * width <= LIMITS.max_pixels
        and min(height, width) >= LIMITS.min_side_px
    )


@given(st.binary(max_size=2_000))
@UNHURRIED
def test_any_bytes_get_a_proper_answer(content):
    assert answers_properly(content)


@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"BM", bytes(128) + b"DICM"]
    ),
    st.binary(max_size=500),
)
@UNHURRIED
def test_any_bytes_behind_a_magic_get_a_proper_answer(magic, rest):
    assert answers_properly(magic + rest)


@given(mutated_files())
@UNHURRIED
def test_damaged_files_get_a_proper_answer(content):
    assert answers_properly(content)
