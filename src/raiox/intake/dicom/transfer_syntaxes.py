"""The transfer syntaxes that are read, each by one named plugin of pydicom.

One plugin each, so that a file gives the same pixels everywhere and no second
decoder gets a try at what the first refused. Source: DICOM PS3.5, annex A.
"""

import re
from typing import Final

from pydicom import uid

STANDARD: Final = re.compile(r"1\.2\.840\.10008\.1\.2(\.\d{1,3}){0,3}")  # PS3.6, A.1
NATIVE: Final = ""
PLUGINS: Final[dict[str, str]] = {
    uid.ImplicitVRLittleEndian: NATIVE,
    uid.ExplicitVRLittleEndian: NATIVE,
    uid.ExplicitVRBigEndian: NATIVE,  # retired, still in archives
    uid.DeflatedExplicitVRLittleEndian: NATIVE,
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    # Of 8 bits. Those of 12 bits are for `deep_jpeg`: of them gdcm turns what undershoots black into
    # white, pylibjpeg-libjpeg is GPL, and imagecodecs weighs more than all other decoders.
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
"""UID of each transfer syntax that is read, with the plugin that decodes its frames."""


def decoders_agree(declared: uid.UID, seen: uid.UID) -> bool:
    """Whether one decoder reads the frames of both, so that the declared name may stand."""
    return PLUGINS[declared] == PLUGINS[seen] != NATIVE


def name_of(syntax: uid.UID) -> str:
    """The UID if it is one of the Standard's, else a word: an unknown value may hold anything."""
    return str(syntax) if STANDARD.fullmatch(syntax) else "unknown"
