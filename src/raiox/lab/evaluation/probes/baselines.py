"""What predicts the labels without looking at the lungs; the network's row comes last.

Data set and label go together in public data: a network that scores no better than these
baselines may have learned nothing else. Source: Zech et al., 2018,
doi:10.1371/journal.pmed.1002683; PMC8224464 (1.00 at sources seen, 0.38 at one unseen).
"""

from collections.abc import Iterator

import numpy as np

from raiox.lab.aliases import Floats, Indices, Names
from raiox.lab.evaluation.predictions import FILE_STATISTICS
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.evaluation.report.subgroups import attributes
from raiox.lab.metrics.linear_probe import cross_fitted, deciles, indicators
from raiox.lab.metrics.ranking import auc_estimates


def baseline_metrics(context: ProbeContext) -> Metrics:
    """Macro AUC and AUC of every label by each baseline, then by the network on the same cases."""
    predictions = context.predictions
    rows = dict(known_features(context))
    if len(rows) > 1:
        rows["all"] = np.concatenate([*rows.values()], axis=1)
    labels, groups = predictions.labels, predictions.groups
    scored = {name: cross_fitted(features, labels, groups) for name, features in rows.items()}
    for name, scores in [*scored.items(), ("network", predictions.scores)]:
        yield from _row(context.labels, name, scores, labels, groups)


def known_features(context: ProbeContext) -> Iterator[tuple[str, Floats]]:
    """(N, D) of what is known of each sample, by name; constant attributes are left out."""
    known = attributes(context.predictions.samples)
    for name, columns in (
        ("dataset", [known["dataset"]]),
        ("view", [known["view"]]),
        ("age_sex", [known["age"], known["sex"]]),
    ):
        if any(len(np.unique(column)) > 1 for column in columns):
            yield name, indicators(*columns)
    file_statistics = dict(zip(FILE_STATISTICS, context.predictions.file_statistics.T, strict=True))
    width, height = file_statistics["width_px"], file_statistics["height_px"]
    yield "size", deciles(np.column_stack([width / height, width, height]))
    per_pixel = file_statistics["n_bytes"] / (width * height)
    rest = [file_statistics[name] for name in ("mean", "sd", "black", "white")]
    yield "file", deciles(np.column_stack([per_pixel, *rest]))


def _row(
    outputs: tuple[str, ...], name: str, scores: Floats, labels: Indices, groups: Names
) -> Metrics:
    keys = ["macro", *outputs[: scores.shape[1]]]
    for key, estimate in zip(keys, auc_estimates(scores, labels, groups), strict=True):
        text = named("baseline_auc", label=key, baseline=f"baseline.{name}")
        yield ReportedMetric(f"baseline.{name}.auc.{key}", "baselines", text, estimate)
