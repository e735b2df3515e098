"""From the contents of a page to a PDF, by Typst.

Typst sets texts as they are, never as code, writes the structure that PDF/UA-1 wants and refuses
what would break it. A page of bounded contents takes some hundredths of a second.
Source: ISO 14289-1:2014.
"""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from raiox.pdf.errors import PdfUnavailableError

EXTRA = "pdf"
STANDARD = "ua-1"


def typeset(page: dict[str, Any], dated: datetime) -> bytes:
    """The PDF of a page.

    Args:
        page: what `result.typ` reads.
        dated: for the document's own date.

    Raises:
        PdfUnavailableError: Typst is not installed.
    """
    typst = require_typst()
    pdf: bytes = typst.compile(
        _template(),
        sys_inputs={"page": json.dumps(page)},
        font_paths=_fonts(),
        pdf_standards=[STANDARD],
        timestamp=dated.replace(microsecond=0),
    )
    return pdf


def is_available() -> bool:
    """Whether what sets pages is installed."""
    return find_spec("typst") is not None


def require_typst() -> ModuleType:
    """Raises: PdfUnavailableError."""
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError:
        raise PdfUnavailableError(extra=EXTRA) from None
    return typst


@cache
def _template() -> bytes:
    return files("raiox.pdf").joinpath("result.typ").read_bytes()


@cache
def _fonts() -> Any:
    """Those that Typst brings, so that a page looks alike on every machine."""
    return require_typst().Fonts(include_system_fonts=False)
