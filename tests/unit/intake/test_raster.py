import io
from dataclasses import replace

import numpy as np
import pytest
from drawings import LIMITS, phantom, picture
from PIL import Image

from raiox.intake.decode import decode
from raiox.intake.errors import (
    BadGeometryError,
    CorruptImageError,
    DecodeTooSlowError,
    MultiFrameError,
    TooFewPixelsError,
    TooManyPixelsError,
    TruncatedImageError,
)


def read(file_format, content, limits=LIMITS):
    return decode(file_format, content, limits)


def difference(decoded, expected):
    """The largest difference, in shades of 255."""
    return int(np.abs(decoded.pixels.astype(int) - expected).max())


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("png", {}),
        ("tiff", {}),
        ("tiff", {"compression": "tiff_lzw"}),
        ("tiff", {"compression": "tiff_adobe_deflate"}),
        ("tiff", {"compression": "packbits"}),
        ("bmp", {}),
        ("webp", {"lossless": True}),
    ],
)
def test_lossless_formats_give_the_pixels_they_were_given(file_format, options):
    decoded = read(file_format, picture(phantom(), file_format, **options))

    np.testing.assert_array_equal(decoded.pixels, phantom())
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.flags.c_contiguous
    assert decoded.notes == ()


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("jpeg", {"quality": 95}),
        ("jpeg", {"quality": 95, "progressive": True}),
        ("webp", {"quality": 95}),
    ],
)
def test_lossy_formats_come_close(file_format, options):
    decoded = read(file_format, picture(phantom(), file_format, **options))

    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 3


@pytest.mark.parametrize("file_format", ["png", "tiff"])
def test_sixteen_bits_are_stretched_from_the_darkest_to_the_brightest(file_format):
    narrow = phantom().astype(np.uint16) * 3 + 20_000

    decoded = read(file_format, picture(narrow, file_format))

    assert (decoded.pixels.min(), decoded.pixels.max()) == (0, 255)
    order = np.argsort(phantom(), axis=None)
    assert (np.diff(decoded.pixels.ravel()[order].astype(int)) >= 0).all()


def test_a_flat_sixteen_bit_image_is_black_and_not_an_accident():
    decoded = read("png", picture(np.full((80, 80), 900, np.uint16), "png"))

    assert not decoded.pixels.any()


def test_floating_point_tiffs_are_stretched_too():
    decoded = read("tiff", picture(phantom().astype(np.float32) / 7.0, "tiff"))

    assert (decoded.pixels.min(), decoded.pixels.max()) == (0, 255)


def test_what_is_not_a_number_is_black_and_has_no_part_in_the_range():
    values = phantom().astype(np.float32)
    values[5, :40] = np.nan
    values[6, 7] = -np.inf

    decoded = read("tiff", picture(values, "tiff"))

    kept = np.isfinite(values)
    assert not decoded.pixels[~kept].any()
    np.testing.assert_array_equal(
        decoded.pixels[kept], read("tiff", picture(phantom() * np.float32(1), "tiff")).pixels[kept]
    )


