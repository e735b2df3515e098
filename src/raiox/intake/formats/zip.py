"""ZIP: how a PACS, an e-mail or a phone sends a study. Source: PKWARE, APPNOTE 6.3.10."""

from typing import Final

from raiox.intake.formats.base import Format, Magic

ZIP: Final = Format(
    id="zip",
    name="ZIP",
    magics=(Magic(b"PK\x03\x04"), Magic(b"PK\x05\x06")),
    extensions=(".zip",),
    media_types=("application/zip",),
)
