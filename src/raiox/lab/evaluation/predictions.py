"""A bundle's raw answers to labelled cases, along the way every upload takes.

An image is read, prepared, answered and forgotten: what is kept of it is its scores, its
embedding and a few numbers of its file, so that memory does not grow with pixels.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import Bundle
from raiox.entities import FloatArray, GrayArray
from raiox.errors import RaioxError
from raiox.inference.embedding_distance import EmbeddingDistance
from raiox.inference.margins import content
from raiox.inference.session import NetworkSession, calibrated
from raiox.intake.errors import UnreadableFileError
from raiox.lab.aliases import Floats, Indices, Progress, Reader
from raiox.lab.datasets.manifest import Sample, as_kind
from raiox.lab.errors import NoImageError
from raiox.preprocessing import network_input

Opener = Callable[[Path], tuple[GrayArray, int]]
"""A file to its pixels, upright, and how many bytes it has."""
BATCH = 32

FILE_STATISTICS: Final = ("width_px", "height_px", "n_bytes", "mean", "sd", "black", "white")
"""What is kept of a file: sizes, mean and spread of its grays, shares of black and of white."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A bundle's predictions for N cases."""

    samples: Sequence[Sample]
    labels: Indices
    """(N,) index of each case's label."""
    logits: Floats
    """(N, K)"""
    embeddings: FloatArray
    """(N, D)"""
    max_evidence: Floats
    """(N,) greatest evidence in the map of the case's own label."""
    temperature: float
    qualities: Floats | None = None
    """(N,) rating of each image, from a network that rates them."""
    distances: Floats | None = None
    """(N,) of the embeddings from ordinary ones, by a bundle that keeps their Gaussian."""
    file_statistics: Floats = field(default_factory=lambda: np.empty((0, len(FILE_STATISTICS))))
    """(N, 7), in the order of `FILE_STATISTICS`."""

    @property
    def scores(self) -> Floats:
        """(N, K) calibrated."""
        return calibrated(self.logits, self.temperature)

    @property
    def groups(self) -> npt.NDArray[np.str_]:
        """(N,) group of each case."""
        return np.array([sample.group_id for sample in self.samples])

    @property
    def datasets(self) -> npt.NDArray[np.str_]:
        """(N,) data set of each case."""
        return np.array([sample.dataset for sample in self.samples])


def predict(
    bundle: Bundle,
    samples: Sequence[Sample],
    read: Reader,
    n_threads: int,
    progress: Progress = iter,
    unread: Counter[str] | None = None,
) -> Predictions:
    """Read, prepare and answer every case.

    Args:
        bundle: the network.
        samples: the cases.
        read: bytes to radiograph, the intake's.
        n_threads: of one pass.
        progress: wraps the starts of the batches, e.g. with a progress bar.
        unread: where given, images that cannot be read are left out and counted here by code.

    Raises:
        RaioxError: an image cannot be read, and nobody counts.
        NoImageError: there is no image, or none that could be read.
    """
    session, kept = NetworkSession(bundle, n_threads), _Accumulator(bundle)
    # One image is kept, since samples made of the same one follow each other.
    opened = lru_cache(maxsize=1)(lambda path: _opened(path, read))
    for start in progress(range(0, len(samples), BATCH)):
        decoded = _decode(samples[start : start + BATCH], opened, unread)
        if decoded:
            kept.add(decoded, session)
    if not kept.samples:
        raise NoImageError
    return kept.predictions()


@dataclass(frozen=True, slots=True, eq=False)
class _DecodedSample:
    sample: Sample
    pixels: GrayArray
    n_bytes: int


class _Accumulator:
    """What stays of the images that were answered."""

    def __init__(self, bundle: Bundle) -> None:
        self.samples: list[Sample] = []
        self._manifest = bundle.manifest
        stored = bundle.embedding_distance
        self._distance = EmbeddingDistance.from_json(stored) if stored else None
        self._rows: dict[str, list[npt.NDArray[np.generic]]] = {}

    def add(self, decoded: Sequence[_DecodedSample], session: NetworkSession) -> None:
        """Run the network on some images and keep what is small."""
        spec = self._manifest.preprocessing
        images = np.stack([network_input(content(one.pixels), spec) for one in decoded])
        outputs = session.run(images)
        labels = np.array([self._manifest.labels.index(one.sample.label) for one in decoded])
        maps = outputs["maps"] - outputs["maps"].mean(axis=1, keepdims=True)
        own = maps[np.arange(len(decoded)), labels]
        row = {
            "labels": labels,
            "logits": outputs["logits"].astype(np.float64),
            "embeddings": outputs["embedding"],
            "max_evidence": own.max(axis=(1, 2)).astype(np.float64),
            "file_statistics": np.array([_file_statistics(one) for one in decoded]),
        }
        if self._distance is not None:
            row["distances"] = self._distance.of(outputs["embedding"])
        if "quality" in outputs:
            row["qualities"] = outputs["quality"].astype(np.float64)
        for name, values in row.items():
            self._rows.setdefault(name, []).append(values)
        self.samples += [one.sample for one in decoded]

    def predictions(self) -> Predictions:
        """All of it."""
        arrays = {name: np.concatenate(rows) for name, rows in self._rows.items()}
        return Predictions(samples=self.samples, temperature=self._manifest.temperature, **arrays)


def _decode(
    samples: Sequence[Sample], opened: Opener, unread: Counter[str] | None
) -> list[_DecodedSample]:
    decoded = []
    for sample in samples:
        try:
            pixels, n_bytes = opened(sample.path)
        except RaioxError as error:
            if unread is None:
                raise
            unread[error.code] += 1
        else:
            decoded.append(_DecodedSample(sample, as_kind(pixels, sample.kind), n_bytes))
    return decoded


def _opened(path: Path, read: Reader) -> tuple[GrayArray, int]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(reason=type(error).__name__) from error
    return read(content).pixels, len(content)


def _file_statistics(decoded: _DecodedSample) -> tuple[float, ...]:
    pixels = decoded.pixels
    height, width = pixels.shape
    black, white = float((pixels == 0).mean()), float((pixels == 255).mean())  # noqa: PLR2004
    return width, height, decoded.n_bytes, float(pixels.mean()), float(pixels.std()), black, white
