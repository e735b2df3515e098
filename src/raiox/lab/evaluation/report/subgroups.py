"""Whether the classifier performs worse for some people: by view, sex, age band, data set.

An average hides whom a network under-serves. A subgroup is reported where it holds enough images
with and without the label. Source: Seyyed-Kalantari et al., 2021, doi:10.1038/s41591-021-01595-0.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from raiox.bundle import BundleManifest
from raiox.lab.aliases import Mask, Names
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, named
from raiox.lab.metrics.decisions import sensitivity, specificity
from raiox.lab.metrics.ranking import auc_estimate
from raiox.lab.metrics.within_dataset import MIN_SAMPLES_PER_LABEL

AGE_BANDS: Final = ((0, 18), (18, 40), (40, 60), (60, 200))
"""In years; the first are children."""


def subgroup_metrics(
    predictions: Predictions, manifest: BundleManifest
) -> Iterator[ReportedMetric]:
    """AUC, and sensitivity and specificity at the operating point, of every subgroup."""
    for attribute, values in attributes(predictions.samples).items():
        for value in np.unique(values):
            here = values == value
            if here.all():
                continue  # no subgroup
            for k, label in enumerate(manifest.labels):
                yield from _of_subgroup(
                    predictions, manifest, here, k, (attribute, str(value), label)
                )


def attributes(samples: Sequence[Sample]) -> dict[str, Names]:
    """(N,) view, sex, age band and data set of each sample; `unknown` where the manifest does not say."""
    return {
        "view": np.array([sample.view or "unknown" for sample in samples]),
        "sex": np.array([sample.sex or "unknown" for sample in samples]),
        "age": np.array([age_band(sample.age) for sample in samples]),
        "dataset": np.array([sample.dataset for sample in samples]),
    }


def age_band(age: str) -> str:
    """The band of an age in years, e.g. `40-59`; `unknown` where there is none."""
    try:
        years = float(age)
    except ValueError:
        return "unknown"
    for start, end in AGE_BANDS:
        if start <= years < end:
            return f"{start}-{end - 1}" if end < AGE_BANDS[-1][1] else f"{start}+"
    return "unknown"


def _of_subgroup(
    predictions: Predictions,
    manifest: BundleManifest,
    here: Mask,
    k: int,
    words: tuple[str, str, str],
) -> Iterator[ReportedMetric]:
    truth, scores = predictions.labels[here] == k, predictions.scores[here, k]
    n_true, n_others = int(truth.sum()), int((~truth).sum())
    attribute, value, label = words
    metrics = []
    if min(n_true, n_others) >= MIN_SAMPLES_PER_LABEL:
        metrics.append(("auc", auc_estimate(scores, truth, predictions.groups[here])))
    if (point := manifest.operating_points.get(label)) is not None:
        predicted = scores >= point.threshold
        if n_true >= MIN_SAMPLES_PER_LABEL:
            metrics.append(("sensitivity", sensitivity(predicted, truth)))
        if n_others >= MIN_SAMPLES_PER_LABEL:
            metrics.append(("specificity", specificity(predicted, truth)))
    for key, estimate in metrics:
        name = named(f"subgroup.{key}", label=label, attribute=attribute, value=value)
        yield ReportedMetric(f"{key}.{label}.{attribute}.{value}", "subgroups", name, estimate)
