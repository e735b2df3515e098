"""DICOM files whose pixels are odd: compressed otherwise than the header says, or laid out otherwise."""

import io
import struct
from typing import Any, Final

import numpy as np
from drawings import dicom, jpeg_dicom, picture, study
from drawn_files import lossless_frame
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from odd_dicom_files import element, plain
from odd_files import OTHER, OddFile, deep

RLE_HEADER: Final = 64
RGB: Final = {"SamplesPerPixel": 3, "PlanarConfiguration": 0, "PhotometricInterpretation": "RGB"}


def compressed(pixels: np.ndarray, syntax: str, **elements: Any) -> Dataset:
    data = study(pixels, **elements)
    data.compress(syntax, generate_instance_uid=False)
    return data


def with_elements(data: Dataset, **elements: Any) -> bytes:
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    return dicom(data)


def frame_of(data: Dataset) -> bytes:
    return next(generate_frames(data.PixelData, number_of_frames=1))


def with_frame(data: Dataset, frame: bytes, syntax: str | None = None) -> bytes:
    data.PixelData = encapsulate([frame])
    data["PixelData"].is_undefined_length = True
    if syntax:
        data.file_meta.TransferSyntaxUID = syntax
    return dicom(data)


def jpeg_lossless(pixels: np.ndarray, n_bits: int) -> Dataset:
    data = study(pixels)
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    data.PixelData = encapsulate([lossless_frame(pixels, n_bits)])
    data["PixelData"].is_undefined_length = True
    return data


