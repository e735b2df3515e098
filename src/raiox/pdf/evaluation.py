"""What scores mean: of the evaluated images with such scores, how many had each label.

The same computation as on the page (`ui/src/analyse/scoreMeaning.ts`), for labels as common as they
were in the evaluation. The evaluated bins give a curve from score to share; bins that fall are pooled,
and between two bins the share lies between theirs. Of labels that exclude each other the shares sum
to 1. Source: Zadrozny and Elkan, 2002, doi:10.1145/775047.775151.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from raiox.bundle.manifest import REPORT_FILE
from raiox.entities import ModelIdentity

MAX_RANGE: Final = 0.75
"""A range wider than this says nothing that a reader could use."""
HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """Evaluated images with about one score, and the share of them that had the label."""

    mean_score: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share of images and the range it lies in, each from 0 to 1."""

    share: float
    low: float
    high: float


Bins = Mapping[str, Sequence[Bin]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of the classifier that answered."""

    sha256: str
    """Of that classifier: of others' scores this says nothing."""
    multi_label: bool
    operating_points: Mapping[str, float]
    bins: Bins
    """By finding; empty where the bundle brings no report of its own."""

    @classmethod
    def read(cls, folder: Path, model: ModelIdentity) -> Self:
        """Of a bundle in `folder` that answers as `model`."""
        file = folder / REPORT_FILE
        report = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        is_own = report.get("bundle", {}).get("sha256") == model.sha256
        curves = report["curves"].get("reliability", {}) if is_own else {}
        return cls(
            sha256=model.sha256,
            multi_label=model.multi_label,
            operating_points={
                label: point.threshold for label, point in model.operating_points.items()
            },
            bins={label: tuple(Bin(**each) for each in bins) for label, bins in curves.items()},
        )


def meanings_of(
    scores: Mapping[str, float], bins: Bins, *, multi_label: bool
) -> dict[str, Share] | None:
    """What the scores of one image mean, by finding.

    None where that cannot be known: a finding without evaluated images, or a range that says nothing.
    """
    usable = {}
    for finding, score in scores.items():
        evaluated = bins.get(finding, ())
        measured = share_at(score, evaluated)
        if (
            measured
            and 0 < _prevalence(evaluated) < 1
            and measured.high - measured.low <= MAX_RANGE
        ):
            usable[finding] = measured
    if multi_label:
        return usable or None
    total = sum(measured.share for measured in usable.values())
    if len(usable) < len(scores) or total == 0:
        return None
    return {finding: _move(one, one.share / total) for finding, one in usable.items()}


def share_at(score: float, bins: Sequence[Bin]) -> Share | None:
    """Of the evaluated images with this score, the share with the label."""
    pooled = _pool(bins)
    if not pooled:
        return None
    above = next((one for one in pooled if one.mean_score >= score), pooled[-1])
    below = next((one for one in reversed(pooled) if one.mean_score <= score), pooled[0])
    gap = above.mean_score - below.mean_score
    way = (score - below.mean_score) / gap if gap > 0 else 0.0
    return Share(below.observed + way * (above.observed - below.observed), below.low, above.high)


def in_hundred(shares: Sequence[float]) -> list[int]:
    """Shares as whole numbers of a hundred that sum to 100 as the shares sum to 1."""
    whole = [int(share * HUNDRED) for share in shares]
    n_missing = round(sum(shares) * HUNDRED) - sum(whole)
    by_rest = sorted(range(len(shares)), key=lambda n: whole[n] - shares[n] * HUNDRED)
    for n in by_rest[:n_missing]:
        whole[n] += 1
    return whole


def _prevalence(bins: Sequence[Bin]) -> float:
    n_images = sum(one.n for one in bins)
    return sum(one.n * one.observed for one in bins) / n_images if n_images else 0.0


def _pool(bins: Sequence[Bin]) -> list[Bin]:
    """The bins by score, those that fall pooled with their neighbours."""
    pooled: list[Bin] = []
    for one in sorted(bins, key=lambda each: each.mean_score):
        last = one
        while pooled and pooled[-1].observed > last.observed:
            last = _joined(pooled.pop(), last)
        pooled.append(last)
    return pooled


def _joined(a: Bin, b: Bin) -> Bin:
    n = a.n + b.n
    return Bin(
        mean_score=(a.mean_score * a.n + b.mean_score * b.n) / n,
        observed=(a.observed * a.n + b.observed * b.n) / n,
        low=min(a.low, b.low),
        high=max(a.high, b.high),
        n=n,
    )


def _move(measured: Share, to: float) -> Share:
    """Both ends of a range move as its middle does: their odds change by the same factor."""
    if not 0 < measured.share < 1 or to >= 1:
        return Share(to, min(measured.low, to), max(measured.high, to))
    factor = _odds(to) / _odds(measured.share)
    return Share(to, _shift(measured.low, factor), _shift(measured.high, factor))


def _odds(share: float) -> float:
    return share / (1 - share)


def _shift(share: float, factor: float) -> float:
    return share * factor / (share * factor + 1 - share)
