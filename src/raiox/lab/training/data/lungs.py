"""The lungs of every image, by the lungs network, once and kept beside the prepared pixels."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track

from raiox.bundle import open_bundle
from raiox.inference.lungs import ANATOMY
from raiox.inference.session import NetworkSession
from raiox.lab.training.data.pixel_cache import cached_pixels
from raiox.preprocessing import Preprocessing, normalise

BATCH = 64


def cached_lungs(
    paths: Sequence[Path], bundle_folder: Path, cache: Path, n_threads: int
) -> npt.NDArray[np.uint8]:
    """(N, 1, L, L) uint8 in the order of `paths`, 255 in the lungs, over the letterboxed square.

    Args:
        paths: of the images.
        bundle_folder: of the lungs network.
        cache: folder of prepared pixels.
        n_threads: of one pass.

    Raises:
        BundleInvalidError, BundleChecksumError: the bundle is damaged.
    """
    bundle = open_bundle(bundle_folder)
    spec = bundle.manifest.preprocessing
    key = hashlib.sha256(bundle.sha256.encode())
    for path in paths:
        key.update(f"\n{path.parent.name}/{path.name} {path.stat().st_size}".encode())
    file = cache / f"lungs-{key.hexdigest()[:16]}.npy"
    if not file.exists():
        pixels = cached_pixels(paths, spec, cache)
        output = bundle.manifest.labels.index(ANATOMY)
        session = NetworkSession(bundle, n_threads)
        starts = track(range(0, len(pixels), BATCH), "Finding lungs", transient=True)
        found = [_lungs(session, pixels[i : i + BATCH], spec, output) for i in starts]
        unfinished = file.with_suffix(".unfinished.npy")
        np.save(unfinished, np.concatenate(found))
        unfinished.rename(file)
    stored: npt.NDArray[np.uint8] = np.load(file)
    return stored


def _lungs(
    session: NetworkSession, squares: npt.NDArray[np.uint8], spec: Preprocessing, output: int
) -> npt.NDArray[np.uint8]:
    logits = session.run(normalise(squares[:, np.newaxis], spec))["maps"][:, output : output + 1]
    lungs: npt.NDArray[np.uint8] = np.round(255 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(
        np.uint8
    )
    return lungs
