import numpy as np
import pytest
from drawings import phantom, picture

from raiox.intake.errors import CorruptImageError
from raiox.intake.jpeg_markers import (
    FrameHeader,
    exceeds_scan_limit,
    has_hole,
    is_complete,
    read_jpeg_header,
)


def test_reads_the_size_that_a_jpeg_declares():
    content = picture(phantom(90, 130), "jpeg")

    assert read_jpeg_header(content) == FrameHeader(
        height=90, width=130, n_samples=1, precision=8, process=0xC0
    )


def test_a_stream_without_a_frame_is_damaged():
    with pytest.raises(CorruptImageError):
        read_jpeg_header(b"\xff\xd8\xff\xd9")


def test_counts_scans_and_not_what_looks_like_them():
    content = picture(phantom(), "jpeg", comment=b"\xff\xda" * 100)

    assert not exceeds_scan_limit(content, 64)


def test_counts_the_scans_of_a_progressive_jpeg():
    content = picture(phantom(), "jpeg", progressive=True)
    n_scans = content.count(b"\xff\xda")

    assert n_scans > 1
    assert exceeds_scan_limit(content, n_scans - 1)
    assert not exceeds_scan_limit(content, n_scans)


def test_sees_whether_a_jpeg_ends():
    content = picture(phantom(), "jpeg")

    assert is_complete(content)
    assert not is_complete(content[:-2])


@pytest.mark.parametrize("in_colour", [False, True])
def test_sees_zeros_where_a_part_of_the_scan_was(in_colour):
    noisy = np.random.default_rng(0).integers(0, 255, (96, 96), np.uint8)
    content = picture(np.stack([noisy] * 3, axis=2) if in_colour else noisy, "jpeg")
    at = len(content) // 2

    assert not has_hole(content)
    assert has_hole(content[:at] + bytes(200) + content[at + 200 :])


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_an_even_picture_has_no_hole(options, colours):
    even = np.zeros((800, 800, *colours), np.uint8)

    assert not has_hole(picture(even, "jpeg", **options))


def test_zeros_in_a_comment_are_no_hole():
    assert not has_hole(picture(phantom(), "jpeg", comment=bytes(500)))
