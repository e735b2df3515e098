"""The one frame of a file as an array, whether its pixels are compressed or not.

What the pixel data are is seen from their own beginning: files that were
compressed or unpacked without an update of their header are common.
Source: DICOM PS3.5, 8.1, 8.2 and annex A.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder

from raiox.intake.deep_jpeg import decode_deep
from raiox.intake.dicom.codestream import Codestream, check_rle, is_codestream, read_codestream
from raiox.intake.dicom.data_set import PixelData
from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.file_format import DicomFile
from raiox.intake.dicom.fragments import has_fragments, join_fragments
from raiox.intake.dicom.image_pixel import BYTE_BITS, ImagePixel, read_image_pixel
from raiox.intake.dicom.planes import see_planar_configuration
from raiox.intake.dicom.row_length import see_row_length
from raiox.intake.dicom.transfer_syntaxes import PLUGINS
from raiox.intake.errors import CorruptImageError, TruncatedImageError
from raiox.intake.sandbox.decoder_api import DecodeLimits


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded frame."""

    words: npt.NDArray[Any]
    """(H, W) or (H, W, 3) integers of BitsAllocated bits."""
    image: ImagePixel
    """With the photometric interpretation that the pixels are left in."""
    is_repaired: bool
    """True if the header lacks an element, or says another transfer syntax."""


def read_frame(
    file: DicomFile, elements: Elements, pixel_data: PixelData, limits: DecodeLimits
) -> Frame:
    """Decode the first frame.

    Raises:
        IntakeError: of the class that says why it cannot be.
    """
    codestream = _find_codestream(file, pixel_data, limits)
    if codestream is None:
        return _read_native(file, elements, pixel_data, limits)
    n_bytes = len(codestream.frame)
    image, is_completed = read_image_pixel(elements, codestream.header, n_bytes, limits)
    if codestream.syntax == uid.RLELossless:
        check_rle(codestream.frame, image.samples_per_pixel * image.bits_allocated // BYTE_BITS)
    is_repaired = is_completed or codestream.syntax != file.syntax
    if codestream.header and codestream.is_deep_jpeg:
        return Frame(decode_deep(codestream.frame, codestream.header), image, is_repaired)
    source = encapsulate([codestream.frame], has_bot=False)
    return _decode(source, codestream.syntax, image, is_repaired=is_repaired)


def _find_codestream(
    file: DicomFile, pixel_data: PixelData, limits: DecodeLimits
) -> Codestream | None:
    says_native = file.syntax is None or not file.syntax.is_encapsulated
    if says_native and not pixel_data.has_undefined_length:
        return None
    if has_fragments(pixel_data.value):
        return read_codestream(join_fragments(pixel_data.value), file.syntax, limits)
    frame = bytes(pixel_data.value)
    return read_codestream(frame, file.syntax, limits) if is_codestream(frame) else None


def _read_native(
    file: DicomFile, elements: Elements, pixel_data: PixelData, limits: DecodeLimits
) -> Frame:
    image, is_completed = read_image_pixel(elements, None, len(pixel_data.value), limits)
    if len(pixel_data.value) < image.n_bytes:
        raise TruncatedImageError
    is_little_endian = file.encoding.is_little_endian
    syntax = uid.ExplicitVRLittleEndian if is_little_endian else uid.ExplicitVRBigEndian
    value = pixel_data.value
    if image.bits_allocated == BYTE_BITS and pixel_data.is_in_words and not is_little_endian:
        value = _in_the_other_order(value)
    source = value[: image.n_bytes]
    seen = replace(
        _with_rows_seen(source, image),
        planar_configuration=see_planar_configuration(source, image),
    )
    is_repaired = (
        is_completed or seen != image or (file.syntax is not None and file.syntax.is_encapsulated)
    )
    return _decode(source, syntax, seen, is_repaired=is_repaired)


def _in_the_other_order(value: memoryview) -> memoryview:
    """PS3.5, 7.3: bytes in big-endian words, the second one first."""
    whole = value[: len(value) // 2 * 2]
    return np.frombuffer(whole, np.uint16).byteswap().data.cast("B")


def _with_rows_seen(source: memoryview, image: ImagePixel) -> ImagePixel:
    """Rows and columns the other way round, where the pixels show that they were swapped.

    Raises:
        CorruptImageError: rows are longer or shorter than the header says (`element`).
    """
    if image.samples_per_pixel > 1:
        return image
    samples = np.frombuffer(source, f"u{image.bits_allocated // BYTE_BITS}")
    seen = see_row_length(samples, image.rows, image.columns)
    if seen == image.rows:
        return replace(image, rows=image.columns, columns=image.rows)
    if seen != image.columns:
        raise CorruptImageError(element="Columns")
    return image


def _decode(
    source: bytes | memoryview, syntax: uid.UID, image: ImagePixel, *, is_repaired: bool
) -> Frame:
    words, properties = get_decoder(syntax).as_array(
        source,
        index=0,
        decoding_plugin=PLUGINS[syntax],
        **_options(image),
    )
    left_in = str(properties["photometric_interpretation"])
    return Frame(
        _native_order(words), replace(image, photometric_interpretation=left_in), is_repaired
    )


def _options(image: ImagePixel) -> dict[str, Any]:
    """The module as the decoders of pydicom want it; which bits count is not for them to say."""
    return {
        "rows": image.rows,
        "columns": image.columns,
        "number_of_frames": 1,
        "samples_per_pixel": image.samples_per_pixel,
        "photometric_interpretation": image.photometric_interpretation,
        "planar_configuration": image.planar_configuration,
        "bits_allocated": image.bits_allocated,
        "bits_stored": image.bits_stored,
        "pixel_representation": int(image.is_signed),
        "pixel_keyword": "PixelData",
        "correct_unused_bits": False,
    }


def _native_order(words: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return words.astype(words.dtype.newbyteorder("="), copy=False)
