# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What the sandbox costs: reading through it beside the plain decoders, in the same run.

Run:      python benchmarks/intake.py [--rounds N]
Prints:   p50 and p95 in milliseconds, for a PNG and a JPEG of one megapixel and
          a DICOM file of five megapixels with 12 bits.
Expects:  a PNG of one megapixel below 40 ms on a quiet machine; the fork costs some 5 ms of it.
"""

import argparse
import io
import statistics
import time
from collections.abc import Callable

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from raiox.intake import Intake
from raiox.settings import IntakeSettings

MEGAPIXEL = (1_000, 1_000)
DETECTOR = (2_500, 2_048)
N_WARM_UP = 5


def draw(shape: tuple[int, int], peak: int) -> np.ndarray:
    """A soft gradient with detector noise, so that compression has something to do."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    noise = rng.normal(0, 0.01, shape)
    field = 0.5 + 0.4 * np.sin(x / 200) * np.cos(y / 300) + noise
    return np.asarray(np.rint(field.clip(0, 1) * peak))


def picture(file_format: str) -> bytes:
    """The drawing of one megapixel as a file of Pillow."""
    stream = io.BytesIO()
    Image.fromarray(draw(MEGAPIXEL, 255).astype(np.uint8)).save(stream, file_format)
    return stream.getvalue()


def dicom() -> bytes:
    """The drawing of five megapixels as a DX file, explicit little endian."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    data.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    data.SOPClassUID, data.SOPInstanceUID = DigitalXRayImageStorageForPresentation, "1.2.3"
    data.Modality, data.PhotometricInterpretation = "DX", "MONOCHROME2"
    data.Rows, data.Columns = DETECTOR
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.SamplesPerPixel, data.PixelRepresentation = 1, 0
    data.PixelData = draw(DETECTOR, 4095).astype(np.uint16).tobytes()
    data["PixelData"].VR = "OW"
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def with_pillow(content: bytes) -> np.ndarray:
    """The floor: decoded in this process, nothing checked."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


def with_pydicom(content: bytes) -> np.ndarray:
    """The floor: decoded and scaled in this process, nothing checked."""
    pixels = dcmread(io.BytesIO(content)).pixel_array
    return np.asarray(pixels * (255.0 / pixels.max()), np.uint8)


def measure(read: Callable[[bytes], object], content: bytes, n_rounds: int) -> tuple[float, float]:
    """The median and the 95th percentile of one way of reading, in milliseconds."""
    times_ms = []
    for round_number in range(n_rounds + N_WARM_UP):
        start = time.perf_counter()
        read(content)
        if round_number >= N_WARM_UP:
            times_ms.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times_ms), statistics.quantiles(times_ms, n=20)[-1]


def main() -> None:
    """Measure every case and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    n_rounds = parser.parse_args().rounds
    cases = {
        "PNG 1 Mpx": (picture("png"), with_pillow),
        "JPEG 1 Mpx": (picture("jpeg"), with_pillow),
        "DICOM 5 Mpx": (dicom(), with_pydicom),
    }
    start = time.perf_counter()
    with Intake(IntakeSettings()) as intake:
        intake.load(cases["PNG 1 Mpx"][0])
        print(f"first answer after {(time.perf_counter() - start) * 1e3:.0f} ms")
        print(f"{'':12} {'bytes':>10} {'intake p50':>11} {'p95':>7} {'plain p50':>11} {'p95':>7}")
        for name, (content, plain) in cases.items():
            figures = (*measure(intake.load, content, n_rounds), *measure(plain, content, n_rounds))
            result = "{:>11.1f} {:>7.1f} {:>11.1f} {:>7.1f}".format(*figures)
            print(f"{name:12} {len(content):>10,} {result}")


if __name__ == "__main__":
    main()
