"""DICOM files whose headers are odd: file meta, value representations, order and display of elements."""

import io
import struct
from typing import Any, Final

import numpy as np
from drawings import data_set_of, dicom, raw, study
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from odd_files import OTHER, OddFile, deep

LONG: Final = (b"OB", b"OW", b"UN", b"SQ", b"UT")
UNDEFINED: Final = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = (struct.pack("<HH", 0xFFFE, n) for n in (0xE000, 0xE00D, 0xE0DD))
PIXEL_DATA: Final = struct.pack("<HH", 0x7FE0, 0x0010)
GROUP_LENGTH: Final = slice(140, 144)
"""Where the length of the file meta stands."""


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """Explicit VR, little-endian; `length` may be another than that of the value."""
    length = len(value) if length is None else length
    header = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    return (
        header
        + (struct.pack("<HL", 0, length) if vr in LONG else struct.pack("<H", length))
        + value
    )


def implicit(tag: int, value: bytes) -> bytes:
    """Implicit VR, little-endian."""
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value


def plain(pixels: np.ndarray, **elements: Any) -> bytes:
    """12 bits as a DX file."""
    return dicom(study(deep(pixels), **elements))


def inserted(content: bytes, added: bytes, before: int = 0x7FE00010) -> bytes:
    """The file with bytes before the first element of a tag."""
    at = content.rindex(
        struct.pack("<HH", before >> 16, before & 0xFFFF), 0, _pixels_at(content) + 4
    )
    return content[:at] + added + content[at:]


def _pixels_at(content: bytes) -> int:
    return content.index(PIXEL_DATA)


def with_group_length(content: bytes, change: int) -> bytes:
    (length,) = struct.unpack("<L", content[GROUP_LENGTH])
    return (
        content[: GROUP_LENGTH.start]
        + struct.pack("<L", length + change)
        + content[GROUP_LENGTH.stop :]
    )


def without_group_length(content: bytes) -> bytes:
    return content[:132] + content[144:]


def in_implicit_meta(pixels: np.ndarray) -> bytes:
    data = study(deep(pixels))
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    meta = implicit(0x00020002, b"1.2.840.10008.5.1.4.1.1.1.1\0") + implicit(
        0x00020010, b"1.2.840.10008.1.2\0"
    )
    return bytes(128) + b"DICM" + meta + data_set_of(dicom(data))


def with_syntax(pixels: np.ndarray, padded: bytes) -> bytes:
    content = plain(pixels)
    syntax = element(0x00020010, b"UI", b"1.2.840.10008.1.2.1\0")
    return content.replace(syntax, element(0x00020010, b"UI", padded), 1)


def acr_nema(pixels: np.ndarray) -> bytes:
    """ACR-NEMA 2.0: no preamble, no meta, implicit, a length to the end and a recognition code."""
    data = study(deep(pixels))
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    head = implicit(0x00080000, struct.pack("<L", 40)) + implicit(
        0x00080001, struct.pack("<L", 10_000)
    )
    return head + implicit(0x00080010, b"ACR-NEMA 2.0") + data_set_of(dicom(data))


def icon(item_ends: bytes = ITEM_END + SEQUENCE_END, *, is_purged: bool = False) -> bytes:
    """An Icon Image Sequence of 64 x 64 pixels."""
    inside = b"".join(
        element(0x00280000 | tag, b"US", struct.pack("<H", value))
        for tag, value in (
            (0x02, 1),
            (0x10, 64),
            (0x11, 64),
            (0x100, 8),
            (0x101, 8),
            (0x102, 7),
            (0x103, 0),
        )
    )
    if not is_purged:
        inside += element(0x7FE00010, b"OW", bytes(range(256)) * 16)
    sequence = ITEM + struct.pack("<L", UNDEFINED) + inside
    ends = b"".join(end + bytes(4) for end in (item_ends[:4], item_ends[4:]) if end)
    return element(0x00880200, b"SQ", sequence + ends, UNDEFINED)


def private_sequence(vr: bytes, inside: bytes, ends: bytes = ITEM_END + bytes(4)) -> bytes:
    """A private sequence of undefined length, before the image module."""
    item = ITEM + struct.pack("<L", UNDEFINED) + inside + ends
    return element(0x00191010, vr, item + SEQUENCE_END + bytes(4), UNDEFINED)


PRIVATE: Final = element(0x00190010, b"LO", b"VENDOR")
IMPLICIT_INSIDE: Final = implicit(0x00191011, b"words  1")
EXPLICIT_INSIDE: Final = element(0x00191011, b"LO", b"words  1")
IMAGE_GROUP: Final = 0x00280002


