"""One file of each kind that is read or refused, drawn: what two decoders are compared on."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import numpy as np
from drawings import (
    deflated,
    detailed_jpeg_of_12_bits,
    dicom,
    jpeg_dicom,
    jpeg_of_12_bits,
    phantom,
    picture,
    raw,
    study,
)
from drawn_radiographs import radiograph
from PIL import Image, TiffImagePlugin
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

SHAPE: Final = (144, 160)
ADAM7: Final = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
)  # fmt: skip
ORIENTATION: Final = 0x0112


def drawn_files() -> Iterator[tuple[str, bytes]]:
    """Name and content of each."""
    for draw in (_pngs, _jpegs, _tiffs, _others, _dicoms, _dicom_frames, _archives, _refused):
        yield from draw().items()


Files = dict[str, bytes]


def png(
    samples: np.ndarray, depth: int, colour_type: int, *chunks: bytes, interlaced: bool = False
) -> bytes:
    """Write (H, W, n) integers of `depth` bits, unfiltered."""
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    lines = b"".join(
        b"\0" + _packed(line, depth)
        for left, top, across, down in passes
        for line in samples[top::down, left::across]
    )
    header = struct.pack(">LLBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    body = (
        _chunk(b"IHDR", header),
        *chunks,
        _chunk(b"IDAT", zlib.compress(lines)),
        _chunk(b"IEND"),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _chunk(kind: bytes, value: bytes = b"") -> bytes:
    return (
        struct.pack(">L", len(value)) + kind + value + struct.pack(">L", zlib.crc32(kind + value))
    )


def _packed(line: np.ndarray, depth: int) -> bytes:
    if depth == 16:
        return line.astype(">u2").tobytes()
    bits = np.unpackbits(line.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - depth :]
    return np.packbits(bits.ravel()).tobytes()


def _gray() -> np.ndarray:
    return phantom(*SHAPE)


def _deep(top: int = 4095) -> np.ndarray:
    """A smooth chest of so many values."""
    shades = np.asarray(Image.fromarray(_gray()).convert("F").resize(SHAPE[::-1]))
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    wave = shades + 8 * np.sin(x / 9) + 8 * np.cos(y / 7)
    return np.rint((wave - wave.min()) / np.ptp(wave) * top).astype(np.uint16)


def _woven() -> np.ndarray:
    """A chest with the texture that shows how long its rows are."""
    return np.asarray(radiograph(5).resize(SHAPE[::-1]))


def _colours(*, deep: bool = False) -> np.ndarray:
    gray = _deep(60_000) if deep else _gray()
    return np.stack([gray, gray // 2, gray // 3], axis=2)


def _opacity(top: int = 255) -> np.ndarray:
    return np.linspace(0, top, SHAPE[1], dtype=np.uint16)[None].repeat(SHAPE[0], axis=0)


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def _pngs() -> Files:
    gray, deep, opacity = _gray(), _deep(), _opacity()
    marked = deep.copy()
    marked[4:10, 4:14] = 65_535
    signed = (_deep(3_000).astype(np.int32) - 1_200).astype(np.int16).view(np.uint16)
    palette = np.random.default_rng(0).integers(0, 256, (256, 3))
    plte = _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    tiff_head = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    return {
        "png_1": png((gray > 120)[..., None], 1, 0),
        "png_2": png((gray // 64)[..., None], 2, 0),
        "png_4": png((gray // 16)[..., None], 4, 0),
        "png_8": png(gray[..., None], 8, 0),
        "png_8_filtered": picture(gray, "png"),
        "png_8_interlaced": png(gray[..., None], 8, 0, interlaced=True),
        "png_8_turned": png(gray[..., None], 8, 0, _chunk(b"eXIf", tiff_head)),
        "png_12_in_16": png(deep[..., None], 16, 0),
        "png_16": png(_deep(65_000)[..., None], 16, 0),
        "png_16_interlaced": png(deep[..., None], 16, 0, interlaced=True),
        "png_16_marked": png(marked[..., None], 16, 0),
        "png_16_signed": png(signed[..., None], 16, 0),
        "png_gray_alpha": png(np.dstack([gray, opacity]), 8, 4),
        "png_gray_alpha_16": png(np.dstack([deep, _opacity(65_535)]), 16, 4),
        "png_rgb": png(_colours(), 8, 2),
        "png_rgb_gray": png(np.dstack([gray] * 3), 8, 2),
        "png_rgb_interlaced": png(_colours(), 8, 2, interlaced=True),
        "png_rgb_16": png(_colours(deep=True), 16, 2),
        "png_rgba": png(np.dstack([_colours(), opacity]), 8, 6),
        "png_rgba_all_transparent": png(np.dstack([_colours(), 0 * opacity]), 8, 6),
        "png_rgba_16": png(np.dstack([_colours(deep=True), _opacity(65_535)]), 16, 6),
        "png_palette": png(gray[..., None], 8, 3, plte),
        "png_palette_4_interlaced": png((gray // 16)[..., None], 4, 3, plte, interlaced=True),
        "png_palette_alpha": png(gray[..., None], 8, 3, plte, _chunk(b"tRNS", bytes(range(256)))),
        "png_phantom": png(gray[..., None], 8, 0, _chunk(b"tEXt", b"Software\0raiox phantom")),
    }


def _jpegs() -> Files:
    gray, colour = Image.fromarray(_gray()), Image.fromarray(_colours())
    return {
        "jpeg_gray": picture(gray, "jpeg", quality=92),
        "jpeg_gray_progressive": picture(gray, "jpeg", quality=92, progressive=True),
        "jpeg_gray_turned": picture(gray, "jpeg", quality=92, exif=_exif(6)),
        "jpeg_gray_mirrored": picture(gray, "jpeg", quality=92, exif=_exif(5)),
        "jpeg_444": picture(colour, "jpeg", quality=92, subsampling=0),
        "jpeg_420": picture(colour, "jpeg", quality=92, subsampling=2),
        "jpeg_rgb": picture(colour, "jpeg", quality=92, keep_rgb=True),
        "jpeg_cmyk": picture(colour.convert("CMYK"), "jpeg", quality=92),
        "jpeg_12": jpeg_of_12_bits(_deep()[::8, ::8]),
        "jpeg_12_detailed": detailed_jpeg_of_12_bits(_deep()),
    }


def _tiffs() -> Files:
    gray, deep = Image.fromarray(_gray()), _deep()
    bilevel = gray.convert("1", dither=Image.Dither.NONE)
    save = partial(picture, file_format="tiff")
    white_is_zero = TiffImagePlugin.ImageFileDirectory_v2()
    white_is_zero[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 0
    negative = deep.astype(np.int32) - 1_000
    return {
        "tiff_1": save(bilevel),
        "tiff_1_packbits": save(bilevel, compression="packbits"),
        "tiff_1_white_is_zero": save(bilevel, tiffinfo=white_is_zero),
        "tiff_8": save(gray),
        "tiff_8_lzw": save(gray, compression="tiff_lzw"),
        "tiff_8_deflate": save(gray, compression="tiff_adobe_deflate"),
        "tiff_8_packbits": save(gray, compression="packbits"),
        "tiff_8_jpeg": save(gray, compression="jpeg"),
        "tiff_8_group4": save(bilevel, compression="group4"),
        "tiff_8_turned": save(gray, exif=_exif(8)),
        "tiff_8_white_is_zero": save(gray, tiffinfo=white_is_zero),
        "tiff_16": save(Image.fromarray(deep)),
        "tiff_16_big_endian": save(
            Image.frombytes("I;16B", deep.shape[::-1], deep.astype(">u2").tobytes())
        ),
        "tiff_16_lzw": save(Image.fromarray(deep), compression="tiff_lzw"),
        "tiff_16_white_is_zero": save(Image.fromarray(deep), tiffinfo=white_is_zero),
        "tiff_32": save(Image.fromarray(negative)),
        "tiff_float": save(Image.fromarray(deep.astype(np.float32) / 7)),
        "tiff_rgb": save(Image.fromarray(_colours())),
        "tiff_rgb_jpeg": save(Image.fromarray(_colours()), compression="jpeg"),
        "tiff_rgba": save(Image.fromarray(np.dstack([_colours(), _opacity()]).astype(np.uint8))),
        "tiff_cmyk": save(Image.fromarray(_colours()).convert("CMYK")),
        "tiff_palette": save(Image.fromarray(_colours()).quantize(64)),
        "tiff_thumbnail": save(gray, save_all=True, append_images=[gray.resize((40, 36))]),
        "tiff_big": save(gray, big_tiff=True),
    }


def _others() -> Files:
    gray, colour = Image.fromarray(_gray()), Image.fromarray(_colours())
    transparent = Image.fromarray(np.dstack([_colours(), _opacity()]).astype(np.uint8))
    return {
        "webp_lossless": picture(gray.convert("RGB"), "webp", lossless=True),
        "webp_lossy": picture(colour, "webp", quality=90),
        "webp_alpha": picture(transparent, "webp", lossless=True, exact=True),
        "webp_turned": picture(gray.convert("RGB"), "webp", lossless=True, exif=_exif(6)),
        "bmp_1": picture(gray.convert("1", dither=Image.Dither.NONE), "bmp"),
        "bmp_8": picture(gray, "bmp"),
        "bmp_24": picture(colour, "bmp"),
        "avif": picture(colour, "avif", quality=95, subsampling="4:4:4"),
        "avif_gray": picture(gray, "avif", quality=95),
        "avif_alpha": picture(transparent, "avif", quality=95),
    }


def _lut(entries: np.ndarray, first: int, n_bits: int) -> list[Dataset]:
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65_536, first, n_bits]
    item.LUTData = entries.astype(np.uint16).tobytes()
    item["LUTData"].VR = "OW"
    return [item]


def _dicoms() -> Files:
    gray, deep = _gray(), _deep()
    colour = _colours()
    signed = (deep.astype(np.int32) - 1_500).astype(np.int16)
    palette = {"PhotometricInterpretation": "PALETTE COLOR"}
    for channel, power in (("Red", 1.0), ("Green", 0.8), ("Blue", 1.3)):
        entries = np.rint(np.linspace(0, 1, 256) ** power * 65_535).astype(np.uint16)
        palette[f"{channel}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{channel}PaletteColorLookupTableData"] = entries.tobytes()
    curve = np.rint(np.linspace(0, 1, 4_096) ** 0.6 * 4_095)
    big_endian = study(deep)
    big_endian.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    big_endian.PixelData = deep.astype(">u2").tobytes()
    implicit = study(deep)
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    marked = deep.copy()
    marked[:8, :20] = 4_095
    planar = study(colour, PlanarConfiguration=1)
    planar.PixelData = np.moveaxis(colour, 2, 0).tobytes()
    wrong_planes = study(np.dstack([gray] * 3), PlanarConfiguration=1)
    sixteen = {"BitsStored": 16, "HighBit": 15}
    return {
        "dicom_8": dicom(study(gray)),
        "dicom_12": dicom(study(deep)),
        "dicom_12_high": dicom(study(deep << 4, HighBit=15)),
        "dicom_12_high_undeclared": dicom(study(deep << 4)),
        "dicom_16": dicom(study(_deep(65_000), **sixteen)),
        "dicom_implicit": dicom(implicit),
        "dicom_big_endian": dicom(big_endian),
        "dicom_deflated": deflated(study(deep)),
        "dicom_swapped": dicom(study(deep.byteswap(), **sixteen)),
        "dicom_signed": dicom(study(signed)),
        "dicom_signed_undeclared": dicom(study(signed.view(np.uint16), **sixteen)),
        "dicom_signed_12_undeclared": dicom(study(signed.view(np.uint16) & 0xFFF)),
        "dicom_unsigned_called_signed": dicom(study(deep, PixelRepresentation=1)),
        "dicom_overlay_in_upper_bits": dicom(study(deep | (_gray() > 170).astype(np.uint16) << 13)),
        "dicom_monochrome1": dicom(study(deep, PhotometricInterpretation="MONOCHROME1")),
        "dicom_window": dicom(study(deep, WindowCenter=1_800, WindowWidth=2_600)),
        "dicom_window_sigmoid": dicom(
            study(deep, WindowCenter=1_800, WindowWidth=2_600, VOILUTFunction="SIGMOID")
        ),
        "dicom_window_useless": dicom(study(deep, WindowCenter=60_000, WindowWidth=10)),
        "dicom_window_comma": dicom(
            study(deep, WindowCenter=raw("WindowCenter", b"1800,5 "), WindowWidth=2_600)
        ),
        "dicom_rescaled": dicom(study(deep, RescaleSlope=-0.5, RescaleIntercept=2_000)),
        "dicom_voi_lut": dicom(study(deep, VOILUTSequence=_lut(curve, 0, 12))),
        "dicom_voi_lut_words_called_bytes": dicom(
            study(deep, VOILUTSequence=_lut(np.rint(curve / 16), 0, 8))
        ),
        "dicom_modality_lut": dicom(study(deep, ModalityLUTSequence=_lut(curve, 0, 16))),
        "dicom_padding": dicom(
            study(np.where(_gray() > 240, 4_000, deep), PixelPaddingValue=4_000)
        ),
        "dicom_marked": dicom(study(marked)),
        "dicom_marked_monochrome1": dicom(
            study(4_095 - marked, PhotometricInterpretation="MONOCHROME1")
        ),
        "dicom_rows_swapped": dicom(study(_woven(), Rows=SHAPE[1], Columns=SHAPE[0])),
        "dicom_sheared": dicom(study(_woven(), Columns=SHAPE[1] - 1)),
        "dicom_rgb": dicom(study(colour)),
        "dicom_ybr": dicom(study(_ybr(), PhotometricInterpretation="YBR_FULL")),
        "dicom_ybr_422": dicom(_with_shared_chroma()),
        "dicom_rgb_16": dicom(study(_colours(deep=True), **sixteen)),
        "dicom_planes": dicom(planar),
        "dicom_planes_undeclared": dicom(wrong_planes),
        "dicom_palette": dicom(study(gray, **palette)),
        "dicom_tall_pixels": dicom(study(deep, PixelSpacing=[0.3, 0.2])),
        "dicom_spacing": dicom(study(deep, ImagerPixelSpacing=[0.143, 0.143])),
        "dicom_without_bits": dicom(study(deep, BitsStored=None, HighBit=None)),
        "dicom_burned_in": dicom(study(gray, BurnedInAnnotation="YES")),
    }


def _ybr() -> np.ndarray:
    return np.asarray(Image.fromarray(_colours()).convert("YCbCr"))


def _with_shared_chroma() -> Dataset:
    """Two pixels, one chroma (PS3.3, C.7.6.3.1.2)."""
    ybr = _ybr()
    data = study(ybr, PhotometricInterpretation="YBR_FULL_422")
    pairs = np.dstack([ybr[:, ::2, 0], ybr[:, 1::2, 0], ybr[:, ::2, 1], ybr[:, ::2, 2]])
    data.PixelData = pairs.tobytes()
    return data


def _compressed(pixels: np.ndarray, syntax: str, **elements: Any) -> bytes:
    data = study(pixels, **elements)
    data.compress(syntax, generate_instance_uid=False)
    return dicom(data)


def _jpeg_lossless(pixels: np.ndarray, n_bits: int) -> bytes:
    """A DICOM file around a lossless JPEG, which pydicom does not write."""
    data = study(pixels)
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    data.PixelData = encapsulate([lossless_frame(pixels, n_bits)])
    data["PixelData"].is_undefined_length = True
    return dicom(data)


def lossless_frame(pixels: np.ndarray, n_bits: int) -> bytes:
    """Differences to the pixel on the left, with codes of five bits for their size (T.81, H)."""
    predicted = np.empty(pixels.shape, int)
    predicted[:, 1:] = pixels[:, :-1]
    predicted[1:, 0] = pixels[:-1, 0]
    predicted[0, 0] = 1 << (n_bits - 1)
    bits = []
    for difference in (pixels.astype(int) - predicted).ravel().tolist():
        size = abs(difference).bit_length()
        magnitude = difference if difference > 0 else difference + (1 << size) - 1
        bits.append(f"{size:05b}" + (f"{magnitude:0{size}b}" if size else ""))
    coded = "".join(bits)
    coded += "1" * (-len(coded) % 8)
    scan = int(coded, 2).to_bytes(len(coded) // 8).replace(b"\xff", b"\xff\0")
    height, width = pixels.shape
    codes = bytes([0, *(0,) * 4, 17, *(0,) * 11, *range(17)])
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xC3, struct.pack(">BHHB", n_bits, height, width, 1) + b"\x01\x11\0"),
            _segment(0xC4, codes),
            _segment(0xDA, b"\x01\x01\0\x01\0\0"),
            scan,
            b"\xff\xd9",
        ]
    )


def _segment(marker: int, value: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(value) + 2) + value


def _dicom_frames() -> Files:
    gray, deep = _gray(), _deep()
    signed = (deep.astype(np.int32) - 1_500).astype(np.int16)
    colour = Image.fromarray(_colours())
    size = {"Rows": SHAPE[0], "Columns": SHAPE[1]}
    rgb = size | {
        "SamplesPerPixel": 3,
        "PlanarConfiguration": 0,
        "PhotometricInterpretation": "RGB",
    }
    shared = rgb | {"PhotometricInterpretation": "YBR_FULL_422"}
    return {
        "dicom_rle_8": _compressed(gray, RLELossless),
        "dicom_rle": _compressed(deep, RLELossless),
        "dicom_rle_rgb": _compressed(_colours(), RLELossless),
        "dicom_jpeg_ls": _compressed(deep, JPEGLSLossless),
        "dicom_jpeg_ls_near": _compressed(deep, JPEGLSNearLossless),
        "dicom_jpeg_2000": _compressed(deep, JPEG2000Lossless),
        "dicom_jpeg_2000_8": _compressed(gray, JPEG2000Lossless),
        "dicom_jpeg_2000_signed": _compressed(signed, JPEG2000Lossless),
        "dicom_jpeg_lossless_8": _jpeg_lossless(gray, 8),
        "dicom_jpeg_lossless": _jpeg_lossless(deep, 12),
        "dicom_jpeg": jpeg_dicom(picture(gray, "jpeg", quality=92), **size),
        "dicom_jpeg_422": jpeg_dicom(picture(colour, "jpeg", quality=92, subsampling=1), **shared),
        "dicom_jpeg_rgb": jpeg_dicom(picture(colour, "jpeg", quality=92, keep_rgb=True), **rgb),
        "dicom_jpeg_rgb_unmarked": jpeg_dicom(
            _unmarked(picture(colour, "jpeg", quality=92, keep_rgb=True)), **rgb
        ),
        "dicom_jpeg_12": jpeg_dicom(
            jpeg_of_12_bits(deep[::8, ::8]), **size, BitsAllocated=16, BitsStored=12, HighBit=11
        ),
    }


def _unmarked(frame: bytes) -> bytes:
    """A JPEG of red, green and blue in which nothing says so, as DICOM has them."""
    start = frame.index(b"\xff\xee")
    end = start + 2 + int.from_bytes(frame[start + 2 : start + 4])
    frame = frame[:start] + frame[end:]
    header, scan = frame.index(b"\xff\xc0"), frame.index(b"\xff\xda")
    plain = bytearray(frame)
    for n in range(3):
        plain[header + 10 + 3 * n] = plain[scan + 5 + 2 * n] = n + 1
    return bytes(plain)


def _zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def _archives() -> Files:
    image, radiograph = picture(_gray(), "png"), dicom(study(_deep()))
    encrypted = bytearray(_zipped(image=image))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    return {
        "zip_png": _zipped(image=image, readme=b"hello"),
        "zip_dicom": _zipped(study__IM1=radiograph, DICOMDIR=radiograph),
        "zip_of_two": _zipped(one=image, other=radiograph),
        "zip_of_none": _zipped(readme=b"hello"),
        "zip_outside": _zipped(**{"..__image": image}),
        "zip_encrypted": bytes(encrypted),
        "zip_half": _zipped(image=image)[:-40],
    }


def _refused() -> Files:
    gray, deep = _gray(), _deep()
    jpeg = picture(gray, "jpeg", quality=92)
    half = len(jpeg) // 2
    scan = jpeg.index(b"\xff\xda") + 400
    two_pages = [Image.fromarray(gray), Image.fromarray(255 - gray)]
    no_dicom = b"\x08\x00" + bytes(range(200))
    return {
        "empty": b"",
        "text": b"This is no image, but a sentence of some length, and then some more." * 20,
        "no_dicom": no_dicom,
        "gif": picture(gray, "gif"),
        "pdf": b"%PDF-1.7\n" + bytes(500),
        "heic": b"\0\0\0\x18ftypheic" + bytes(300),
        "gzip": b"\x1f\x8b\x08" + bytes(100),
        "svg": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        "png_with_line_ends": picture(gray, "png").replace(b"\r\n", b"\n", 1),
        "png_after_blanks": b"\n\n" + picture(gray, "png"),
        "png_half": png(gray[..., None], 8, 0)[:800],
        "png_wrong_checksum": picture(gray, "png")[:-30] + bytes(4) + picture(gray, "png")[-26:],
        "png_small": picture(gray[:40, :40], "png"),
        "png_long": picture(np.tile(gray, (12, 1))[:, :100], "png"),
        "jpeg_half": jpeg[:half],
        "jpeg_hole": jpeg[:scan] + bytes(300) + jpeg[scan + 300 :],
        "tiff_two_pages": picture(two_pages[0], "tiff", save_all=True, append_images=two_pages[1:]),
        "tiff_half": picture(Image.fromarray(gray), "tiff")[:6_000],
        "dicom_half": dicom(study(deep))[:9_000],
        "dicom_ct": dicom(study(deep, Modality="CT")),
        "dicom_frames": dicom(study(np.tile(deep, (2, 1)), Rows=SHAPE[0], NumberOfFrames=2)),
        "dicom_no_pixels": dicom_without_pixels(),
        "dicom_impossible_bits": dicom(study(deep, BitsStored=raw("BitsStored", b"\x14\0"))),
        "dicom_jpeg_hole": jpeg_dicom(
            jpeg[:scan] + bytes(300) + jpeg[scan + 300 :], Rows=SHAPE[0], Columns=SHAPE[1]
        ),
    }


def dicom_without_pixels() -> bytes:
    """A report, say."""
    data = dcmread(io.BytesIO(dicom(study(_deep()))))
    del data.PixelData
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
