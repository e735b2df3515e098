"""What a bundle's manifest takes from `valid`: temperature, operating points, thresholds.

The thresholds of the findings set are chosen so that data sets which calibrated nothing are covered,
not so that `valid` is: its mixture of hospitals is nobody's but ours (docs/adr/0022).
"""

from typing import Final

import numpy as np

from raiox.bundle import AbnormalFirst, BundleManifest, OperatingPoint
from raiox.inference.decision import findings_sets, kind_shares
from raiox.inference.session import calibrated
from raiox.lab.aliases import Floats, Mask
from raiox.lab.evaluation.embedding_distance import cross_fitted_distances
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import number
from raiox.lab.metrics.calibration import fit_temperature
from raiox.lab.metrics.thresholds import choose_level, choose_operating_point, dataset_quantile
from raiox.messages import text
from raiox.vocabulary import Finding, ImageKind, Language

SET_COVERAGE: Final = 0.95
"""Share of a left-out data set whose findings set must hold the label: one miss in twenty."""

DISTANCE_COVERAGE: Final = 0.99
"""Share of ordinary radiographs within the distance: one in a hundred is uncertain for nothing."""

FAMILIAR_COVERAGE: Final = 0.95
"""Share of ordinary radiographs whose kind of abnormality may be named."""

LOW_QUALITY_PERCENT: Final = 1.0
"""Share of the upright radiographs of `valid` that count as of low quality."""


def fit_manifest(
    draft: BundleManifest, valid: Predictions, coverage: float = SET_COVERAGE
) -> BundleManifest:
    """The manifest with everything that is chosen on `valid`.

    Args:
        draft: what the network is; what was chosen before is replaced.
        valid: its predictions on the validation split.
        coverage: share of a left-out data set whose findings set must hold the label.
    """
    temperature = fit_temperature(valid.logits, valid.labels)
    scores = calibrated(valid.logits, temperature)
    fitted: dict[str, object] = {
        "temperature": temperature,
        "operating_points": _operating_points(draft, scores, valid),
        "map_scale": max(1e-6, float(np.percentile(valid.max_evidence, 90))),
    }
    if draft.role == "classifier":
        fitted |= _set_thresholds(draft, scores, valid, coverage)
    if valid.qualities is not None:
        upright = valid.qualities[valid.labels == draft.labels.index(ImageKind.FRONTAL)]
        fitted["quality_threshold"] = float(np.percentile(upright, LOW_QUALITY_PERCENT))
    return draft.model_copy(update=fitted)


def fitted_values(manifest: BundleManifest, language: Language) -> list[str]:
    """What was chosen on `valid`, as a model card says it."""
    chosen: dict[str, float | None] = {"temperature": manifest.temperature}
    if (first := manifest.abnormal_first) is not None:
        chosen |= {
            "abnormal_at": first.operating_point.threshold,
            "set_normal": first.normal_threshold,
            "set_abnormal": first.abnormal_threshold,
            "set_kind": first.kind_threshold,
        }
    chosen["set_score"] = manifest.set_threshold
    said = [
        text(f"report.card.fitted.{key}", language, value=number(value, language, 3))
        for key, value in chosen.items()
        if value is not None
    ]
    if manifest.set_coverage is not None:
        share = f"{manifest.set_coverage:.0%}"
        said.append(text("report.card.fitted.set_coverage", language, share=share))
    return said


def _operating_points(
    draft: BundleManifest, scores: Floats, valid: Predictions
) -> dict[str, OperatingPoint]:
    truths = {label: valid.labels == k for k, label in enumerate(draft.labels)}
    return {
        label: choose_operating_point(scores[:, k], truth)
        for k, (label, truth) in enumerate(truths.items())
        if truth.any() and not truth.all()
    }


def _set_thresholds(
    draft: BundleManifest, scores: Floats, valid: Predictions, coverage: float
) -> dict[str, object]:
    distances = cross_fitted_distances(valid.embeddings, valid.groups)
    fitted: dict[str, object] = {
        "set_coverage": coverage,
        "distance_coverage": DISTANCE_COVERAGE,
        "distance_threshold": float(np.quantile(distances, DISTANCE_COVERAGE)),
        "set_threshold": None,
        "abnormal_first": None,
    }
    normal = Finding.NO_FINDING
    if normal in draft.labels and len(np.unique(valid.labels == draft.labels.index(normal))) > 1:
        familiar = float(np.quantile(distances, FAMILIAR_COVERAGE))
        first = fit_abnormal_first(draft, scores, valid, coverage)
        fitted["abnormal_first"] = first.model_copy(update={"distance_threshold": familiar})
    else:
        fitted["set_threshold"] = fit_set_threshold(scores, valid, coverage)
    return fitted


def fit_set_threshold(scores: Floats, valid: Predictions, coverage: float) -> float:
    """The score from which findings stay in the set.

    Args:
        scores: (N, K) calibrated.
        valid: the predictions on the validation split.
        coverage: as `fit_manifest`.
    """
    rows, datasets = np.arange(len(scores)), valid.datasets
    own = scores[rows, valid.labels]
    likeliest = scores.argmax(axis=1) == valid.labels

    def covered(level: float, calibrating: Mask) -> Mask:
        threshold = dataset_quantile(own[calibrating], datasets[calibrating], level)
        return np.asarray(likeliest | (own >= threshold))

    level = choose_level(covered, datasets, coverage)
    return dataset_quantile(own, datasets, level)


def fit_abnormal_first(
    draft: BundleManifest, scores: Floats, valid: Predictions, coverage: float
) -> AbnormalFirst:
    """The thresholds of both steps, at one level for all of them.

    Args:
        draft: names the labels, one of which is that of normal images.
        scores: (N, K) calibrated.
        valid: the predictions on the validation split.
        coverage: as `fit_manifest`.
    """
    normal = draft.labels.index(Finding.NO_FINDING)
    abnormality, shares = kind_shares(scores, normal)
    point = choose_operating_point(abnormality, valid.labels != normal)
    rows, datasets, labels = np.arange(len(scores)), valid.datasets, valid.labels

    def fitted(level: float, calibrating: Mask) -> AbnormalFirst:
        def quantile(values: Floats, chosen: Mask) -> float:
            chosen = chosen & calibrating
            return dataset_quantile(values[chosen], datasets[chosen], level)

        return AbnormalFirst(
            normal=Finding.NO_FINDING,
            operating_point=point,
            normal_threshold=quantile(scores[:, normal], labels == normal),
            abnormal_threshold=quantile(abnormality, labels != normal),
            kind_threshold=quantile(shares[rows, labels], labels != normal),
        )

    def covered(level: float, calibrating: Mask) -> Mask:
        first = fitted(level, calibrating)
        manifest = draft.model_copy(update={"abnormal_first": first, "distance_threshold": None})
        return np.asarray(findings_sets(scores, manifest)[rows, labels])

    level = choose_level(covered, datasets, coverage)
    return fitted(level, np.ones(len(scores), np.bool_))
