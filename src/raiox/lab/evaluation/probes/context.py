"""What a probe needs: the bundle, its predictions, and a way to get pixels.

A probe needs more of a network than its predictions: perturbed radiographs, other images, maps. It
takes one image at a time and keeps scores, so that it costs time and no memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from raiox.bundle import Bundle
from raiox.entities import FloatArray, GrayArray
from raiox.inference.margins import Box, crop, find_content
from raiox.inference.session import NetworkSession, calibrated
from raiox.lab.aliases import Floats, Indices, Progress, Reader
from raiox.lab.datasets.manifest import Sample, as_kind
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric
from raiox.preprocessing import Preprocessing, network_input

Probe = Callable[["ProbeContext"], Iterator[ReportedMetric]]


class GraphEditor(Protocol):
    """Edits of an ONNX graph, where the libraries for it are installed."""

    def shuffle_weights(self, model: bytes) -> bytes:
        """The graph with shuffled weights."""
        ...

    def expose_features(self, model: bytes) -> tuple[bytes, FloatArray]:
        """The graph with the output `features` (N, D, h, w), and its head's weights (K, D)."""
        ...


@dataclass(frozen=True, eq=False)
class ProbeContext:
    """One bundle, its predictions, and what may be measured beyond them."""

    bundle: Bundle
    predictions: Predictions
    read: Reader
    n_threads: int
    n_sampled: int
    """How many samples a costly probe takes at most."""
    datasets: Path | None
    """The folder that `RAIOX_DATASETS` names; None for images of one's own."""
    split: str
    progress: Progress = iter
    graph_editor: GraphEditor | None = None
    """None where its libraries are not installed."""
    other_seed: Bundle | None = None
    """The same recipe trained with another seed."""
    lungs: Bundle | None = None
    """The network of the lungs."""

    @cached_property
    def session(self) -> NetworkSession:
        """The network, opened once."""
        return NetworkSession(self.bundle, self.n_threads)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the network's outputs."""
        return self.bundle.manifest.labels

    def sampled(self, indices: Indices | None = None) -> Indices:
        """At most `n_sampled` of the samples (all of them, or the given ones), evenly spread."""
        every = np.arange(len(self.predictions.samples)) if indices is None else indices
        return np.asarray(every[:: max(1, -(-len(every) // self.n_sampled))], np.int64)

    def pixels(self, sample: Sample) -> GrayArray:
        """Its pixels, margins included."""
        return as_kind(self.read(sample.path.read_bytes()).pixels, sample.kind)

    def iter_pixels(self, samples: Sequence[Sample]) -> Iterator[GrayArray]:
        """The pixels of each sample, one at a time, with a progress bar."""
        for i in self.progress(range(len(samples))):
            yield self.pixels(samples[i])

    def iter_contents(self, samples: Sequence[Sample]) -> Iterator[tuple[GrayArray, Box]]:
        """What the networks see of each sample, and where it lies in its pixels."""
        for pixels in self.iter_pixels(samples):
            box = find_content(pixels)
            yield crop(pixels, box), box

    def prepared(
        self, images: Iterable[GrayArray], spec: Preprocessing | None = None
    ) -> FloatArray:
        """(N, 1, S, S) network inputs, prepared as this bundle or `spec` requires."""
        wanted = spec or self.bundle.manifest.preprocessing
        return np.stack([network_input(pixels, wanted) for pixels in images])

    def scores(self, images: Iterable[GrayArray]) -> tuple[Floats, FloatArray]:
        """(N, K) calibrated scores of images, and their embeddings (N, D)."""
        outputs = self.session.run(self.prepared(images))
        temperature = self.bundle.manifest.temperature
        return calibrated(outputs["logits"], temperature), outputs["embedding"]
