"""DICOM files. Source: DICOM PS3.10, 7.1."""

from typing import Final

from raiox.intake.dicom.encoding import (
    IDENTIFYING_GROUP,
    META_GROUP,
    PREAMBLE_BYTES,
    PREFIX,
    is_dicom,
)
from raiox.intake.formats.base import Format, Magic


class Dicom(Format):
    """With or without preamble and file meta, which some archives and machines leave out."""

    def recognizes(self, content: bytes) -> bool:
        """Whether the prefix stands behind the preamble, or the first elements make sense."""
        return is_dicom(content)


DICOM: Final = Dicom(
    id="dicom",
    name="DICOM",
    magics=(
        Magic(PREFIX, offset=PREAMBLE_BYTES),
        Magic(META_GROUP),
        Magic(IDENTIFYING_GROUP.to_bytes(2, "little")),
        Magic(IDENTIFYING_GROUP.to_bytes(2, "big")),
    ),
    extensions=(".dcm", ".dicom"),
    media_types=("application/dicom",),
)
