"""An activation map as a picture to lay over the radiograph.

The scale is fixed, so an image with nothing to show stays clear instead of
having its own noise stretched to full colour. Weak evidence is clear too: a dark
veil over half the image would look like a lesion. Colours rise evenly in lightness
(the light half of matplotlib's inferno, CC0).
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from raiox.entities import FloatArray
from raiox.vocabulary import NOTICE

_STOPS = np.array(
    [(212, 72, 66), (245, 125, 21), (250, 193, 39), (252, 255, 164)], np.float64
)  # fmt: skip
SOFTWARE = "raiox heatmap"
"""Text that marks the PNG as made here (keyword `Software`, PNG specification, 11.3.3.2)."""
MIN_EVIDENCE = 0.2
"""What stays below it is transparent."""
MAX_ALPHA = 0.85
MAX_SIDE_PX = 1_024
"""Maps hold 40 cells a side: more pixels would only be more bytes."""


def render(activation_map: FloatArray, width_px: int, height_px: int) -> bytes:
    """PNG with transparency, of the image's aspect ratio.

    Args:
        activation_map: (h, w) float32 over the image; 1 is the top of the scale,
            0 and below do not speak for the finding.
        width_px: of the image.
        height_px: of the image.
    """
    scale = min(1.0, MAX_SIDE_PX / max(width_px, height_px))
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    smooth = Image.fromarray(activation_map.astype(np.float32)).resize(
        size, Image.Resampling.BICUBIC
    )
    picture = Image.fromarray(_level(np.asarray(smooth)))
    # One byte a pixel and a palette: a quarter of the bytes, and of the time to pack them.
    picture.putpalette(_palette().tobytes(), "RGBA")
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1, pnginfo=_metadata())
    return file.getvalue()


def _metadata() -> PngInfo:
    metadata = PngInfo()
    metadata.add_text("Software", SOFTWARE)
    metadata.add_text("Comment", NOTICE["en"])
    return metadata


def _level(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return (np.clip(values, 0, 1) * 255).astype(np.uint8)


def _palette() -> npt.NDArray[np.uint8]:
    at = np.linspace(0, 1, 256)
    stops = np.linspace(MIN_EVIDENCE, 1, len(_STOPS))
    channels = [np.interp(at, stops, _STOPS[:, k]) for k in range(3)]
    opacity = np.where(at < MIN_EVIDENCE, 0, MAX_ALPHA * 255 * np.sqrt(at))
    return np.stack([*channels, opacity], axis=1).astype(np.uint8)
