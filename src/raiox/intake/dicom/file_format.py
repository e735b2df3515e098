"""The frame of a DICOM file: preamble, file meta and where the data set begins.

Every part of it may be missing; then the data set's own first elements say how
it is encoded. Source: DICOM PS3.10, 7.1; PS3.5, annex A.
"""

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from raiox.intake.dicom.encoding import PREAMBLE_BYTES, PREFIX, Encoding, guess_encoding
from raiox.intake.dicom.transfer_syntaxes import PLUGINS, name_of
from raiox.intake.errors import (
    TooLargeInflatedError,
    TruncatedImageError,
    UnsupportedTransferSyntaxError,
)
from raiox.intake.sandbox.decoder_api import DecodeLimits

META_GROUP: Final = 0x0002
ZLIB_CMF: Final = b"\x78"  # deflate with a window of 32 KiB
ELEMENT_BYTES: Final = 8  # the shortest element has a tag and a length


@dataclass(frozen=True, slots=True)
class DicomFile:
    """A file, opened as far as its data set."""

    content: bytes
    """The file, inflated where it was deflated."""
    start: int
    """Where the data set begins in `content`."""
    encoding: Encoding
    syntax: uid.UID | None
    """As the file meta says it; nothing where it does not."""
    is_directory: bool
    """True for a DICOMDIR (PS3.10, 8.6), the index of a disc."""
    is_repaired: bool
    """True if the file says nothing of its encoding, or something else than its elements show."""


def open_file(content: bytes, limits: DecodeLimits) -> DicomFile:
    """Read what comes before the data set.

    Raises:
        TruncatedImageError: there is no data set, or it does not unfold whole.
        UnsupportedTransferSyntaxError: `uid` is not in the allow-list.
        TooLargeInflatedError: it inflates beyond `max_inflated_bytes`.
    """
    meta, start = _read_meta(content)
    says = meta.get("TransferSyntaxUID")
    syntax = uid.UID(says) if says else None
    is_directory = meta.get("MediaStorageSOPClassUID") == uid.MediaStorageDirectoryStorage
    if syntax is not None and syntax not in PLUGINS:
        raise UnsupportedTransferSyntaxError(uid=name_of(syntax))
    if syntax == uid.DeflatedExplicitVRLittleEndian and not guess_encoding(content, start):
        content, start = _inflate(content[start:], limits.max_inflated_bytes), 0
    declared = _encoding_of(syntax or uid.ImplicitVRLittleEndian)
    encoding = guess_encoding(content, start) or declared
    is_repaired = syntax is None or encoding != declared
    return DicomFile(content, start, encoding, syntax, is_directory, is_repaired)


def _read_meta(content: bytes) -> tuple[Dataset, int]:
    has_preamble = content.startswith(PREFIX, PREAMBLE_BYTES)
    start = PREAMBLE_BYTES + len(PREFIX) if has_preamble else 0
    if len(content) <= start + ELEMENT_BYTES:
        raise TruncatedImageError
    stream = BytesIO(content)
    stream.seek(start)
    meta = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    return meta, stream.tell()


def _after_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != META_GROUP


def _encoding_of(syntax: uid.UID) -> Encoding:
    return Encoding(syntax.is_implicit_VR, syntax.is_little_endian)


def _inflate(deflated: bytes, max_bytes: int) -> bytes:
    """PS3.5, A.5: a raw deflate stream, unfolded no further than allowed.

    Some writers leave the header of zlib before it (RFC 1950, 2.2).
    """
    has_zlib_header = deflated[:1] == ZLIB_CMF and int.from_bytes(deflated[:2]) % 31 == 0
    inflater = zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)
    inflated = inflater.decompress(deflated, max_bytes)
    if inflater.unconsumed_tail:
        raise TooLargeInflatedError(max_bytes=max_bytes)
    if not inflater.eof:
        raise TruncatedImageError
    return inflated
