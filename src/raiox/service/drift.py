"""How far what the service sees has moved from what its classifier was measured on.

The population stability index compares two distributions over the same bins: below 0.1 they are
alike, above 0.25 they differ much. Scores are compared with those of the bundle's report, inputs
by their embeddings, along the axes of the map, with the reference cases of the map.
Source: Siddiqi, Credit Risk Scorecards, 2006; Yurdakul, 2018 (its sampling distribution).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import REPORT_FILE
from raiox.bundle.embedding_map import EmbeddingMap
from raiox.bundle.manifest import EMBEDDING_MAP_FILE
from raiox.result import AnalysisResult

MIN_RESULTS: Final = 100
"""With fewer, the index is mostly chance: about (bins - 1) / n by itself."""
N_BINS: Final = 10
AXES: Final = ("x", "y", "z")
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reference:
    """A distribution: the edges between bins, and the share of each bin."""

    edges: Values
    """(B - 1,), rising."""
    shares: Values
    """(B,), of sum 1."""

    def index_of(self, values: Sequence[float]) -> float | None:
        """The population stability index of values; None of too few."""
        if len(values) < MIN_RESULTS:
            return None
        counts = np.bincount(np.searchsorted(self.edges, values), minlength=len(self.shares))
        # Half a count more in every bin: an empty one would make the index infinite.
        seen = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
        expected = (self.shares + 0.5 / MIN_RESULTS) / (1 + 0.5 * len(counts) / MIN_RESULTS)
        return round(float(((seen - expected) * np.log(seen / expected)).sum()), 4)


@dataclass(frozen=True, slots=True)
class Drift:
    """The indices of scores, by finding, and of embeddings, by axis."""

    n_results: int
    scores: dict[str, float | None]
    inputs: dict[str, float | None]


def measure_drift(bundle: Path, sha256: str, results: Iterable[AnalysisResult]) -> Drift:
    """Compare results with the bundle that gave them.

    Args:
        bundle: the classifier's folder.
        sha256: of its model; results of other networks are left out.
    """
    own = [result for result in results if result.model and result.model.sha256 == sha256]
    scores = {
        finding: reference.index_of([r.scores[finding] for r in own if r.scores])
        for finding, reference in _of_scores(bundle).items()
    }
    points = [result.embedding_xyz for result in own if result.embedding_xyz]
    inputs = {
        axis: reference.index_of([point[i] for point in points])
        for i, (axis, reference) in enumerate(_of_inputs(bundle).items())
    }
    return Drift(len(own), scores, inputs)


def _of_scores(bundle: Path) -> dict[str, Reference]:
    """By finding, from the bins of the report's reliability curve."""
    if not (bundle / REPORT_FILE).is_file():
        return {}
    curves = json.loads((bundle / REPORT_FILE).read_text(encoding="utf-8"))["curves"]
    found = {}
    for finding, bins in curves.get("reliability", {}).items():
        ordered = sorted(bins, key=lambda one: float(one["mean_score"]))
        means = np.array([one["mean_score"] for one in ordered])
        n = np.array([one["n"] for one in ordered], np.float64)
        found[finding] = Reference((means[1:] + means[:-1]) / 2, n / n.sum())
    return found


def _of_inputs(bundle: Path) -> dict[str, Reference]:
    """By axis, from the deciles of the reference cases."""
    if not (bundle / EMBEDDING_MAP_FILE).is_file():
        return {}
    cases = EmbeddingMap.from_json((bundle / EMBEDDING_MAP_FILE).read_bytes()).coordinates
    inner = np.arange(1, N_BINS) / N_BINS
    return {
        axis: Reference(np.quantile(cases[:, i], inner), np.full(N_BINS, 1 / N_BINS))
        for i, axis in enumerate(AXES)
    }
