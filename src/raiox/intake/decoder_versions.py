"""The oldest versions of the decoders that may meet a hostile file.

The lock installs newer ones, but an environment can be changed by hand, and a decoder with a known
hole is worse than none. Sources: CVE-2026-112403 (Pillow), the changes of pydicom 3.0.2,
pylibjpeg-openjpeg 2.6 and GDCM 3.2.6.
"""

import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from raiox.intake.errors import DecoderOutdatedError

OLDEST: Final = {
    "pillow": (13, 0, 0),
    "pydicom": (3, 0, 2),
    "pylibjpeg-openjpeg": (2, 6, 0),
    "pyjpegls": (1, 5, 0),
    "python-gdcm": (3, 2, 6),
}


def require_decoders(installed: Callable[[str], str] = version) -> None:
    """Raises: DecoderOutdatedError for the first decoder that is too old."""
    for package, oldest in OLDEST.items():
        found = installed(package)
        numbers = tuple(map(int, re.findall(r"\d+", found)[: len(oldest)]))
        if numbers < oldest:
            raise DecoderOutdatedError(
                package=package, version=found, oldest=".".join(map(str, oldest))
            )