def of_known_length(pixels: np.ndarray) -> bytes:
    """Fragments in an element that says how long it is."""
    content = dicom(jpeg_lossless(deep(pixels), 12))
    at = content.index(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff") + 8
    return content[:at] + struct.pack("<L", len(content) - at - 4) + content[at + 4 :]


def of_known_length_without_fragments(pixels: np.ndarray) -> bytes:
    content = dicom(jpeg_lossless(deep(pixels), 12))
    at = content.index(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff") + 8
    frame = lossless_frame(deep(pixels), 12)
    frame += bytes(len(frame) % 2)
    return content[:at] + struct.pack("<L", len(frame)) + frame


def rle_segments(pixels: np.ndarray) -> tuple[Dataset, list[bytes]]:
    data = compressed(deep(pixels), RLELossless)
    frame = frame_of(data)
    n_segments, *offsets = struct.unpack("<16L", frame[:RLE_HEADER])
    ends = [*offsets[1:n_segments], len(frame)]
    return data, [frame[a:b] for a, b in zip(offsets[:n_segments], ends, strict=True)]


def rle(data: Dataset, segments: list[bytes]) -> bytes:
    starts = np.cumsum([RLE_HEADER, *map(len, segments)])[:-1].tolist()
    offsets = (starts + [0] * 15)[:15]
    return with_frame(data, struct.pack("<16L", len(segments), *offsets) + b"".join(segments))


def rle_in_the_other_order(pixels: np.ndarray) -> bytes:
    data, segments = rle_segments(pixels)
    return rle(data, segments[::-1])


def rle_with_a_byte_more(pixels: np.ndarray) -> bytes:
    """Each segment unfolds to one byte more than the frame has pixels."""
    data, segments = rle_segments(pixels)
    return rle(data, [segment.rstrip(b"\0") + b"\0\0" for segment in segments])


def rle_of_odd_segments(pixels: np.ndarray) -> bytes:
    data, segments = rle_segments(pixels)
    return rle(data, [segment + bytes(1 - len(segment) % 2) for segment in segments])


def with_scan_end(pixels: np.ndarray) -> bytes:
    """Numbers in the scan header that a lossless scan does not use."""
    frame = lossless_frame(deep(pixels), 12)
    scan = b"\xff\xda\0\x08\x01\x01\0\x01\0\0"
    assert scan in frame
    return with_frame(jpeg_lossless(deep(pixels), 12), frame.replace(scan, scan[:-2] + b"\x3f\0"))


def in_jp2_boxes(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG2000")
    return with_frame(study(pixels), file.getvalue(), JPEG2000Lossless)


def in_colour(pixels: np.ndarray) -> np.ndarray:
    return np.stack([pixels] * 3, axis=2)


def ybr_planes(pixels: np.ndarray) -> bytes:
    ybr = np.asarray(Image.fromarray(in_colour(pixels)).convert("YCbCr"))
    data = compressed(ybr, RLELossless, PhotometricInterpretation="YBR_FULL")
    return with_elements(data, PlanarConfiguration=1)


def j2k_of_ybr(pixels: np.ndarray) -> bytes:
    """Luma and chroma compressed without a colour transform, as an archive does with RLE."""
    ybr = np.asarray(Image.fromarray(in_colour(pixels)).convert("YCbCr"))
    data = compressed(ybr, JPEG2000Lossless, PhotometricInterpretation="RGB")
    return with_elements(data, PhotometricInterpretation="YBR_FULL")


def shared_chroma_called_rgb(pixels: np.ndarray) -> bytes:
    frame = picture(Image.fromarray(in_colour(pixels)), "jpeg", quality=97, subsampling=1)
    return jpeg_dicom(frame, Rows=len(pixels), Columns=pixels.shape[1], **RGB)


def in_12_packed_bits(pixels: np.ndarray) -> bytes:
    even = deep(pixels)[:, : pixels.shape[1] // 2 * 2]
    first, second = even[:, ::2], even[:, 1::2]
    packed = np.stack([first & 255, first >> 8 | (second & 15) << 4, second >> 4], axis=2)
    data = study(even)
    data.PixelData = packed.astype(np.uint8).tobytes()
    data.BitsAllocated = 12
    return dicom(data)


def several_frames_uncounted(pixels: np.ndarray) -> bytes:
    data = study(deep(pixels))
    data.PixelData = data.PixelData * 3
    return dicom(data)


def fragments_of_two_frames(pixels: np.ndarray) -> bytes:
    data = compressed(pixels, JPEGLSLossless)
    data.PixelData = encapsulate([frame_of(data)] * 2)
    data["PixelData"].is_undefined_length = True
    return dicom(data)


def bytes_in_words(pixels: np.ndarray) -> bytes:
    """One byte of two is used, and the header knows it."""
    return dicom(study(pixels.astype(np.uint16), BitsStored=8, HighBit=7))


def words_called_bytes_allocated(pixels: np.ndarray) -> bytes:
    data = study(deep(pixels))
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit = 7
    data["PixelData"].VR = "OW"
    return dicom(data)


def colours_called_one_sample(pixels: np.ndarray) -> bytes:
    data = study(in_colour(pixels))
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    return dicom(data)


def embedded_overlay_at_position_zero(pixels: np.ndarray) -> bytes:
    """Bits 4 to 15 are the values; an overlay that says position 0 lies in the lowest."""
    letters = np.zeros(pixels.shape, np.uint16)
    letters[10:30, 10:40] = 1
    content = dicom(study(deep(pixels) << 4 | letters, HighBit=15))
    return content.replace(
        b"\xe0\x7f\x10\x00", element(0x60000102, b"US", b"\0\0") + b"\xe0\x7f\x10\x00", 1
    )


def four_samples(pixels: np.ndarray) -> bytes:
    data = study(in_colour(pixels))
    data.PixelData = np.dstack([255 * np.ones_like(pixels), in_colour(pixels)]).tobytes()
    data.SamplesPerPixel, data.PhotometricInterpretation = 4, "ARGB"
    return dicom(data)


def deep_j2k_of_fewer_bits(pixels: np.ndarray) -> bytes:
    """Twelve bits in the header, sixteen in the frame."""
    data = compressed(deep(pixels), JPEG2000Lossless, BitsStored=16, HighBit=15)
    return with_elements(data, BitsStored=12, HighBit=11)


def signed_ls(pixels: np.ndarray) -> bytes:
    values = deep(pixels).astype(np.int16) - 1_024
    return dicom(compressed(values, JPEGLSLossless, BitsStored=16, HighBit=15))


def palette_of_false_colours(pixels: np.ndarray) -> bytes:
    """Hot metal: through red and yellow to white."""
    steps = np.arange(256) / 255 * 3
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for n, channel in enumerate(("Red", "Green", "Blue")):
        entries = np.rint(np.clip(steps - n, 0, 1) * 65_535).astype(np.uint16)
        elements[f"{channel}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        elements[f"{channel}PaletteColorLookupTableData"] = entries.tobytes()
    return dicom(study(pixels, **elements))


def segmented_palette(pixels: np.ndarray) -> bytes:
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for channel in ("Red", "Green", "Blue"):
        elements[f"{channel}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        elements[f"Segmented{channel}PaletteColorLookupTableData"] = struct.pack(
            "<6H", 0, 1, 0, 1, 255, 65_535
        )
    return dicom(study(pixels, **elements))


DICOM_FRAMES: Final = (
    OddFile("j2k_of_bytes_in_allocated_words", "fo-dicom/fo-dicom#1992",
            lambda p: with_elements(compressed(p, JPEG2000Lossless), BitsAllocated=16)),
    OddFile("ls_of_bytes_in_allocated_words", "pydicom/pydicom#2010",
            lambda p: with_elements(compressed(p, JPEGLSLossless), BitsAllocated=16)),
    OddFile("lossless_jpeg_of_bytes_in_allocated_words", "dcm4che/dcm4che#741",
            lambda p: with_elements(jpeg_lossless(p, 8), BitsAllocated=16)),
    OddFile("ls_of_seven_bits", "pydicom/pydicom#2008",
            lambda p: dicom(compressed(p >> 1, JPEGLSLossless, BitsStored=7, HighBit=6))),
    OddFile("j2k_of_more_bits_than_its_header", "pydicom/pydicom#2073", deep_j2k_of_fewer_bits),
    OddFile("ls_of_signed_values", "pydicom/pydicom#2010", signed_ls),
    OddFile("fragments_of_known_length", "Efferent-Health/fo-dicom.Codecs#94", of_known_length),
    OddFile("frame_of_known_length", "Efferent-Health/fo-dicom.Codecs#94", of_known_length_without_fragments),
    OddFile("baseline_called_lossless", "rii-mango/JPEGLosslessDecoderJS#14",
            lambda p: with_frame(study(p), picture(p, "jpeg", quality=97), JPEGLosslessSV1)),
    OddFile("rle_in_the_other_byte_order", "pydicom/pydicom#1374", rle_in_the_other_order),
    OddFile("rle_with_a_byte_more", "pydicom/pydicom#1438", rle_with_a_byte_more),
    OddFile("rle_of_odd_segments", "pydicom/pydicom#2180", rle_of_odd_segments),
    OddFile("lossless_scan_that_ends_somewhere", "malaterre/GDCM#96", with_scan_end),
    OddFile("j2k_in_its_file_format", "cornerstonejs/cornerstoneWADOImageLoader#308", in_jp2_boxes),
    OddFile("shared_chroma_called_rgb", "Slicer/Slicer#7656", shared_chroma_called_rgb),
    OddFile("rle_of_luma_and_chroma_planes", "dgobbi/vtk-dicom#91", ybr_planes),
    OddFile("j2k_of_luma_without_a_transform", "cornerstonejs/cornerstoneWADOImageLoader#308", j2k_of_ybr),
    OddFile("gray_called_rgb", "pydicom/pydicom#1330",
            lambda p: plain(p, PhotometricInterpretation="RGB")),
    OddFile("gray_called_ybr", "pydicom/pydicom#1330",
            lambda p: plain(p, PhotometricInterpretation="YBR_FULL_422")),
    OddFile("gray_jpeg_called_ybr", "Efferent-Health/fo-dicom.Codecs#1",
            lambda p: jpeg_dicom(picture(p, "jpeg", quality=97), Rows=len(p), Columns=p.shape[1],
                                 PhotometricInterpretation="YBR_FULL_422")),
    OddFile("bytes_in_words", "fo-dicom/fo-dicom#1992", bytes_in_words),
    OddFile("words_called_bytes_allocated", "gradienthealth/dicom#8", words_called_bytes_allocated, OTHER),
    OddFile("colours_called_one_sample", "pydicom/pydicom#796", colours_called_one_sample, OTHER),
    OddFile("bits_packed_by_twelve", "malaterre/GDCM (gdcmData)", in_12_packed_bits, "corrupt_image"),
    OddFile("three_frames_that_nobody_counts", "suyashkumar/dicom#77", several_frames_uncounted, OTHER),
    OddFile("fragments_of_two_frames", "malaterre/GDCM#80", fragments_of_two_frames, OTHER),
    OddFile("overlay_at_position_zero", "fo-dicom/fo-dicom#138", embedded_overlay_at_position_zero),
    OddFile("four_samples", "pydicom/pydicom (ARGB)", four_samples, "corrupt_image"),
    OddFile("palette_of_false_colours", "pydicom/pydicom#1330", palette_of_false_colours, OTHER),
    OddFile("segmented_palette", "pydicom/pydicom (segmented palettes)", segmented_palette, "corrupt_image"),
)  # fmt: skip