def test_a_tiff_of_hardly_any_numbers_is_damaged():
    values = np.full(phantom().shape, np.nan, np.float32)
    values[:10] = phantom()[:10]

    with pytest.raises(CorruptImageError):
        read("tiff", picture(values, "tiff"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA"])
def test_gray_pictures_saved_in_colour_stay_gray_without_a_note(mode):
    decoded = read("png", picture(Image.fromarray(phantom()).convert(mode), "png"))

    np.testing.assert_allclose(decoded.pixels.astype(int), phantom(), atol=1)
    assert decoded.notes == ()


def test_one_bit_pictures_become_black_and_white():
    decoded = read("png", picture(Image.fromarray(phantom()).convert("1"), "png"))

    assert set(np.unique(decoded.pixels)) == {0, 255}


@pytest.mark.parametrize("mode", ["RGB", "P", "CMYK", "YCbCr"])
def test_colour_is_removed_and_noted(mode):
    red = np.stack([phantom(), phantom() // 3, phantom() // 3], axis=2)
    image = Image.fromarray(red).convert(mode)

    decoded = read("tiff", picture(image, "tiff"))

    assert decoded.pixels.shape == phantom().shape
    assert "colour_removed" in decoded.notes


def test_what_is_transparent_is_black():
    alpha = np.full(phantom().shape, 255, np.uint8)
    alpha[:, :20] = 0
    image = np.stack([phantom()] * 3 + [alpha], axis=2)

    decoded = read("png", picture(image, "png"))

    assert not decoded.pixels[:, :20].any()
    np.testing.assert_allclose(decoded.pixels[:, 20:], phantom()[:, 20:], atol=1)


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright_by_their_exif(file_format, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = Image.fromarray(phantom())
    stored = image.transpose(back[orientation]) if orientation > 1 else image

    decoded = read(file_format, picture(stored, file_format, exif=exif))

    assert decoded.pixels.shape == phantom().shape
    assert np.abs(decoded.pixels.astype(int) - phantom()).mean() < 6


def test_broken_exif_is_no_reason_to_refuse():
    content = picture(phantom(), "jpeg", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7fnonsense")

    assert read("jpeg", content).pixels.shape == phantom().shape


@pytest.mark.parametrize("file_format", ["png", "tiff", "webp"])
def test_refuses_more_than_one_frame(file_format):
    pages = [Image.fromarray(np.roll(phantom(), shift)) for shift in (7, 14)]
    content = picture(phantom(), file_format, save_all=True, append_images=pages)

    with pytest.raises(MultiFrameError) as refusal:
        read(file_format, content)

    assert refusal.value.facts == {"n_frames": 3}


def test_refuses_more_pixels_than_allowed_before_decoding_them():
    limits = replace(LIMITS, max_pixels=phantom().size - 1)

    with pytest.raises(TooManyPixelsError):
        read("png", picture(phantom(), "png"), limits)


def test_takes_exactly_as_many_pixels_as_allowed():
    limits = replace(LIMITS, max_pixels=phantom().size)

    assert read("png", picture(phantom(), "png"), limits).pixels.size == phantom().size


def test_refuses_a_thumbnail_and_takes_one_pixel_more():
    with pytest.raises(TooFewPixelsError):
        read("png", picture(phantom(63, 80), "png"))

    assert read("png", picture(phantom(64, 80), "png")).pixels.shape == (64, 80)


def test_refuses_a_strip():
    with pytest.raises(BadGeometryError):
        read("png", picture(phantom(64, 641), "png"))


def test_refuses_a_jpeg_of_endless_scans():
    content = picture(phantom(), "jpeg", progressive=True)
    start = content.index(b"\xff\xda")
    scan = content[start : content.index(b"\xff\xda", start + 2)]
    bomb = content[:start] + scan * 70 + content[start:]

    with pytest.raises(DecodeTooSlowError):
        read("jpeg", bomb)


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp", "tiff", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_says_that_half_a_file_is_half(file_format, share):
    content = picture(phantom(256, 256), file_format)

    with pytest.raises(TruncatedImageError):
        read(file_format, content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("file_format", "magic"),
    [("png", b"\x89PNG\r\n\x1a\n"), ("webp", b"RIFF\xff\xff\xff\x7fWEBP"), ("bmp", b"BM")],
)
def test_says_that_noise_behind_a_magic_is_damaged(file_format, magic):
    noise = np.random.default_rng(1).bytes(3_000)

    with pytest.raises(CorruptImageError):
        read(file_format, magic + noise)


def test_says_that_a_png_with_a_wrong_checksum_is_damaged():
    content = bytearray(picture(phantom(), "png"))
    content[content.index(b"IDAT") + 40] ^= 1

    with pytest.raises(CorruptImageError):
        read("png", bytes(content))


def test_of_two_pictures_in_one_jpeg_the_first_is_the_image():
    file = io.BytesIO()
    first = Image.fromarray(phantom())
    first.save(file, "MPO", save_all=True, append_images=[first.rotate(90)], quality=95)
    assert b"MPF\0" in file.getvalue()

    decoded = read("jpeg", file.getvalue())

    assert decoded.pixels.shape == phantom().shape
    assert difference(decoded, phantom()) < 40
