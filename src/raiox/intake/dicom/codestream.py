"""What a compressed frame says of itself, read without decoding it.

A frame carries its own size, and a decoder believes that one: 256 x 256 in the
header with 16,384 x 16,384 in the frame costs a gigabyte before anybody notices.
It also shows by which code it was made, where the file says another or none.
Source: DICOM PS3.5, annexes A.4 and G; ITU-T T.81, T.87, T.800 (A.5.1) and T.814.
"""

from dataclasses import dataclass
from typing import Final

from pydicom import uid

from raiox.intake.deep_jpeg import is_deep
from raiox.intake.dicom.transfer_syntaxes import decoders_agree, name_of
from raiox.intake.errors import (
    CorruptImageError,
    DecodeTooSlowError,
    TruncatedImageError,
    UnsupportedTransferSyntaxError,
)
from raiox.intake.jpeg_markers import (
    FrameHeader,
    exceeds_scan_limit,
    has_hole,
    is_complete,
    read_jpeg_header,
)
from raiox.intake.sandbox.decoder_api import DecodeLimits

SOI: Final = b"\xff\xd8"
SOC_SIZ: Final = b"\xff\x4f\xff\x51"  # every codestream begins so, in a JP2 box or bare
SIZ_BYTES: Final = 43  # from SOC to Ssiz of the first component
CAP: Final = b"\xff\x50"  # T.814, A.2: only high-throughput codestreams have it, right after SIZ
RLE_HEADER_BYTES: Final = 64  # PS3.5, G.5: the number of segments and 15 offsets
MAX_RLE_SEGMENTS: Final = 15

JPEG_PROCESSES: Final = {
    0xC0: uid.JPEGBaseline8Bit,
    0xC1: uid.JPEGExtended12Bit,
    0xC2: uid.JPEGBaseline8Bit,  # progressive: retired in DICOM, read by the same decoder
    0xC3: uid.JPEGLosslessSV1,
    0xF7: uid.JPEGLSLossless,
}
"""The transfer syntax of each start-of-frame marker (T.81, table B.1; T.87, C.1.1)."""
DCT_BITS: Final = 8  # what the decoder of the DCT processes reads, but for `deep_jpeg`


@dataclass(frozen=True, slots=True)
class Codestream:
    """One compressed frame, and by which transfer syntax it is decoded."""

    frame: bytes
    syntax: uid.UID
    header: FrameHeader | None
    """Nothing for RLE, which has none."""

    @property
    def is_deep_jpeg(self) -> bool:
        """Whether `deep_jpeg` reads it."""
        return self.header is not None and is_deep(self.header)


def read_codestream(frame: bytes, declared: uid.UID | None, limits: DecodeLimits) -> Codestream:
    """Recognise a frame; what the file declares counts where the frame agrees.

    Raises:
        CorruptImageError: it is no code that is known.
        TruncatedImageError: the frame does not end.
        DecodeTooSlowError: more scans than allowed.
        UnsupportedTransferSyntaxError: DCT with other than 8 bits, or 12 in gray (`uid`, `n_bits`).
    """
    if frame.startswith(SOI):
        header = read_jpeg_header(frame)
        syntax = _agreed(declared, JPEG_PROCESSES.get(header.process))
        _check_jpeg(frame, header, syntax, limits)
        return Codestream(frame, syntax, header)
    if _is_rle(frame):
        return Codestream(frame, uid.RLELossless, None)
    start = frame.find(SOC_SIZ)
    if start < 0:
        raise CorruptImageError
    return Codestream(frame, *_read_jpeg_2000(frame, start, declared))


def is_codestream(value: bytes) -> bool:
    """Whether a value begins as a frame does, without the items that ought to be around it."""
    return value.startswith((SOI, SOC_SIZ)) or _is_rle(value)


def check_rle(frame: bytes, n_segments: int) -> None:
    """PS3.5, G.2: one segment for each byte of each sample.

    Raises:
        CorruptImageError: another number of segments.
    """
    if int.from_bytes(frame[:4], "little") != n_segments:
        raise CorruptImageError


def _is_rle(frame: bytes) -> bool:
    """PS3.5, G.5: up to 15 segments, the first right after the header."""
    n_segments, first = (int.from_bytes(frame[at : at + 4], "little") for at in (0, 4))
    is_longer = len(frame) > RLE_HEADER_BYTES
    return is_longer and 0 < n_segments <= MAX_RLE_SEGMENTS and first == RLE_HEADER_BYTES


def _agreed(declared: uid.UID | None, seen: uid.UID | None) -> uid.UID:
    if seen is None:
        raise CorruptImageError
    return declared if declared is not None and decoders_agree(declared, seen) else seen


def _check_jpeg(frame: bytes, header: FrameHeader, syntax: uid.UID, limits: DecodeLimits) -> None:
    if exceeds_scan_limit(frame, limits.max_jpeg_scans):
        raise DecodeTooSlowError(limit_s=limits.decoder_wall_s)
    if not is_complete(frame):
        raise TruncatedImageError
    if has_hole(frame):
        raise CorruptImageError
    is_dct = decoders_agree(syntax, uid.JPEGBaseline8Bit)
    if is_dct and header.precision != DCT_BITS and not is_deep(header):
        raise UnsupportedTransferSyntaxError(
            uid=name_of(uid.JPEGExtended12Bit), n_bits=header.precision
        )


def _read_jpeg_2000(
    frame: bytes, start: int, declared: uid.UID | None
) -> tuple[uid.UID, FrameHeader]:
    siz = frame[start : start + SIZ_BYTES]
    if len(siz) < SIZ_BYTES:
        raise TruncatedImageError
    right, bottom, left, top = (int.from_bytes(siz[at : at + 4]) for at in (8, 12, 16, 20))
    precision = (siz[42] & 0x7F) + 1
    n_samples = int.from_bytes(siz[40:42])
    after_siz = start + 4 + int.from_bytes(siz[4:6])
    seen = uid.HTJ2K if frame[after_siz : after_siz + 2] == CAP else uid.JPEG2000
    header = FrameHeader(bottom - top, right - left, n_samples, precision, process=0)
    return _agreed(declared, seen), header
