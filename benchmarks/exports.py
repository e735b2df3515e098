# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""One radiograph, exported in many ways: how far the scores move, from the bytes of the file on.

Run:      .venv/bin/python benchmarks/exports.py DATA [--images N] [--classifier NAME]
Prints:   for each way, over N radiographs spread over `valid`: how many are refused that were not before,
          and of the largest change of any score: the share below 0.05, the 95th percentile and the
          largest.
Expects:  the tables of docs/evidence/tone.md.
"""

import argparse
import io
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from raiox.entities import EngineResult, GrayArray
from raiox.errors import RaioxError
from raiox.inference.engine import Engine
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.lab.datasets.manifest import read_finding_samples
from raiox.lab.evaluation.probes.perturbations import OVERLAYS, as_jpeg, darkened, gamma
from raiox.settings import Settings

SMALL_CHANGE = 0.05
MAX_MARGIN = 0.25
MARGIN_NOISE = 2
MARGIN_JPEG = 85

Export = Callable[[GrayArray], bytes]


def picture(pixels: np.ndarray, file_format: str = "PNG") -> bytes:
    """A file of Pillow."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, file_format)
    return stream.getvalue()


def deep(pixels: GrayArray) -> np.ndarray:
    """12 bits."""
    return pixels.astype(np.uint16) * 16


def with_hot_pixel(pixels: GrayArray) -> np.ndarray:
    """12 bits, but for one pixel at the full scale of 16."""
    values = deep(pixels)
    values[len(values) // 10, values.shape[1] // 10] = 2**16 - 1
    return values


def dicom(pixels: GrayArray, **elements: object) -> bytes:
    """12 bits as a DX file."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    data.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    data.SOPClassUID, data.SOPInstanceUID = DigitalXRayImageStorageForPresentation, "1.2.3"
    data.Modality, data.PhotometricInterpretation = "DX", "MONOCHROME2"
    data.Rows, data.Columns = pixels.shape
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.SamplesPerPixel, data.PixelRepresentation = 1, 0
    data.PixelData = deep(pixels).tobytes()
    data["PixelData"].VR = "OW"
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def with_margin(pixels: GrayArray) -> bytes:
    """On a page: margins of random widths and of one shade, as a scanner or a JPEG leaves it."""
    random = np.random.default_rng(int(pixels.sum()))
    height, width = pixels.shape
    sides = random.integers(0, 2, 4) * random.uniform(0.02, MAX_MARGIN, 4)
    if not sides.any():
        sides[:] = random.uniform(0.02, MAX_MARGIN)
    top, bottom, left, right = (sides * [height, height, width, width]).astype(int)
    shade = random.choice(np.array([0, 255, random.integers(20, 236)]))
    page = np.pad(pixels, ((top, bottom), (left, right)), constant_values=shade)
    if random.integers(2):
        noise = random.integers(-MARGIN_NOISE, MARGIN_NOISE + 1, page.shape)
        noise[top : top + height, left : left + width] = 0
        page = np.clip(page + noise, 0, 255).astype(np.uint8)
    return picture(as_jpeg(MARGIN_JPEG)(page) if random.integers(2) else page)


def _darkened_picture(divisor: int, pixels: GrayArray) -> bytes:
    return picture(darkened(divisor)(pixels))


EXACT: dict[str, Export] = {
    "12 bits in a 16-bit PNG": lambda p: picture(deep(p)),
    "16-bit PNG, full range": lambda p: picture(p.astype(np.uint16) * 257),
    "12 bits and one pixel at full scale": lambda p: picture(with_hot_pixel(p)),
    "12 bits, 8,000 added": lambda p: picture(deep(p) + np.uint16(8_000)),
    "TIFF of floats from 0 to 1": lambda p: picture(p.astype(np.float32) / 255, "TIFF"),
    "RGB": lambda p: picture(np.stack([p] * 3, axis=2)),
    "DICOM without a window": dicom,
    "DICOM whose window misses the values": lambda p: dicom(
        p, WindowCenter=20_000, WindowWidth=500
    ),
    "MONOCHROME1": lambda p: dicom(255 - p, PhotometricInterpretation="MONOCHROME1"),
}
"""Nothing of the picture is lost."""

EIGHT_BITS: dict[str, Export] = {
    "gamma 0.7": lambda p: picture(gamma(0.7)(p)),
    "gamma 1.4": lambda p: picture(gamma(1.4)(p)),
    "gamma 0.5": lambda p: picture(gamma(0.5)(p)),
    "gamma 2": lambda p: picture(gamma(2.0)(p)),
    "a constant added to four fifths of the grays": lambda p: picture(OVERLAYS["lifted"](p)),
    "half as bright, one pixel at full scale": lambda p: picture(OVERLAYS["hot_pixel"](p)),
    **{
        f"{divisor} times darker": partial(_darkened_picture, divisor)
        for divisor in (2, 4, 8, 16, 32)
    },
}
"""Shades fall together."""

MARGINS: dict[str, Export] = {"on a page, with margins": with_margin}


def read(contents: Iterable[bytes], intake: Intake, engine: Engine) -> list[EngineResult | None]:
    """Results; None where there is none."""
    results: list[EngineResult | None] = []
    for content in contents:
        try:
            result = engine.predict([intake.load(content)])[0]
        except RaioxError:
            result = None
        results.append(result if isinstance(result, EngineResult) else None)
    return results


def change(before: EngineResult | None, after: EngineResult | None) -> float | None:
    """The largest change of a score; None where the image is refused."""
    if before is None or after is None or not (before.prediction and after.prediction):
        return None
    old, new = before.prediction.scores, after.prediction.scores
    return max(abs(old[label] - new[label]) for label in old)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--classifier", default="mobilenet")
    arguments = parser.parse_args()
    settings = Settings(inference={"classifier_bundle": arguments.classifier, "n_threads": 1})
    engine = LocalEngine.open(settings.inference)
    valid = [s for s in read_finding_samples(arguments.data) if s.split == "valid"]
    chosen = valid[:: max(1, len(valid) // arguments.images)][: arguments.images]
    images = [np.array(Image.open(sample.path).convert("L")) for sample in chosen]
    with Intake(settings.intake) as intake:
        before = read(map(picture, images), intake, engine)
        n_read = sum(1 for result in before if result and result.prediction)
        print(f"| {n_read} images read as PNG | refused | below {SMALL_CHANGE} | 95 % | largest |")
        print("|---|---|---|---|---|")
        for name, export in {**EXACT, **EIGHT_BITS, **MARGINS}.items():
            after = read(map(export, images), intake, engine)
            changes = [change(*pair) for pair in zip(before, after, strict=True)]
            sizes = np.array([one for one in changes if one is not None])
            figures = (
                f"{np.mean(sizes < SMALL_CHANGE):.1%} | {np.quantile(sizes, 0.95):.3f} | {sizes.max():.3f}"
                if len(sizes)
                else "| |"
            )
            print(f"| {name} | {n_read - len(sizes)} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
