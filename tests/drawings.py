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
    coefficients = np.zeros((*blocks.shape, 64), int)
    coefficients[..., 0] = (blocks.astype(int) - 2048) * 8
    return _jpeg_of_coefficients(coefficients, start_of_frame, n_samples)


def detailed_jpeg_of_12_bits(pixels: np.ndarray) -> bytes:
    """A JPEG of (h, w) integers below 4096, both in multiples of 8, quantized by 1."""
    height, width = pixels.shape
    at = np.arange(8)
    cosines = np.cos((2 * at + 1) * at[:, None] * np.pi / 16) * np.where(at, 0.5, 8**-0.5)[:, None]
    blocks = pixels.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).astype(float) - 2048
    transformed = np.rint(cosines @ blocks @ cosines.T).astype(int)
    zigzag = sorted(np.ndindex(8, 8), key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]))
    return _jpeg_of_coefficients(np.stack([transformed[..., y, x] for y, x in zigzag], axis=-1))


def _jpeg_of_coefficients(
    coefficients: np.ndarray, start_of_frame: int = 0xC1, n_samples: int = 1
) -> bytes:
    """(h, w, 64) integers in the order of the zigzag, in codes of one length: 5 bits first, then 8."""
    height, width = (8 * n for n in coefficients.shape[:2])
    bits, last = [], 0
    for block in coefficients.reshape(-1, 64).tolist():
        bits.append(_coded(block[0] - last, 0, 5))
        last, run = block[0], 0
        for value in block[1 : max(1, *np.flatnonzero(block)) + 1]:
            if value:
                bits += ["11110000"] * (run // 16) + [_coded(value, run % 16, 8)]
            run = 0 if value else run + 1
        bits.append("0" * 8 if not block[63] else "")
    whole = "".join(bits)
    whole += "1" * (-len(whole) % 8)
    scan = int(whole, 2).to_bytes(len(whole) // 8).replace(b"\xff", b"\xff\0")
    components = [component for n in range(1, n_samples + 1) for component in (n, 0x11, 0)]
    segments = [
        (0xDB, bytes([0, *[1] * 64])),
        (start_of_frame, struct.pack(">BHHB", 12, height, width, n_samples) + bytes(components)),
        (0xC4, bytes([0, 0, 0, 0, 0, 16, *[0] * 11, *range(16)])),  # each number of bits in five
        (0xC4, bytes([0x10, *[0] * 7, 255, *[0] * 8, *range(255)])),  # each run and number in eight
        (0xDA, bytes([1, 1, 0, 0, 63, 0])),
    ]
    head = b"".join(
        bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content
        for marker, content in segments
    )
    return b"\xff\xd8" + head + scan + b"\xff\xd9"


def _coded(value: int, run: int, n_code_bits: int) -> str:
    """How many zeros come before a number, how many bits it has, and these (T.81, F.1.2.1)."""
    n_bits = abs(value).bit_length()
    magnitude = value if value > 0 else value + (1 << n_bits) - 1
    return f"{run << 4 | n_bits:0{n_code_bits}b}" + (f"{magnitude:0{n_bits}b}" if n_bits else "")