def lut(first: int, entries: np.ndarray, n_bits: int, *, byte_order: str = "<") -> list[Dataset]:
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65_536, first, n_bits]
    item.LUTData = entries.astype(f"{byte_order}u2").tobytes()
    item["LUTData"].VR = "OW"
    return [item]


def odd_length(pixels: np.ndarray) -> np.ndarray:
    """An odd number of pixels."""
    return pixels[: len(pixels) - 1 + len(pixels) % 2, : pixels.shape[1] - 1 + pixels.shape[1] % 2]


def in_one_word_more(pixels: np.ndarray, vr: bytes, value: bytes) -> bytes:
    """Rows in another value representation."""
    rows = element(0x00280010, b"US", struct.pack("<H", len(pixels)))
    return plain(pixels).replace(rows, element(0x00280010, vr, value), 1)


def bytes_in_big_endian_words(pixels: np.ndarray) -> bytes:
    even = np.ascontiguousarray(pixels[:, : pixels.shape[1] // 2 * 2])
    data = study(even)
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    data.PixelData = even.view(np.uint16).byteswap().tobytes()
    data["PixelData"].VR = "OW"
    content = dicom(data)
    return content.replace(b"\x7f\xe0\x00\x10OB", b"\x7f\xe0\x00\x10OW", 1)


def for_processing(pixels: np.ndarray) -> bytes:
    """What a detector counts: many where little is in the way, on a linear scale."""
    counts = np.rint(12_000 * np.exp(-pixels / 90.0)).astype(np.uint16)
    return dicom(study(counts, BitsStored=14, HighBit=13, PresentationIntentType="FOR PROCESSING"))


def in_shutter(pixels: np.ndarray, shape: str = "RECTANGULAR") -> bytes:
    """Collimated by the display shutter alone: outside lies what the detector saw there."""
    height, width = pixels.shape
    top, left = height // 6, width // 6
    whole = np.full((height + 2 * top, width + 2 * left), 3_900, np.uint16)
    noise = np.random.default_rng(3).normal(0, 60, whole.shape)
    whole = np.clip(whole + noise, 0, 4_095).astype(np.uint16)
    whole[top : top + height, left : left + width] = deep(pixels)
    edges = (left + 1, left + width, top + 1, top + height)
    names = ("LeftVertical", "RightVertical", "UpperHorizontal", "LowerHorizontal")
    shutter = {f"Shutter{name}Edge": edge for name, edge in zip(names, edges, strict=True)}
    if shape == "POLYGONAL":
        right, bottom = left + width + 1, top + height + 1
        corners = ((top + 1, left + 1), (top + 1, right), (bottom, right), (bottom, left + 1))
        shutter = {"VerticesOfThePolygonalShutter": [at for corner in corners for at in corner]}
    return dicom(study(whole, ShutterShape=shape, **shutter))


def in_circle(pixels: np.ndarray) -> bytes:
    """A circle around the whole of a rectangle that is given as well."""
    data = dcmread(io.BytesIO(in_shutter(pixels)))
    data.ShutterShape = ["RECTANGULAR", "CIRCULAR"]
    data.CenterOfCircularShutter = [data.Rows // 2, data.Columns // 2]
    data.RadiusOfCircularShutter = data.Rows
    return dicom(data)


def in_shutter_of_one_point(pixels: np.ndarray) -> bytes:
    vertex = {"VerticesOfThePolygonalShutter": [7, 9]}
    return dicom(study(deep(pixels), ShutterShape="POLYGONAL", **vertex))


def curve(n_entries: int, n_bits: int) -> np.ndarray:
    return np.linspace(0, 2**n_bits - 1, n_entries)


DICOM_FILES: Final = (
    OddFile("meta_group_length_too_small", "dgobbi/vtk-dicom#158", lambda p: with_group_length(plain(p), -12)),
    OddFile("meta_group_length_too_large", "dgobbi/vtk-dicom#158", lambda p: with_group_length(plain(p), 40)),
    OddFile("meta_group_length_missing", "pydicom/pydicom#109", lambda p: without_group_length(plain(p))),
    OddFile("meta_in_implicit_vr", "pydicom/pydicom#820", in_implicit_meta),
    OddFile("syntax_padded_with_a_blank", "fo-dicom/fo-dicom#1941", lambda p: with_syntax(p, b"1.2.840.10008.1.2.1 ")),
    OddFile("meta_element_again_in_the_data_set", "pydicom/pydicom#140",
            lambda p: inserted(plain(p), element(0x00020003, b"UI", b"1.2.3\0"), 0x00080016)),
    OddFile("group_length_called_unknown", "fo-dicom/fo-dicom#1941",
            lambda p: inserted(plain(p), element(0x00080000, b"UN", struct.pack("<L", 300)), 0x00080016)),
    OddFile("private_group_length_called_unknown", "fo-dicom/fo-dicom#378",
            lambda p: inserted(plain(p), element(0x00190000, b"UN", struct.pack("<L", 8)) + PRIVATE, IMAGE_GROUP)),
    OddFile("private_element_without_vr", "fo-dicom/fo-dicom#47",
            lambda p: inserted(plain(p), PRIVATE + implicit(0x00191010, b"words"), IMAGE_GROUP)),
    OddFile("private_sequence_called_unknown", "fo-dicom/fo-dicom#42",
            lambda p: inserted(plain(p), PRIVATE + private_sequence(b"UN", IMPLICIT_INSIDE), IMAGE_GROUP)),
    OddFile("private_sequence_called_unknown_in_explicit_vr", "Enet4/dicom-rs#77",
            lambda p: inserted(plain(p), PRIVATE + private_sequence(b"UN", EXPLICIT_INSIDE), IMAGE_GROUP)),
    OddFile("sequence_of_implicit_elements", "pydicom/pydicom#820",
            lambda p: inserted(plain(p), PRIVATE + private_sequence(b"SQ", IMPLICIT_INSIDE), IMAGE_GROUP)),
    OddFile("last_item_without_its_delimiter", "fo-dicom/fo-dicom#388",
            lambda p: inserted(plain(p), PRIVATE + private_sequence(b"SQ", EXPLICIT_INSIDE, b""), IMAGE_GROUP),
            "corrupt_image"),
    OddFile("private_element_longer_than_its_file", "dgobbi/vtk-dicom#223",
            lambda p: inserted(plain(p), PRIVATE + element(0x00191010, b"UN", b"words", 2**30), IMAGE_GROUP),
            "truncated_image"),
    OddFile("icon_before_the_image", "ImageMagick/ImageMagick#2534", lambda p: inserted(plain(p), icon())),
    OddFile("icon_that_was_purged", "rordenlab/dcm2niix#415", lambda p: inserted(plain(p), icon(is_purged=True))),
    OddFile("icon_whose_item_does_not_end", "rordenlab/dcm2niix#409", lambda p: inserted(plain(p), icon(SEQUENCE_END)),
            "corrupt_image"),
    OddFile("acr_nema", "malaterre/GDCM (gdcmData)", acr_nema),
    OddFile("pixel_data_of_odd_length", "fo-dicom/fo-dicom#284", lambda p: dicom(study(odd_length(p)))),
    OddFile("one_byte_behind_the_pixels", "pydicom/pydicom#599", lambda p: dicom(_padded(odd_length(p), 1))),
    OddFile("kilobytes_behind_the_pixels", "pydicom/pydicom#796", lambda p: dicom(_padded(p, 19_044))),
    OddFile("trailing_padding_element", "pydicom/pydicom#820",
            lambda p: plain(p) + element(0xFFFCFFFC, b"OB", bytes(512))),
    OddFile("zeros_behind_the_file", "suyashkumar/dicom#77", lambda p: plain(p) + bytes(4_096)),
    OddFile("words_called_bytes", "fo-dicom/fo-dicom#1403",
            lambda p: plain(p).replace(PIXEL_DATA + b"OW", PIXEL_DATA + b"OB")),
    OddFile("pixels_called_unknown", "pydicom/pydicom#1557",
            lambda p: plain(p).replace(PIXEL_DATA + b"OW", PIXEL_DATA + b"UN")),
    OddFile("bytes_in_big_endian_words", "pydicom/pydicom#808", bytes_in_big_endian_words),
    OddFile("rows_as_long", "innolitics/dicom-standard#109", lambda p: in_one_word_more(p, b"UL", struct.pack("<L", len(p)))),
    OddFile("rows_as_text", "innolitics/dicom-standard#109", lambda p: in_one_word_more(p, b"IS", f"{len(p):<4}".encode())),
    OddFile("window_called_unknown", "fo-dicom/fo-dicom#1941",
            lambda p: plain(p, WindowCenter=raw("WindowCenter", b"2048", "UN"), WindowWidth=raw("WindowWidth", b"4096", "UN"))),
    OddFile("names_in_no_character_set", "pydicom/pydicom#820",
            lambda p: inserted(plain(p).replace(b"Silva^Maria", b"\xff\xfe\x80^\xe9ria___"),
                               element(0x00080005, b"CS", b"ISO_IR 999\\?"), 0x00080016)),
    OddFile("numbers_with_zero_bytes", "fo-dicom/fo-dicom#1941",
            lambda p: plain(p, RescaleSlope=raw("RescaleSlope", b"1.000\0\0\0"), RescaleIntercept=raw("RescaleIntercept", b"+0\0\0"))),
    OddFile("elements_out_of_order", "dgobbi/vtk-dicom#158",
            lambda p: inserted(plain(p), element(0x00280120, b"US", b"\xff\xff"), 0x00080060)),
    OddFile("an_element_twice", "rordenlab/dcm2niix#415",
            lambda p: inserted(plain(p), element(0x00280100, b"US", b"\x10\x00"), 0x00280101)),
    OddFile("saved_with_its_mime_header", "OHIF/Viewers (WADO-RS)",
            lambda p: b"--bound\r\nContent-Type: application/dicom\r\n\r\n" + plain(p), "not_an_image"),
    OddFile("floats_as_pixels", "pydicom/pydicom (Float Pixel Data)",
            lambda p: plain(p).replace(PIXEL_DATA + b"OW", b"\xe0\x7f\x08\x00OF"), "no_pixel_data"),
    OddFile("window_for_eight_bits", "cornerstonejs/cornerstone#421", lambda p: plain(p, WindowCenter=128, WindowWidth=256)),
    OddFile("slope_below_zero_and_monochrome1", "cornerstonejs/cornerstone3D#2215",
            lambda p: plain(p, PhotometricInterpretation="MONOCHROME1", RescaleSlope=-1, RescaleIntercept=4_095)),
    OddFile("tiny_slope", "pydicom/pydicom#2073", lambda p: plain(p, RescaleSlope="1.5e-05", RescaleIntercept="-0.04")),
    OddFile("presentation_lut_shape_that_contradicts", "dcm4che/dcm4che#944", lambda p: plain(p, PresentationLUTShape="INVERSE")),
    OddFile("voi_lut_of_part_of_the_values", "cornerstonejs/cornerstone#79",
            lambda p: plain(p, VOILUTSequence=lut(0, curve(4_080, 16), 16))),
    OddFile("voi_lut_longer_than_the_values", "cornerstonejs/cornerstone3D#938",
            lambda p: plain(p, VOILUTSequence=lut(0, np.minimum(curve(16_384, 14) * 4, 2**14 - 1), 14))),
    OddFile("voi_lut_of_white", "cornerstonejs/cornerstoneWADOImageLoader#45",
            lambda p: plain(p, VOILUTSequence=lut(0, np.full(4_096, 65_535), 16))),
    OddFile("voi_lut_for_other_values", "cornerstonejs/cornerstoneWADOImageLoader#257",
            lambda p: plain(p, VOILUTSequence=lut(20_000, curve(4_096, 12), 12))),
    OddFile("voi_lut_in_the_other_byte_order", "cornerstonejs/cornerstoneWADOImageLoader#208",
            lambda p: plain(p, VOILUTSequence=lut(0, curve(4_096, 12), 12, byte_order=">"))),
    OddFile("padding_far_below_the_values", "fo-dicom/fo-dicom#406", lambda p: _in_padding(p, -2_000)),
    OddFile("padding_far_above_the_values", "fo-dicom/fo-dicom#406", lambda p: _in_padding(p, 30_000)),
    OddFile("padding_far_below_that_nobody_declares", "TesterTi/LIDCToolbox#9", lambda p: _in_padding(p, -2_000, is_declared=False)),
    OddFile("raw_counts_of_the_detector", "nyukat/breast_cancer_classifier#20", for_processing, OTHER),
    OddFile("collimated_by_the_display_shutter", "OHIF/Viewers#4379", in_shutter),
    OddFile("shutter_of_one_point", "nroduit/Weasis#236", in_shutter_of_one_point),
    OddFile("collimated_by_a_polygon", "OHIF/Viewers#4379", lambda p: in_shutter(p, "POLYGONAL")),
    OddFile("collimated_by_a_circle", "OHIF/Viewers#4379", in_circle),
)  # fmt: skip


def _padded(pixels: np.ndarray, n_bytes: int) -> Dataset:
    data = study(pixels)
    data.PixelData = data.PixelData + bytes(n_bytes)
    return data


def _in_padding(pixels: np.ndarray, value: int, *, is_declared: bool = True) -> bytes:
    """Signed values, turned a little as a scanner's are, so that the corners are empty."""
    values = deep(pixels).astype(np.int16)
    y, x = np.mgrid[0 : len(values), 0 : values.shape[1]]
    values[x + y < min(values.shape) // 6] = value
    padding = {"PixelPaddingValue": raw("PixelPaddingValue", struct.pack("<h", value), "SS")}
    return dicom(study(values, BitsStored=16, HighBit=15, **(padding if is_declared else {})))
