"""DICOM files. Source: DICOM PS3.10, 7.1."""

from typing import Final

from raiox.intake.formats.base import Format, Magic

META_VRS: Final = (b"UL", b"OB", b"UI")  # of the elements that a file meta begins with


class Dicom(Format):
    """With the preamble, or with its file meta first: some archives cut the preamble."""

    def recognizes(self, content: bytes) -> bool:
        """Whether the prefix stands behind the preamble, or a meta element at the start."""
        if content.startswith(PREFIX.content, PREFIX.offset):
            return True
        return content.startswith(META_GROUP.content) and content[4:6] in META_VRS


PREFIX: Final = Magic(b"DICM", offset=128)
META_GROUP: Final = Magic(b"\x02\x00")
DICOM: Final = Dicom(
    id="dicom",
    name="DICOM",
    magics=(PREFIX, META_GROUP),
    extensions=(".dcm", ".dicom"),
    media_types=("application/dicom",),
)
