"""One DICOM file to grey values: header, frame, pixels, tone, in that order.

Runs in a decoder process only. The decoders of pydicom are asked for the first
frame, each transfer syntax by its one plugin; no element leaves this module.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut

from raiox.entities import GrayArray
from raiox.intake.dicom.frame import check_frame
from raiox.intake.dicom.header import read_header
from raiox.intake.dicom.transfer_syntaxes import PLUGINS
from raiox.intake.dicom.voi import render
from raiox.intake.errors import TruncatedImageError
from raiox.intake.grayscale import flatten
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits

MONOCHROME = frozenset({"MONOCHROME1", "MONOCHROME2"})


def decode_dicom(content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode the one frame of a radiograph.

    Raises:
        IntakeError: of the class that says why.
    """
    header = read_header(content, limits)
    stored, photometric = _decode_frame(header, limits)
    notes = [] if header.get("BurnedInAnnotation") == "NO" else ["burned_in_annotation"]
    if photometric in MONOCHROME:
        return Decoded(render(stored, header), tuple(notes))
    pixels, lost_colour = _flatten_colour(stored, photometric, header)
    return Decoded(pixels, (*notes, "colour_removed") if lost_colour else tuple(notes))


def _decode_frame(header: Dataset, limits: DecodeLimits) -> tuple[npt.NDArray[Any], str]:
    """(H, W) or (H, W, 3) integers with the photometric interpretation they are left in."""
    syntax = header.file_meta.TransferSyntaxUID
    if syntax.is_encapsulated:
        check_frame(header, limits)
    elif len(header.PixelData) < _native_bytes(header):
        raise TruncatedImageError
    stored, properties = get_decoder(syntax).as_array(
        header, index=0, decoding_plugin=PLUGINS[syntax]
    )
    return stored, str(properties["photometric_interpretation"])


def _native_bytes(header: Dataset) -> int:
    n_samples = header.get("SamplesPerPixel") or 1
    # PS3.3, C.7.6.3.1.2: two pixels share their chroma.
    samples = 2 if header.PhotometricInterpretation == "YBR_FULL_422" else n_samples
    return int(header.Rows * header.Columns * samples * header.BitsAllocated // 8)


def _flatten_colour(
    stored: npt.NDArray[Any], photometric: str, header: Dataset
) -> tuple[GrayArray, bool]:
    if photometric == "PALETTE COLOR":
        stored = apply_color_lut(stored, header)
        depth = stored.dtype.itemsize * 8
    else:
        depth = header.BitsStored
    shallow = (stored >> max(depth - 8, 0)).astype(np.uint8)
    if photometric.startswith("YBR"):  # what pydicom leaves in YBR has its luma first (C.7.6.3.1.2)
        return np.ascontiguousarray(shallow[..., 0]), False
    return flatten(Image.fromarray(shallow))
