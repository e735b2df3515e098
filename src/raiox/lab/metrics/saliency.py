"""Maps, boxes and masks laid over the network's square, so that they can be compared.

Everything here is (S, S), S the side of the network's input: there the map lies exactly, and
a box or mask is scaled as its image was.
"""

from typing import Final

import numpy as np
from PIL import Image

from raiox.entities import FloatArray
from raiox.lab.aliases import Floats, Mask
from raiox.lab.metrics.ranking import average_precision
from raiox.preprocessing import Preprocessing, content_box

WINDOW: Final = 7
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2
"""Of values in [0, 1]. Source: Wang et al., 2004, doi:10.1109/TIP.2003.819861."""


def evidence(maps: FloatArray, k: int, side_px: int) -> Floats:
    """One output's evidence against the others, over the square.

    Args:
        maps: (K, h, w) of one image.
        k: which output.
        side_px: S.
    """
    own = (maps[k] - maps.mean(axis=0)).astype(np.float32)
    over = Image.fromarray(own).resize((side_px, side_px), Image.Resampling.BICUBIC)
    return np.asarray(over, np.float64)


def guided(
    features: FloatArray, weights: FloatArray, logits: Floats, k: int, side_px: int
) -> Floats:
    """Guided Grad-CAM of one output's softmax score, as the paper's authors coded it.

    The head is linear behind an average, so the gradient is known and no library takes it.
    Each map is stretched from its least to its greatest value: it always paints something.

    Args:
        features: (D, h, w) that the head reads.
        weights: (K, D) of the head.
        logits: (K,).
        k: which output.
        side_px: S.
    """
    powers = np.exp(logits - logits.max())
    shares = powers / powers.sum()
    gradient = shares[k] * (weights[k] - shares @ weights) / features[0].size
    active = (features > 0).mean(axis=(1, 2)) * np.maximum(gradient, 0)
    drawn = np.tensordot(active, features, axes=1).astype(np.float32)
    over = Image.fromarray(drawn).resize((side_px, side_px), Image.Resampling.BICUBIC)
    return _scaled(np.asarray(over, np.float64))


def box_over(
    box: tuple[float, float, float, float], shape: tuple[int, int], spec: Preprocessing
) -> Mask:
    """A box (x, y, width, height in pixels of the image) over the square."""
    rows, columns = shape
    left, top, right, bottom = content_box(rows, columns, spec)
    across, down = (right - left) / columns, (bottom - top) / rows
    x, y, width, height = box
    mask = np.zeros((spec.side_px, spec.side_px), bool)
    mask[
        round(top + max(0, y) * down) : round(top + (y + height) * down),
        round(left + max(0, x) * across) : round(left + (x + width) * across),
    ] = True
    return mask


def mask_over(mask: Mask, spec: Preprocessing) -> Mask:
    """A mask of the image (H, W) over the square."""
    rows, columns = mask.shape
    left, top, right, bottom = content_box(rows, columns, spec)
    small = Image.fromarray(mask).resize((right - left, bottom - top), Image.Resampling.NEAREST)
    over = np.zeros((spec.side_px, spec.side_px), bool)
    over[top:bottom, left:right] = np.asarray(small)
    return over


def content_over(shape: tuple[int, int], spec: Preprocessing) -> Mask:
    """Where the image lies in the square."""
    return mask_over(np.ones(shape, bool), spec)


def pointing_game(heat: Floats, region: Mask) -> bool:
    """Whether the top of a map lies in a region (the pointing game).

    Source: Zhang et al., 2018, doi:10.1007/s11263-017-1059-x; without a tolerance.
    """
    return bool(region.flat[int(heat.argmax())])


def iou_equal_area(heat: Floats, region: Mask) -> float:
    """Intersection over union of a region and the map's hottest places, as large as it."""
    n = int(region.sum())
    hottest = np.zeros(region.size, bool)
    hottest[np.argsort(-heat, axis=None, kind="stable")[:n]] = True
    both = int((hottest & region.ravel()).sum())
    return both / (2 * n - both) if n else float("nan")


def area_precision(heat: Floats, region: Mask) -> float:
    """Average precision of the map's places for those of a region.

    Source: Arun et al., 2021, doi:10.1148/ryai.2021200267.
    """
    return average_precision(heat.ravel(), region.ravel())


def fraction_inside(heat: Floats, region: Mask) -> float:
    """Fraction of a map's positive evidence that lies in a region; NaN where there is none."""
    positive = np.maximum(heat, 0)
    total = float(positive.sum())
    return float(positive[region].sum()) / total if total else float("nan")


def ssim(first: Floats, second: Floats) -> float:
    """Structural similarity of two maps, each scaled to [0, 1]; 1 where they are alike."""
    a, b = (_windows(_scaled(heat)) for heat in (first, second))
    mean_a, mean_b = a.mean(axis=-1), b.mean(axis=-1)
    spread_a, spread_b = a.var(axis=-1), b.var(axis=-1)
    shared = (a * b).mean(axis=-1) - mean_a * mean_b
    found = ((2 * mean_a * mean_b + SSIM_C1) * (2 * shared + SSIM_C2)) / (
        (mean_a**2 + mean_b**2 + SSIM_C1) * (spread_a + spread_b + SSIM_C2)
    )
    return float(found.mean())


def _scaled(heat: Floats) -> Floats:
    low, high = float(heat.min()), float(heat.max())
    return (heat - low) / (high - low) if high > low else np.zeros_like(heat)


def _windows(heat: Floats) -> Floats:
    """(n, n, WINDOW²) of every second place."""
    views = np.lib.stride_tricks.sliding_window_view(heat, (WINDOW, WINDOW))[::2, ::2]
    return views.reshape(*views.shape[:2], -1)
