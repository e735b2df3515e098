"""A bundle's raw answers to labelled cases, along the way every upload takes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raiox.bundle import Bundle
from raiox.entities import FloatArray, Radiograph
from raiox.evaluation.cases import Case, shown
from raiox.evaluation.metrics import Floats, Indices
from raiox.inference.session import NetworkSession, calibrated
from raiox.preprocessing import network_input

Reader = Callable[[bytes], Radiograph]
BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a bundle said of N cases."""

    cases: Sequence[Case]
    labels: Indices
    """(N,) index of each case's label."""
    logits: Floats
    """(N, K)"""
    embeddings: FloatArray
    """(N, D)"""
    peaks: Floats
    """(N,) greatest evidence in the map of the case's own label."""
    temperature: float
    qualities: Floats | None = None
    """(N,) rating of each film, from a network that rates them."""

    @property
    def scores(self) -> Floats:
        """(N, K) calibrated."""
        return calibrated(self.logits, self.temperature)

    @property
    def groups(self) -> npt.NDArray[np.str_]:
        """(N,) group of each case."""
        return np.array([case.group_id for case in self.cases])

    @property
    def sources(self) -> npt.NDArray[np.str_]:
        """(N,) data set of each case."""
        return np.array([case.source for case in self.cases])


def ask(
    bundle: Bundle,
    cases: Sequence[Case],
    read: Reader,
    n_threads: int,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Answers:
    """Read, prepare and answer every case; memory does not grow with their number.

    Args:
        bundle: the network asked.
        cases: what to ask of.
        read: bytes to radiograph, the intake's.
        n_threads: of one pass.
        progress: wraps the starts of the batches, e.g. with a bar.
    """
    manifest = bundle.manifest
    session = NetworkSession(bundle, n_threads)
    labels = np.array([manifest.labels.index(case.label) for case in cases])
    logits, embeddings, peaks, qualities = [], [], [], []
    for start in progress(range(0, len(cases), BATCH)):
        batch = cases[start : start + BATCH]
        images = np.stack([network_input(_pixels(c, read), manifest.preprocessing) for c in batch])
        outputs = session.run(images)
        maps = outputs["maps"] - outputs["maps"].mean(axis=1, keepdims=True)
        own = maps[np.arange(len(batch)), labels[start : start + BATCH]]
        peaks.append(own.max(axis=(1, 2)))
        logits.append(outputs["logits"])
        embeddings.append(outputs["embedding"])
        qualities.append(outputs.get("quality", np.empty(0)))
    return Answers(
        cases=cases,
        labels=labels,
        logits=np.concatenate(logits).astype(np.float64),
        embeddings=np.concatenate(embeddings),
        peaks=np.concatenate(peaks).astype(np.float64),
        temperature=manifest.temperature,
        qualities=rated if len(rated := np.concatenate(qualities).astype(np.float64)) else None,
    )


def _pixels(case: Case, read: Reader) -> npt.NDArray[np.uint8]:
    return shown(read(case.path.read_bytes()).pixels, case.kind)
