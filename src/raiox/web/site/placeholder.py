"""A drawing that stands for a radiograph where an installation has no example images.

It is no radiograph, and the filter says so: what it shows is a refusal.
"""

import io

import numpy as np
from PIL import Image

SIDE_PX = 320


def draw_placeholder() -> bytes:
    """PNG of a bright body with two dark lungs and a heart."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    body = np.clip(1.2 - np.hypot(x / 1.05, y / 1.25) ** 4, 0, 1)
    lungs = np.minimum(np.hypot((np.abs(x) - 0.42) / 0.3, (y + 0.05) / 0.68), 1) ** 6
    heart = np.clip(1 - np.hypot((x - 0.15) / 0.32, (y - 0.35) / 0.36), 0, 1)
    light = np.clip(body * (0.2 + 0.55 * lungs + 0.5 * heart), 0, 1)
    file = io.BytesIO()
    Image.fromarray((light * 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
