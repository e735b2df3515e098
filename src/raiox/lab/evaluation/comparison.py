"""Two bundles of one role on the same images: every difference with its paired interval.

Both are measured on the same resamples of whole groups, so that what makes a resample hard is
hard for both and leaves their difference.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from raiox.bundle import Bundle, BundleManifest
from raiox.inference.decision import findings_sets
from raiox.inference.session import calibrated
from raiox.lab.aliases import Floats, Indices, Mask
from raiox.lab.errors import BundlesDifferError
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import Section, Text, named
from raiox.lab.metrics.calibration import calibration_error
from raiox.lab.metrics.intervals import (
    Counts,
    Estimate,
    bootstrap_counts,
    percentile_interval,
    ratio,
)
from raiox.lab.metrics.ranking import bootstrap_auc
from raiox.lab.metrics.within_dataset import MIN_SAMPLES_PER_LABEL
from raiox.vocabulary import Finding

SETS: Final[Section] = "prediction_sets"

Statistic = Callable[[Counts], Floats]
"""How often each case counts, (B, N), to the value of each resample, (B,)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One statistic of one bundle's predictions."""

    key: str
    section: Section
    name: Text
    statistic: Statistic


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of both bundles, and what the second has more than the first."""

    key: str
    section: Section
    name: Text
    old: Estimate
    new: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class BundlePredictions:
    """A bundle with its predictions."""

    bundle: Bundle
    predictions: Predictions

    @property
    def manifest(self) -> BundleManifest:
        """Of the bundle."""
        return self.bundle.manifest


def check_comparable(old: BundleManifest, new: BundleManifest) -> None:
    """Raises: BundlesDifferError if two bundles answer different questions."""
    if (old.role, old.labels) != (new.role, new.labels):
        raise BundlesDifferError(old=old.id, new=new.id)


def compare_bundles(old: BundlePredictions, new: BundlePredictions) -> Iterator[Difference]:
    """Every metric that both bundles have, with paired intervals.

    Args:
        old: the first bundle.
        new: the second, on the same samples.

    Raises:
        BundlesDifferError: they answer different questions.
    """
    check_comparable(old.manifest, new.manifest)
    groups = old.predictions.groups
    resamples = bootstrap_counts(groups)
    times = np.concatenate([np.ones((1, len(groups)), resamples.dtype), resamples])
    of_new = {measured.key: measured for measured in _measured(new)}
    for measured in _measured(old):
        if (counterpart := of_new.get(measured.key)) is not None:
            a, b = measured.statistic(times), counterpart.statistic(times)
            estimates = (_estimate(values, len(groups)) for values in (a, b, b - a))
            yield Difference(measured.key, measured.section, measured.name, *estimates)


def _estimate(values: Floats, n: int) -> Estimate:
    """The first value is that of all cases, the others are of resamples."""
    return Estimate(float(values[0]), *percentile_interval(values[1:]), n)


def _measured(of: BundlePredictions) -> Iterator[Measured]:
    yield from _ranking(of)
    if Finding.NO_FINDING in of.manifest.labels:
        yield from _abnormality(of)
    yield from _within_datasets(of)
    yield from _operating_points(of)
    if of.manifest.role == "classifier":
        yield from _sets(of)
    yield from _calibration(of)


def _ranking(of: BundlePredictions) -> Iterator[Measured]:
    scores, labels = of.predictions.scores, of.predictions.labels
    aucs = [_auc(scores[:, k], labels == k) for k in range(scores.shape[1])]

    def macro(times: Counts) -> Floats:
        return np.asarray(np.mean([auc(times) for auc in aucs], axis=0))

    yield Measured("auc.macro", "overall", named("auc.macro"), macro)
    for label, auc in zip(of.manifest.labels, aucs, strict=True):
        yield Measured(f"auc.{label}", "findings", named("auc", label=label), auc)


def _abnormality(of: BundlePredictions) -> Iterator[Measured]:
    """Abnormal against normal, by 1 - p(No Finding): over all data sets, then at its point."""
    normal = of.manifest.labels.index(Finding.NO_FINDING)
    scores, truth = 1 - of.predictions.scores[:, normal], of.predictions.labels != normal
    yield Measured("auc.abnormal", "findings", named("auc.abnormal"), _auc(scores, truth))
    if (first := of.manifest.abnormal_first) is None:
        return
    answered = scores >= first.operating_point.threshold
    for key, measured in _decisions(answered, truth):
        name = named(f"point.abnormal.{key}")
        yield Measured(f"point.{key}.abnormal", "operating_points", name, measured)


def _within_datasets(of: BundlePredictions) -> Iterator[Measured]:
    """In each data set with normal images: each finding by its own score, then abnormal."""
    if Finding.NO_FINDING not in of.manifest.labels:
        return
    predictions, normal = of.predictions, of.manifest.labels.index(Finding.NO_FINDING)
    for dataset in np.unique(predictions.datasets):
        here = predictions.datasets == dataset
        for k, label in enumerate(of.manifest.labels):
            chosen = here & np.isin(predictions.labels, (k, normal))
            truth = predictions.labels == k
            if k != normal and _enough(truth[chosen]):
                auc = _auc(predictions.scores[:, k], truth, chosen)
                name = named("within_dataset_score", label=label, dataset=str(dataset))
                yield Measured(f"auc.{label}.{dataset}", "within_dataset", name, auc)
        truth = predictions.labels != normal
        if _enough(truth[here]):
            auc = _auc(1 - predictions.scores[:, normal], truth, here)
            name = named("within_dataset_abnormal", dataset=str(dataset))
            yield Measured(f"auc.abnormal.{dataset}", "within_dataset", name, auc)


def _operating_points(of: BundlePredictions) -> Iterator[Measured]:
    for k, label in enumerate(of.manifest.labels):
        if (point := of.manifest.operating_points.get(label)) is None:
            continue
        answered = of.predictions.scores[:, k] >= point.threshold
        for key, measured in _decisions(answered, of.predictions.labels == k):
            name = named(f"point.{key}", label=label)
            yield Measured(f"point.{key}.{label}", "operating_points", name, measured)


def _sets(of: BundlePredictions) -> Iterator[Measured]:
    predictions, section = of.predictions, SETS
    kept = findings_sets(predictions.scores, of.manifest, predictions.distances)
    covered, size = kept[np.arange(len(kept)), predictions.labels], kept.sum(axis=1)
    everything, alone = np.ones(len(kept), np.bool_), size == 1
    yield Measured("coverage", section, named("coverage"), _share(covered, everything))
    if (nominal := of.manifest.set_coverage) is not None:
        share = _share(covered, everything)
        name = named("coverage.gap")
        yield Measured("coverage.gap", section, name, lambda times: abs(share(times) - nominal))
    for dataset in np.unique(predictions.datasets):
        here = predictions.datasets == dataset
        name = named("dataset_coverage", dataset=str(dataset))
        yield Measured(f"coverage.{dataset}", section, name, _share(covered, here))
    yield Measured("uncertain", section, named("uncertain"), _share(~alone, everything))
    right = named("right_when_single")
    yield Measured("right_when_single", section, right, _share(covered, alone))


def _calibration(of: BundlePredictions) -> Iterator[Measured]:
    predictions = of.predictions
    scores = calibrated(predictions.logits, of.manifest.temperature)
    rows, labels = np.arange(len(scores)), predictions.labels
    right, highest = scores.argmax(axis=1) == labels, scores.max(axis=1)
    squared = ((scores - np.eye(scores.shape[1])[labels]) ** 2).sum(axis=1)
    losses = -np.log(np.maximum(scores[rows, labels], 1e-12))

    def error(times: Counts) -> Floats:
        drawn = (np.repeat(rows, row.astype(np.int64)) for row in times)
        return np.array([calibration_error(highest[d], right[d]) for d in drawn])

    yield Measured("ece.after", "calibration", named("ece.after"), error)
    for key, values in (("brier.after", squared), ("log_loss.after", losses)):
        yield Measured(key, "calibration", named(key), _mean(values))


def _decisions(answered: Mask, truth: Mask) -> Iterator[tuple[str, Statistic]]:
    yield "sensitivity", _share(answered, truth)
    yield "specificity", _share(~answered, ~truth)


def _auc(scores: Floats, truth: Mask, chosen: Mask | None = None) -> Statistic:
    """AUC of the chosen cases."""
    at: Indices = np.arange(len(scores)) if chosen is None else np.flatnonzero(chosen)
    return lambda times: bootstrap_auc(scores[at], truth[at], times[:, at])


def _share(hits: Mask, among: Mask) -> Statistic:
    """Share of the cases among which are hit."""
    numerator, denominator = (hits & among).astype(np.float64), among.astype(np.float64)
    return lambda times: ratio(times @ numerator, times @ denominator)


def _mean(values: Floats) -> Statistic:
    return lambda times: ratio(times @ values, times.sum(axis=1))


def _enough(truth: Mask) -> bool:
    return min(int(truth.sum()), int((~truth).sum())) >= MIN_SAMPLES_PER_LABEL
