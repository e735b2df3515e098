"""What bytes are, by their own beginning: never by a name or a declared type.

Guarantees a format that is read, or an error that names what else it is. Looks at
fixed places only, so no content can make it slow.
"""

from typing import Final

from raiox.intake.errors import (
    CorruptImageError,
    EmptyUploadError,
    IntakeError,
    NotAnImageError,
    UnsupportedFormatError,
)
from raiox.intake.formats import NAMES, READ
from raiox.intake.formats.heif import HEIF
from raiox.intake.formats.unread import UNREAD

HEAD_BYTES: Final = 1_024  # an XML prologue and a comment may come before <svg
DAMAGED_PNG_HEADER: Final = (12, 20)  # where IHDR stands, with room for some added line ends
TGA_FOOTER: Final = b"TRUEVISION-XFILE.\x00"


def sniff(content: bytes) -> str:
    """Recognize the format of the bytes.

    Returns: the id of one of `formats.READ`, or of HEIF.

    Raises:
        EmptyUploadError: there are none.
        UnsupportedFormatError: something known that is not read (`format`), without an `extra`.
        ArchiveError: an archive that is not read (`format`).
        CorruptImageError: an image whose first bytes were damaged, as text-mode copies do.
        NotAnImageError: nothing known.
    """
    if not content:
        raise EmptyUploadError
    for known in READ:
        if known.recognizes(content):
            return known.id
    if HEIF.recognizes(content) and HEIF.is_installed:
        return HEIF.id
    raise _refusal(content)


def _refusal(content: bytes) -> IntakeError:
    if content.find(b"IHDR", *DAMAGED_PNG_HEADER) >= 0 or _begins_with_blanks(content):
        return CorruptImageError()
    if HEIF.recognizes(content):
        return HEIF.refusal(NAMES)
    for known in UNREAD:
        if known.recognizes(content):
            return known.refusal(format=known.name, formats=NAMES)
    if name := _name_by_shape(content):
        return UnsupportedFormatError(format=name, formats=NAMES)
    return NotAnImageError(formats=NAMES)


def _begins_with_blanks(content: bytes) -> bool:
    head = content[:HEAD_BYTES]
    stripped = head.lstrip()
    return len(stripped) < len(head) and any(known.recognizes(stripped) for known in READ)


def _name_by_shape(content: bytes) -> str | None:
    """Formats without a magic at a fixed place."""
    if content.endswith(TGA_FOOTER):
        return "TGA"
    if content[:1] == b"P" and content[1:2] in b"1234567" and content[2:3].isspace():
        return "PNM"
    return "SVG" if b"<svg" in content[:HEAD_BYTES].lower() else None
