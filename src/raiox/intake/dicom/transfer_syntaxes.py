"""The transfer syntaxes that are read, each by one named plugin of pydicom.

One plugin each, so that a file gives the same pixels everywhere and no second
decoder gets a try at what the first refused. Source: DICOM PS3.5, annex A.
"""

from typing import Final

from pydicom import uid

NATIVE: Final = ""
PLUGINS: Final[dict[str, str]] = {
    uid.ImplicitVRLittleEndian: NATIVE,
    uid.ExplicitVRLittleEndian: NATIVE,
    uid.ExplicitVRBigEndian: NATIVE,  # retired, still in archives
    uid.DeflatedExplicitVRLittleEndian: NATIVE,
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",  # 8-bit samples only; refused by bits in `dicom_header`
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

JPEG: Final = frozenset({*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes})
JPEG_2000: Final = frozenset(uid.JPEG2000TransferSyntaxes)


def name_of(syntax: uid.UID) -> str:
    """The UID if the Standard names it, else a word: an unknown value may hold anything."""
    return str(syntax) if syntax.name != syntax else "unknown"
