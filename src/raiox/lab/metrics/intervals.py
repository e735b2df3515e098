"""Estimates with their 95 % intervals: no estimate leaves this package without one.

Proportions have Wilson's interval; everything that ranks or averages has a
bootstrap over groups (patients and their duplicates), since images of one
patient are not independent. Source: Wilson, 1927, doi:10.1080/01621459.1927.10502953.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from raiox.lab.aliases import Floats, Indices, Mask, Names

Counts = npt.NDArray[np.floating]
"""(B, N) how often each sample is in each resample."""


Z_95 = 1.959964
N_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval and how many cases it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f}-{self.high:.4f}, n={self.n})"


def proportion(k: float, n: int) -> Estimate:
    """k of n, with Wilson's interval; k may be a mean of counts."""
    if n == 0:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    p, z2 = k / n, Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Estimate(p, max(0.0, centre - half), min(1.0, centre + half), n)


def proportion_true(chosen: Mask) -> Estimate:
    """The share of cases for which something is true, with Wilson's interval."""
    return proportion(int(chosen.sum()), len(chosen))


def bootstrap_estimate(
    statistic: Callable[[Indices], float], groups: Names, seed: int = 0
) -> Estimate:
    """A statistic of case indices, resampled by whole groups.

    Args:
        statistic: of the indices of the cases drawn; NaN where it is not defined.
        groups: (N,) group of each case.
        seed: of the resampling.
    """
    (estimate,) = bootstrap_estimates(lambda drawn: (statistic(drawn),), groups, seed)
    return estimate


def bootstrap_estimates(
    statistics: Callable[[Indices], Sequence[float]], groups: Names, seed: int = 0
) -> list[Estimate]:
    """Several statistics of the same resamples, in the order they are given."""
    values = np.array([statistics(drawn) for drawn in bootstrap_indices(groups, seed)], np.float64)
    whole_sample = statistics(np.arange(len(groups)))
    return [
        Estimate(float(value), *percentile_interval(column), len(groups))
        for value, column in zip(whole_sample, values.T, strict=True)
    ]


def bootstrap_indices(groups: Names, seed: int) -> Iterator[Indices]:
    """Indices of the cases of each resample."""
    _, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    by_group = np.argsort(group_of, kind="stable")
    starts = np.cumsum(sizes) - sizes
    random = np.random.default_rng(seed)
    for _ in range(N_RESAMPLES):
        drawn = random.integers(len(sizes), size=len(sizes))
        n_members = sizes[drawn]
        ends = np.cumsum(n_members)
        within = np.arange(ends[-1]) - np.repeat(ends - n_members, n_members)
        yield by_group[np.repeat(starts[drawn], n_members) + within]


def percentile_interval(values: Floats) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of the defined values; NaN where none is defined."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def mean_estimate(estimates: Sequence[Estimate]) -> Estimate:
    """Mean of figures about different patients, whose errors are independent of each other."""
    n = len(estimates)
    half = sqrt(sum(((f.high - f.low) / 2) ** 2 for f in estimates)) / n
    value = sum(f.value for f in estimates) / n
    return Estimate(value, value - half, value + half, sum(f.n for f in estimates))


def bootstrap_counts(groups: Names, seed: int = 0) -> Counts:
    """(B, N) how often each case is in each redrawn test set; a group comes and goes whole."""
    _, group_of = np.unique(groups, return_inverse=True)
    n_groups = int(group_of.max()) + 1
    random = np.random.default_rng(seed)
    times = np.empty((N_RESAMPLES, len(groups)), np.float32)
    for row in times:  # one by one: all draws at once would take several times the table
        drawn = random.integers(n_groups, size=n_groups)
        row[:] = np.bincount(drawn, minlength=n_groups)[group_of]
    return times


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part over whole, element by element; NaN where the whole is 0."""
    shares: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return shares
