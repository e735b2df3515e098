"""Images that the tests of intake draw themselves, in every format that is read."""

import io
import struct
from typing import Any

import numpy as np
from PIL import Image
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from raiox.intake.sandbox.decoder_api import DecodeLimits

LIMITS = DecodeLimits(
    max_pixels=1_000_000,
    min_side_px=64,
    max_inflated_bytes=4_000_000,
    max_jpeg_scans=64,
    decoder_memory_bytes=512_000_000,
    decoder_cpu_s=5,
    decoder_wall_s=8.0,
)
ROWS, COLUMNS = 96, 80


def phantom(rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """(rows, columns) uint8: dark lungs on a bright body, different in every corner."""
    y, x = np.mgrid[0:rows, 0:columns]
    body = 200 - 40 * x / columns - 20 * y / rows
    for centre in (0.3, 0.7):
        lung = ((x / columns - centre) / 0.15) ** 2 + ((y / rows - 0.5) / 0.35) ** 2 < 1
        body[lung] -= 110
    body[:4, :4] = 255
    return body.astype(np.uint8)


def deep_phantom() -> np.ndarray:
    """The phantom with 12 of 16 bits, from 0 to 4095."""
    shades = phantom().astype(np.float64)
    return np.rint((shades - shades.min()) / np.ptp(shades) * 4095).astype(np.uint16)


def picture(pixels: np.ndarray | Image.Image, file_format: str, **options: Any) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def study(pixels: np.ndarray, **elements: Any) -> Dataset:
    """A DX data set around (H, W) or (H, W, 3) integers; `elements` win, `None` removes."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = DigitalXRayImageStorageForPresentation
    data.SOPInstanceUID = "1.2.3"
    data.PatientName = "Silva^Maria"
    data.Modality = "DX"
    data.BurnedInAnnotation = "NO"
    data.Rows, data.Columns = pixels.shape[:2]
    data.BitsAllocated = pixels.dtype.itemsize * 8
    data.BitsStored = 8 if data.BitsAllocated == 8 else 12
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    data.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    if pixels.ndim == 3:
        data.PlanarConfiguration = 0
    data.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    data.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        if value is None:
            delattr(data, keyword)
        elif isinstance(value, RawDataElement):
            data[value.tag] = value
        else:
            setattr(data, keyword, value)
    return data


def dicom(data: Dataset) -> bytes:
    """The file of a data set, in the transfer syntax it names."""
    syntax = data.file_meta.TransferSyntaxUID
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data["PixelData"].VR = "OB" if syntax.is_encapsulated or data.BitsAllocated == 8 else "OW"
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def raw(keyword: str, value: bytes, vr: str | None = None) -> RawDataElement:
    """An element whose bytes are what they are; pydicom refuses to write most lies itself."""
    vr = vr or dictionary_VR(Tag(keyword))
    return RawDataElement(Tag(keyword), vr, len(value), value, 0, False, True)


def data_set_of(content: bytes) -> bytes:
    """What follows the file meta."""
    return content[132 + 12 + int.from_bytes(content[140:144], "little") :]


def renamed(content: bytes, said: str, now: str) -> bytes:
    """The file with another transfer syntax in its meta, nothing else changed."""
    old, new = said.encode(), now.encode()
    old, new = old.ljust(len(old) + len(old) % 2, b"\0"), new.ljust(len(new) + len(new) % 2, b"\0")
    meta_end = len(content) - len(data_set_of(content))
    meta = content[:meta_end].replace(
        len(old).to_bytes(2, "little") + old, len(new).to_bytes(2, "little") + new
    )
    n_bytes = int.from_bytes(content[140:144], "little") + len(new) - len(old)
    return meta[:140] + n_bytes.to_bytes(4, "little") + meta[144:] + content[meta_end:]


def jpeg_dicom(frame: bytes, **elements: Any) -> bytes:
    """A DICOM file around one JPEG frame, whatever the frame says of itself."""
    data = study(phantom(), **elements)
    data.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    data.PixelData = encapsulate([frame])
    data["PixelData"].is_undefined_length = True
    return dicom(data)


def deflated(data: Dataset) -> bytes:
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return dicom(data)


def jpeg_of_12_bits(blocks: np.ndarray, start_of_frame: int = 0xC1, n_samples: int = 1) -> bytes:
    """A JPEG whose blocks of 8 x 8 pixels are even: (h, w) integers below 4096, one each.

    Only the first coefficient of a block is written (T.81, F.1.2), so the pixels are known exactly.
    """
    height, width = (8 * n for n in blocks.shape)
    bits, last = "", 0
    for value in (blocks.astype(int) - 2048).ravel() * 8:
        difference, last = int(value) - last, int(value)
        n_bits = abs(difference).bit_length()
        magnitude = difference if difference > 0 else difference + (1 << n_bits) - 1
        bits += f"{n_bits:05b}" + (f"{magnitude:0{n_bits}b}" if n_bits else "") + "0"
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    components = [component for n in range(1, n_samples + 1) for component in (n, 0x11, 0)]
    segments = [
        (0xDB, bytes([0, *[1] * 64])),
        (start_of_frame, struct.pack(">BHHB", 12, height, width, n_samples) + bytes(components)),
        (0xC4, bytes([0, 0, 0, 0, 0, 16, *[0] * 11, *range(16)])),  # each number of bits in five
        (0xC4, bytes([0x10, 1, *[0] * 15, 0])),  # the end of a block in one
        (0xDA, bytes([1, 1, 0, 0, 63, 0])),
    ]
    head = b"".join(
        bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content
        for marker, content in segments
    )
    return b"\xff\xd8" + head + scan + b"\xff\xd9"
