"""The one compressed frame of a DICOM file, checked against the header around it.

A frame carries its own size, and a decoder believes that one: 256 x 256 in the
header with 16,384 x 16,384 in the frame costs a gigabyte before anybody notices.
Source: DICOM PS3.5, annexes A.4 and G; ITU-T T.800, A.5.1 (SIZ).
"""

from typing import Final

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import RLELossless

from raiox.intake.dicom.transfer_syntaxes import JPEG, JPEG_2000
from raiox.intake.errors import CorruptImageError, DecodeTooSlowError, TruncatedImageError
from raiox.intake.jpeg_markers import FrameHeader, exceeds_scan_limit, is_complete, read_jpeg_header
from raiox.intake.sandbox.decoder_api import DecodeLimits

RLE_HEADER_BYTES: Final = 64  # PS3.5, G.5: the number of segments and 15 offsets
SOC_SIZ: Final = b"\xff\x4f\xff\x51"  # every codestream begins so, in a JP2 box or bare
SIZ_BYTES: Final = 42  # from SOC to Csiz


def check_frame(header: Dataset, limits: DecodeLimits) -> None:
    """Let only a frame pass that is what its header says.

    Raises:
        CorruptImageError: another size or number of samples, or no frame at all.
        TruncatedImageError: a JPEG frame that does not end.
        DecodeTooSlowError: more scans than allowed.
    """
    syntax = header.file_meta.TransferSyntaxUID
    frame = get_frame(header.PixelData, 0, number_of_frames=1)
    if syntax == RLELossless:
        _check_rle(frame, header)
    elif syntax in JPEG_2000:
        _check_size(_read_codestream_header(frame), header)
    elif syntax in JPEG:
        _check_size(read_jpeg_header(frame), header)
        if exceeds_scan_limit(frame, limits.max_jpeg_scans):
            raise DecodeTooSlowError(limit_s=limits.decoder_wall_s)
        if not is_complete(frame):
            raise TruncatedImageError


def _check_size(frame: FrameHeader, header: Dataset) -> None:
    declared = FrameHeader(header.Rows, header.Columns, header.get("SamplesPerPixel") or 1)
    if frame != declared:
        raise CorruptImageError


def _read_codestream_header(frame: bytes) -> FrameHeader:
    start = frame.find(SOC_SIZ)
    siz = frame[start : start + SIZ_BYTES]
    if start < 0 or len(siz) < SIZ_BYTES:
        raise CorruptImageError
    right, bottom, left, top = (int.from_bytes(siz[at : at + 4]) for at in (8, 12, 16, 20))
    return FrameHeader(bottom - top, right - left, n_samples=int.from_bytes(siz[40:42]))


def _check_rle(frame: bytes, header: Dataset) -> None:
    """PS3.5, G.2: one segment for each byte of each sample."""
    n_segments = int.from_bytes(frame[:4], "little")
    expected = (header.get("SamplesPerPixel") or 1) * header.BitsAllocated // 8
    if len(frame) <= RLE_HEADER_BYTES or n_segments != expected:
        raise CorruptImageError
