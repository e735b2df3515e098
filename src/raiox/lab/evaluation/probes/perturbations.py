"""What a film may wear that says nothing of the lungs: marks, margins, copies, tones.

Each takes pixels (H, W) uint8 and gives as many; the same film always gets the same.
Source: DeGrave et al., 2021, doi:10.1038/s42256-021-00338-7; Zech et al., 2018,
doi:10.1371/journal.pmed.1002683; Maguolo and Nanni, 2021, doi:10.1016/j.inffus.2021.04.008
(lungs out).
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from raiox.entities import GrayArray
from raiox.lab.aliases import Mask
from raiox.lab.evaluation.report.reported_metrics import Text

Alter = Callable[[GrayArray], GrayArray]

LUNG_BOX: Final = (0.12, 0.12, 0.88, 0.85)
"""Left, top, right, bottom in parts of a side: where the lungs of nearly every film lie."""
BORDER_SHARE: Final = 0.15
STRIP_SHARE: Final = 1 / 6
BLACK_BORDER_SHARE: Final = 0.08


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One of them, with what it is called."""

    name: Text
    alter: Alter


def draw_text(word: str, x: float, y: float, height: float) -> Alter:
    """A word in white, its middle at parts of a side, its letters as high as a part of it."""

    def alter(pixels: GrayArray) -> GrayArray:
        picture = Image.fromarray(pixels)
        rows, columns = pixels.shape
        font = ImageFont.load_default(max(6.0, height * rows))
        at = (x * columns, y * rows)
        ImageDraw.Draw(picture).text(at, word, fill=255, font=font, anchor="mm")
        return np.array(picture, np.uint8)

    return alter


