"""Prepared pixels of a data set in one file, made once and held in memory.

Decoding and resizing 25,000 radiographs takes minutes and gives the same bytes
every time; an epoch should not pay for it. The file holds what `content` leaves and
`fit_to_square` returns, so serving and training share it to the last bit. It is read whole (half a
gigabyte at 160 px): drawn at random from a mapped file, every image would wait for
the disk wherever the system takes its pages back. A file too large for that is mapped
all the same, and the files used longest ago make room for new ones.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.progress import track

from raiox.entities import GrayArray
from raiox.inference.margins import content
from raiox.preprocessing import Preprocessing, fit_to_square

MAX_READ_BYTES = 8_000_000_000
"""Larger caches stay on disk."""

MAX_FOLDER_BYTES = 12_000_000_000
"""What the files of a cache folder take at most, but for a single larger one."""


def cached_pixels(
    paths: Sequence[Path], spec: Preprocessing, folder: Path, n_processes: int = 2
) -> npt.NDArray[np.uint8]:
    """(N, side_px, side_px) uint8 in the order of `paths`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(f"content {spec.side_px} {spec.fit} {spec.tone}".encode())
    for path in paths:
        key.update(f"\n{path.parent.name}/{path.name} {path.stat().st_size}".encode())
    file = folder / f"pixels-{key.hexdigest()[:16]}.npy"
    n_bytes = len(paths) * spec.side_px**2
    if not file.exists():
        _make_room(folder, n_bytes)
        _fill(file, paths, spec, n_processes)
    os.utime(file)
    pixels: npt.NDArray[np.uint8] = np.load(
        file, mmap_mode="r" if n_bytes > MAX_READ_BYTES else None
    )
    return pixels


def read_square(path: Path, spec: Preprocessing) -> GrayArray:
    """One image file of a data set, prepared."""
    return fit_to_square(content(read_gray(path)), spec)


def read_gray(path: Path) -> GrayArray:
    """(H, W) uint8, margins included."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def _make_room(folder: Path, n_bytes: int) -> None:
    """Delete what was used longest ago until as many bytes fit."""
    newest_first = sorted(folder.glob("pixels-*"), key=lambda file: -file.stat().st_mtime)
    for file in newest_first:
        n_bytes += file.stat().st_size
        if n_bytes > MAX_FOLDER_BYTES:
            file.unlink()


def _fill(file: Path, paths: Sequence[Path], spec: Preprocessing, n_processes: int) -> None:
    shape = (len(paths), spec.side_px, spec.side_px)
    unfinished = file.with_suffix(f".unfinished-{os.getpid()}")  # several devices may fill at once
    pixels = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)
    with ProcessPoolExecutor(n_processes) as pool:
        squares = pool.map(partial(read_square, spec=spec), paths, chunksize=64)
        for i, square in enumerate(track(squares, f"Preparing {shape}", total=len(paths))):
            pixels[i] = square
    pixels.flush()
    unfinished.rename(file)
