"""Colours pixel by pixel, or plane by plane: the samples show it where the header is wrong.

A radiograph saved in colour has three samples that are equal, but only those that
belong to one pixel. Source: DICOM PS3.3, C.7.6.3.1.3 (Planar Configuration).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from raiox.intake.dicom.image_pixel import BYTE_BITS, COLOUR_SAMPLES, ImagePixel

BY_PIXEL, BY_PLANE = 0, 1
N_PIXELS: Final = 65_536  # pixels that are looked at
MOSTLY_GRAY: Final = 0.9  # of the pixels
HARDLY_GRAY: Final = 0.6


def see_planar_configuration(source: memoryview, image: ImagePixel) -> int:
    """What is declared, unless hardly a pixel is gray by it, and nearly each by the other.

    Args:
        source: the samples of a frame, uncompressed.
        image: what the header says of them.
    """
    declared = image.planar_configuration
    is_whole_rgb = image.photometric_interpretation == "RGB" and image.bits_allocated == BYTE_BITS
    if image.samples_per_pixel != COLOUR_SAMPLES or not is_whole_rgb:
        return declared
    samples = np.frombuffer(source, np.uint8)
    gray = {
        BY_PIXEL: _share_of_gray(samples.reshape(-1, COLOUR_SAMPLES)),
        BY_PLANE: _share_of_gray(samples.reshape(COLOUR_SAMPLES, -1).T),
    }
    other = BY_PLANE if declared == BY_PIXEL else BY_PIXEL
    return other if gray[declared] < HARDLY_GRAY and gray[other] > MOSTLY_GRAY else declared


def _share_of_gray(pixels: npt.NDArray[Any]) -> float:
    some = pixels[:: max(1, len(pixels) // N_PIXELS)]
    return float((np.ptp(some, axis=1) == 0).mean())