def point_at(x: float, y: float) -> Alter:
    """A white arrow from the right that ends at parts of a side."""

    def alter(pixels: GrayArray) -> GrayArray:
        picture = Image.fromarray(pixels)
        rows, columns = pixels.shape
        pen, tip = ImageDraw.Draw(picture), (x * columns, y * rows)
        length, head = 0.14 * columns, 0.03 * columns
        pen.line([tip, (tip[0] + length, tip[1])], fill=255, width=max(1, columns // 80))
        pen.polygon([tip, (tip[0] + head, tip[1] - head), (tip[0] + head, tip[1] + head)], fill=255)
        return np.array(picture, np.uint8)

    return alter


def as_jpeg(quality: int) -> Alter:
    """Compressed and read again."""

    def alter(pixels: GrayArray) -> GrayArray:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        return np.array(Image.open(file), np.uint8)

    return alter


def resampled(share: float) -> Alter:
    """Scaled to a share of its size and back."""

    def alter(pixels: GrayArray) -> GrayArray:
        rows, columns = pixels.shape
        small = (max(1, round(columns * share)), max(1, round(rows * share)))
        picture = Image.fromarray(pixels).resize(small, Image.Resampling.BILINEAR)
        return np.array(picture.resize((columns, rows), Image.Resampling.BILINEAR), np.uint8)

    return alter


def gamma(gamma: float) -> Alter:
    """Grays to the power of gamma: below 1 brighter, above darker."""
    curve = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return lambda pixels: curve[pixels]


def darkened(divisor: int) -> Alter:
    """Grays divided, as where an image of few bits is kept in more."""
    return lambda pixels: (pixels // divisor).astype(np.uint8)


def lifted(pixels: GrayArray) -> GrayArray:
    """A constant added to four fifths of the grays."""
    return (pixels * 0.8 + 45).astype(np.uint8)


def with_hot_pixel(pixels: GrayArray) -> GrayArray:
    """Half as bright, but for one pixel at full scale."""
    hot = darkened(2)(pixels)
    hot[hot.shape[0] // 10, hot.shape[1] // 10] = 255
    return hot


def with_bright_marker(pixels: GrayArray) -> GrayArray:
    """A third as bright, but for a marker at full scale."""
    return draw_text("R", 0.08, 0.1, 0.09)(darkened(3)(pixels))


def only(mask: Mask, pixels: GrayArray) -> GrayArray:
    """Black wherever the mask (H, W) is not."""
    return np.where(mask, pixels, 0).astype(np.uint8)


def lung_box(shape: tuple[int, ...]) -> Mask:
    """(H, W) true inside LUNG_BOX."""
    rows, columns = shape
    left, top, right, bottom = LUNG_BOX
    mask = np.zeros((rows, columns), bool)
    mask[
        round(top * rows) : round(bottom * rows), round(left * columns) : round(right * columns)
    ] = 1
    return mask


def border(shape: tuple[int, ...], share: float) -> Mask:
    """(H, W) true within a share of a side from any border."""
    rows, columns = shape
    mask = np.ones((rows, columns), bool)
    down, across = round(share * rows), round(share * columns)
    mask[down : rows - down, across : columns - across] = False
    return mask


def top_strip(shape: tuple[int, ...]) -> Mask:
    """(H, W) true in the highest sixth."""
    mask = np.zeros(shape, bool)
    mask[: round(STRIP_SHARE * shape[0])] = True
    return mask


OVERLAYS: Final[Mapping[str, Perturbation]] = {
    "marker": Perturbation(
        {"pt": "marcador R colado", "en": "marker R pasted"}, draw_text("R", 0.08, 0.1, 0.09)
    ),
    "marker_left": Perturbation(
        {"pt": "marcador L colado", "en": "marker L pasted"}, draw_text("L", 0.92, 0.1, 0.09)
    ),
    "arrow": Perturbation({"pt": "seta colada", "en": "arrow pasted"}, point_at(0.7, 0.45)),
    "text": Perturbation(
        {"pt": "texto colado", "en": "text pasted"}, draw_text("PORTABLE 07:42", 0.5, 0.95, 0.05)
    ),
    "black_border": Perturbation(
        {"pt": "bordas pretas", "en": "black borders"},
        lambda pixels: only(~border(pixels.shape, BLACK_BORDER_SHARE), pixels),
    ),
    "jpeg_30": Perturbation({"pt": "JPEG 30", "en": "JPEG 30"}, as_jpeg(30)),
    "jpeg_50": Perturbation({"pt": "JPEG 50", "en": "JPEG 50"}, as_jpeg(50)),
    "jpeg_70": Perturbation({"pt": "JPEG 70", "en": "JPEG 70"}, as_jpeg(70)),
    "jpeg_95": Perturbation({"pt": "JPEG 95", "en": "JPEG 95"}, as_jpeg(95)),
    "resampled": Perturbation(
        {"pt": "reduzida à metade e de volta", "en": "halved and back"}, resampled(0.5)
    ),
    "brighter": Perturbation({"pt": "tom mais claro", "en": "brighter tone"}, gamma(0.7)),
    "darker": Perturbation({"pt": "tom mais escuro", "en": "darker tone"}, gamma(1.4)),
    "gamma_0.5": Perturbation({"pt": "gama 0,5", "en": "gamma 0.5"}, gamma(0.5)),
    "gamma_2": Perturbation({"pt": "gama 2", "en": "gamma 2"}, gamma(2.0)),
    "darkened_4": Perturbation({"pt": "4 vezes mais escura", "en": "4 times darker"}, darkened(4)),
    "darkened_16": Perturbation(
        {"pt": "16 vezes mais escura", "en": "16 times darker"}, darkened(16)
    ),
    "lifted": Perturbation({"pt": "constante somada", "en": "constant added"}, lifted),
    "hot_pixel": Perturbation(
        {"pt": "um pixel no máximo", "en": "one pixel at full scale"}, with_hot_pixel
    ),
    "bright_marker": Perturbation(
        {"pt": "marcador no máximo, o resto escuro", "en": "marker at full scale, the rest dark"},
        with_bright_marker,
    ),
    "flipped": Perturbation(
        {"pt": "espelhada", "en": "mirrored"}, lambda pixels: pixels[:, ::-1].copy()
    ),
    "inverted": Perturbation({"pt": "em negativo", "en": "as a negative"}, lambda p: 255 - p),
}
"""None of these may matter; a negative may, and the frontal filter refuses it."""

OCCLUSIONS: Final[Mapping[str, Perturbation]] = {
    "lungs_out.box": Perturbation(
        {"pt": "caixa central apagada", "en": "central box blacked out"},
        lambda pixels: only(~lung_box(pixels.shape), pixels),
    ),
    "lungs_only.box": Perturbation(
        {"pt": "só a caixa central", "en": "central box only"},
        lambda pixels: only(lung_box(pixels.shape), pixels),
    ),
    "borders_only": Perturbation(
        {"pt": "só as bordas", "en": "borders only"},
        lambda pixels: only(border(pixels.shape, BORDER_SHARE), pixels),
    ),
    "top_strip_only": Perturbation(
        {"pt": "só a faixa do topo", "en": "top strip only"},
        lambda pixels: only(top_strip(pixels.shape), pixels),
    ),
}
"""What is left of a film when its lungs, or all but them, are taken away."""
