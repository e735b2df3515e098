"""What is kept of each image while a collection is compared: two digests and a thumbnail.

Each thread reads one image at a time through the intake, so memory grows by some
four kilobytes per image, whatever its size; a file that cannot be read is counted,
with the code of its refusal, and the next one follows.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from raiox.entities import GrayArray
from raiox.intake.errors import IntakeError, UnreadableFileError
from raiox.lab.aliases import Progress, Reader
from raiox.lab.audit.hog import THUMBNAIL_SIDE_PX, Thumbnails

_SIZE: Final = (THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX)


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """One image; digests are hexadecimal SHA-256, empty where there is nothing to digest."""

    file: str
    pixels: str
    """Of height, width and gray values as decoded and set upright."""
    thumbnail: GrayArray | None
    refusal: str = ""
    """Code of the reason why the image could not be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """N images, in the order of the paths."""

    files: tuple[str, ...]
    pixels: tuple[str, ...]
    refusals: tuple[str, ...]
    thumbnails: Thumbnails
    """(N, side, side) uint8; black where the image could not be read."""


def take_fingerprints(
    paths: Sequence[Path],
    read: Reader,
    max_bytes: int,
    n_threads: int,
    progress: Progress = iter,
) -> Fingerprints:
    """Read every image once.

    Args:
        paths: of the images; a path may stand there twice.
        read: bytes to radiograph, the intake's.
        max_bytes: of one file; of a longer one no more is read.
        n_threads: images at a time.
        progress: wraps the indices, e.g. with a progress bar.
    """
    thumbnails = np.zeros((len(paths), *_SIZE), np.uint8)
    files, pixels, refusals = [], [], []
    with ThreadPoolExecutor(n_threads) as pool:
        taken = pool.map(partial(fingerprint, read=read, max_bytes=max_bytes), paths)
        for i, found in zip(progress(range(len(paths))), taken, strict=True):
            files.append(found.file)
            pixels.append(found.pixels)
            refusals.append(found.refusal)
            if found.thumbnail is not None:
                thumbnails[i] = found.thumbnail
    return Fingerprints(tuple(files), tuple(pixels), tuple(refusals), thumbnails)


def fingerprint(path: Path, read: Reader, max_bytes: int) -> Fingerprint:
    """Read one image, or return the code that says why it cannot be read."""
    try:
        content = _content(path, max_bytes)
    except OSError:
        return Fingerprint("", "", None, UnreadableFileError.code)
    file = hashlib.sha256(content).hexdigest() if len(content) <= max_bytes else ""
    try:
        pixels = read(content).pixels
    except IntakeError as refusal:
        return Fingerprint(file, "", None, refusal.code)
    shape = f"{pixels.shape}".encode()
    digest = hashlib.sha256(shape + pixels.tobytes()).hexdigest()
    return Fingerprint(file, digest, thumbnail_of(pixels))


def thumbnail_of(pixels: GrayArray) -> GrayArray:
    """(H, W) uint8 as a square of means, whatever its proportions were."""
    return np.asarray(Image.fromarray(pixels).resize(_SIZE, Image.Resampling.BOX))


def _content(path: Path, max_bytes: int) -> bytes:
    if not path.is_file():  # a pipe would wait for ever, a folder is no image
        raise FileNotFoundError
    with path.open("rb") as file:
        return file.read(max_bytes + 1)
