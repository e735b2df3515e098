"""ZIP archives: one image is read, what is beside it does not matter, tricks are refused."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from drawings import LIMITS, dicom, phantom, picture, study

from raiox.intake.decode import decode
from raiox.intake.errors import ArchiveError, CorruptImageError, TooLargeInflatedError
from raiox.intake.sniff import sniff
from raiox.intake.zip_archive import MAX_MEMBERS, ZipArchive

IMAGE = picture(phantom(), "PNG")


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def read(content: bytes) -> np.ndarray:
    return decode(sniff(content), content, LIMITS).pixels


def fault(content: bytes) -> object:
    with pytest.raises(ArchiveError) as refusal:
        read(content)
    return refusal.value.facts["fault"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("image", [IMAGE, dicom(study(phantom()))], ids=["png", "dicom"])
def test_the_one_image_of_an_archive_is_read(method, image):
    beside = {"README.TXT": b"viewer", "DICOMDIR": image, "AUTORUN.INF": b"", "PROGRAM/": b"",
              "__MACOSX/._IM0": image, ".hidden": image}  # fmt: skip

    pixels = read(packed({**beside, "DICOM/IM0": image}, method))

    assert np.array_equal(pixels, decode(sniff(image), image, LIMITS).pixels)


@pytest.mark.parametrize("n_images", [0, 2, 7])
def test_no_image_or_several_are_counted(n_images):
    content = packed({"readme": b"text", **{f"{i}.png": IMAGE for i in range(n_images)}})

    with pytest.raises(ArchiveError) as refusal:
        read(content)

    assert refusal.value.facts["n_images"] == n_images


def test_an_archive_in_an_archive_is_not_opened():
    with pytest.raises(ArchiveError) as refusal:
        read(packed({"inner.zip": packed({"image.png": IMAGE})}))

    assert refusal.value.facts["n_images"] == 0


def test_what_is_wrong_with_the_image_is_said_of_the_image():
    broken = bytearray(IMAGE)
    broken[40:60] = bytes(20)

    with pytest.raises(CorruptImageError):
        read(packed({"image.png": bytes(broken)}))


def test_a_bomb_is_inflated_no_further_than_the_limit():
    bomb = b"\x89PNG\r\n\x1a\n" + bytes(10 * LIMITS.max_inflated_bytes)

    with pytest.raises(TooLargeInflatedError):
        read(packed({"image.png": bomb}))


def test_of_many_bombs_only_the_beginnings_are_inflated():
    content = packed({f"{i}": bytes(3_000_000) for i in range(50)})

    with ZipArchive(content) as archive:
        assert [len(archive.beginning(name, 100)) for name in archive.names] == [100] * 50


@pytest.mark.parametrize("name", ["../up.png", "/root.png", "a/../../b.png", "a//b.png", "./a.png"])
def test_names_that_lead_elsewhere_are_refused(name):
    assert fault(packed({name: IMAGE})) == "names"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", IMAGE)
        archive.writestr("a.png", b"other")

    assert fault(stream.getvalue()) == "names"


def test_too_many_files_are_refused():
    assert fault(packed(dict.fromkeys(map(str, range(MAX_MEMBERS + 1)), b""))) == "too_many_files"


def test_an_encrypted_archive_says_so():
    content = bytearray(packed({"a.png": IMAGE}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1

    assert fault(bytes(content)) == "encrypted"


def test_methods_that_may_ask_for_much_memory_are_refused():
    assert fault(packed({"a.png": IMAGE}, zipfile.ZIP_LZMA)) == "method"


def test_a_directory_that_declares_gigabytes_is_not_believed():
    content = bytearray(packed({"a.png": IMAGE}))
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, 0xFFFFFFF0)

    assert fault(bytes(content)) == "damaged"


def test_a_wrong_checksum_is_damage():
    content = packed({"a.png": IMAGE}, zipfile.ZIP_STORED)
    wrong = content.replace(struct.pack("<I", zlib.crc32(IMAGE)), bytes(4))

    assert fault(wrong) == "damaged"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_an_archive_is_damaged(share):
    content = packed({"a.png": IMAGE})

    assert fault(content[: int(share * len(content))]) == "damaged"


def test_flipped_bytes_end_in_pixels_or_a_refusal():
    content = packed({"a.png": IMAGE, "b.txt": b"text"})
    random = np.random.default_rng(5)
    for _ in range(300):
        damaged = bytearray(content)
        for at in random.integers(4, len(content), 3):
            damaged[at] = random.integers(256)
        try:
            assert read(bytes(damaged)).shape == phantom().shape
        except (ArchiveError, CorruptImageError, TooLargeInflatedError):
            continue
