import pytest
from drawings import phantom, picture

from raiox.intake.errors import CorruptImageError
from raiox.intake.jpeg_markers import FrameHeader, exceeds_scan_limit, is_complete, read_jpeg_header


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
