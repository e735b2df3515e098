"""One experiment over many seeds: figures of the mean, with two errors that stay apart.

The standard deviation over seeds says how far another training would land; it shrinks
with no larger test set. The interval says how far another test set would move the mean;
it shrinks with no further seed. Neither contains the other, so both are given, each by
its own name. Source: the paper, section 4.2, Tables 4 and 5, gives the first alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from raiox.lab.aliases import Floats, Indices
from raiox.lab.metrics.intervals import (
    Counts,
    Estimate,
    bootstrap_counts,
    percentile_interval,
    proportion,
    ratio,
)
from raiox.lab.metrics.ranking import bootstrap_auc

OUTPUT_MEASURES = ("sensitivity", "specificity", "ppv", "f1", "auc")
"""Measures with one value per output; `auc` is one-vs-rest."""

RUN_MEASURES = ("accuracy", "balanced_accuracy")
"""Measures with one value per run."""


@dataclass(frozen=True, eq=False)
class SeedRuns:
    """What R runs of one recipe answered to the same N cases."""

    outputs: tuple[str, ...]
    labels: Indices
    """(N,) index of the right output."""
    groups: npt.NDArray[np.str_]
    """(N,) patient and duplicates of each case."""
    scores: Floats
    """(R, N, K)"""

    @property
    def n_runs(self) -> int:
        """R, one run per seed."""
        return len(self.scores)

    @property
    def n_groups(self) -> int:
        """Groups among the cases: what the interval resamples."""
        return len(np.unique(self.groups))

    @cached_property
    def confusions(self) -> Indices:
        """(R, K, K) counts: right output by answered output."""
        return np.stack(
            [confusion(self.labels, predictions, self._k) for predictions in self._answers]
        )

    @property
    def _k(self) -> int:
        return len(self.outputs)

    @property
    def _answers(self) -> Indices:
        predictions: Indices = self.scores.argmax(axis=2)
        return predictions


@dataclass(frozen=True, slots=True)
class SeedStatistic:
    """One measure over the runs of a series."""

    mean: float
    """NaN where no run defines it."""
    sd: float | None
    """Over seeds, n - 1 below; None for fewer than two runs, never 0."""
    sampling: Estimate
    """The mean with the 95 % interval of a bootstrap over groups, the runs held fast."""
    one_test_set: Estimate | None
    """Wilson's interval of the mean share on one test set; None where it is no plain share."""
    by_run: tuple[float, ...]

    @property
    def n_runs(self) -> int:
        """Runs that define it: a PPV needs one case so answered."""
        return int(np.isfinite(self.by_run).sum())


def confusion(labels: Indices, predictions: Indices, n_outputs: int) -> Indices:
    """(K, K) counts: right output by answered output."""
    cells = np.bincount(labels * n_outputs + predictions, minlength=n_outputs**2)
    return cells.reshape(n_outputs, n_outputs)


def measures(confusions: npt.NDArray[np.generic]) -> dict[str, Floats]:
    """Every measure of (..., K, K) counts but `auc`: (..., K), or (...) for those of all outputs.

    NaN where nothing could be counted.
    """
    counts = confusions.astype(np.float64)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    true, answered = counts.sum(axis=-1), counts.sum(axis=-2)
    n = true.sum(axis=-1, keepdims=True)
    sensitivity = ratio(right, true)
    return {
        "sensitivity": sensitivity,
        "specificity": ratio(n - true - answered + right, n - true),
        "ppv": ratio(right, answered),
        "f1": ratio(2 * right, true + answered),
        "accuracy": ratio(right.sum(axis=-1), n[..., 0]),
        "balanced_accuracy": sensitivity.mean(axis=-1),
    }


def seed_statistics(series: SeedRuns, seed: int = 0) -> dict[str, SeedStatistic]:
    """Every measure of a series, by name: `accuracy`, `sensitivity covid19`, ...

    Args:
        series: the runs.
        seed: of the resampling of groups; the runs are not resampled.
    """
    times = bootstrap_counts(series.groups, seed)
    seen = {**measures(series.confusions), "auc": _aucs(series, np.ones((1, len(series.labels))))}
    seen["auc"] = seen["auc"][:, 0]
    redrawn = {**measures(_redrawn_confusions(series, times)), "auc": _aucs(series, times)}
    found = {name: _repeated(series, name, seen[name], redrawn[name]) for name in RUN_MEASURES}
    for name in OUTPUT_MEASURES:
        for k, output in enumerate(series.outputs):
            values, resampled = seen[name][..., k], redrawn[name][..., k]
            found[f"{name} {output}"] = _repeated(series, name, values, resampled, k)
    return found


def to_document(found: Mapping[str, SeedStatistic]) -> dict[str, dict[str, object]]:
    """The same for JSON, which knows no NaN."""
    return {
        name: {
            "mean": _json_number(f.mean),
            "sd_over_seeds": f.sd,
            "n_runs": f.n_runs,
            "interval_of_groups": [_json_number(f.sampling.low), _json_number(f.sampling.high)],
            "interval_of_one_test_set": f.one_test_set and [f.one_test_set.low, f.one_test_set.high],
            "n_cases": f.sampling.n,
            "by_run": [_json_number(value) for value in f.by_run],
        }
        for name, f in found.items()
    }  # fmt: skip


def _repeated(
    series: SeedRuns, name: str, values: Floats, redrawn: Floats, output: int | None = None
) -> SeedStatistic:
    """`values` (R,) of the runs, `redrawn` (R, B) of the same runs on redrawn groups."""
    mean = float(_mean_of_defined(values))
    n = _n_cases(series, name, output)
    low, high = percentile_interval(_mean_of_defined(redrawn))
    defined = values[np.isfinite(values)]
    plain_share = name in ("sensitivity", "specificity", "accuracy") and n
    return SeedStatistic(
        mean=mean,
        sd=float(defined.std(ddof=1)) if len(defined) > 1 else None,
        sampling=Estimate(mean, low, high, n),
        one_test_set=proportion(mean * n, n) if plain_share else None,
        by_run=tuple(map(float, values)),
    )


def _n_cases(series: SeedRuns, name: str, output: int | None) -> int:
    """Cases a run's figure rests on: of the output, of the others, or all."""
    n, of_output = len(series.labels), int((series.labels == output).sum())
    return {"sensitivity": of_output, "specificity": n - of_output}.get(name, n)


def _redrawn_confusions(series: SeedRuns, times: Counts) -> Floats:
    """(R, B, K, K), as `SeedRuns.confusions` on each redrawn test set."""
    k = len(series.outputs)
    found = []
    for predictions in series.scores.argmax(axis=2):
        cells = np.zeros((len(predictions), k * k))
        cells[np.arange(len(predictions)), series.labels * k + predictions] = 1
        found.append((times @ cells).reshape(-1, k, k))
    return np.stack(found)


def _aucs(series: SeedRuns, times: Counts) -> Floats:
    """(R, B, K) one-vs-rest, each case counted as often as it was drawn."""
    found = np.empty((series.n_runs, len(times), len(series.outputs)))
    for run, scores in enumerate(series.scores):
        for k in range(len(series.outputs)):
            found[run, :, k] = bootstrap_auc(scores[:, k], series.labels == k, times)
    return found


def _mean_of_defined(values: Floats) -> Floats:
    """Over the runs, first axis; NaN where none defines it, without a warning."""
    defined = np.isfinite(values)
    return ratio(np.where(defined, values, 0).sum(axis=0), defined.sum(axis=0))


def _json_number(value: float) -> float | None:
    return value if np.isfinite(value) else None
