"""From scores to findings: what counts as present, and when the answer is `uncertain`.

Single-label bundles (softmax): the findings set holds every finding that the scores cannot
rule out; one finding left is the answer, several are `uncertain`. Where one label is that of
normal images, two questions are decided apart: whether the image is abnormal, by 1 - p(normal),
and which kind of abnormality it shows, by the share of each kind in that. What separates normal
from abnormal holds at hospitals never seen, what separates the kinds hardly does. Source: split
conformal prediction sets, Sadinle et al., 2019, doi:10.1080/01621459.2017.1395341.

Multi-label bundles (sigmoid): each finding is decided at its own operating point; those that
reach it form the set, and the one farthest above its point is the answer. An empty set is
answered by `none`: no finding reached its operating point, which excludes no disease.

An image unlike what the network knows is `uncertain` whatever its scores are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raiox.bundle.manifest import AbnormalFirst, BundleManifest
from raiox.entities import Abnormality
from raiox.vocabulary import NONE, UNCERTAIN, Uncertainty

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the scores of one image come to."""

    finding: str
    """A label, `uncertain`, or `none` (multi-label: no operating point reached)."""
    findings_set: tuple[str, ...]
    """Strongest first."""
    uncertainty: Uncertainty | None = None
    """Why the finding is `uncertain`."""
    abnormality: Abnormality | None = None
    """Where one label is that of normal images."""


def decide(
    scores: Mapping[str, float], manifest: BundleManifest, distance: float | None = None
) -> Decision:
    """The finding to answer with, the findings set, and why there is no answer.

    Args:
        scores: by label in the order of the bundle, each in [0, 1].
        manifest: holds the thresholds.
        distance: of the embedding; beyond the bundle's thresholds no kind, or nothing, is ruled out.
    """
    if manifest.multi_label:
        return _decide_multi_label(scores, manifest, unlike=is_beyond(distance, manifest))
    values = np.array([list(scores.values())])
    distances = None if distance is None else np.array([distance])
    kept = dict(zip(scores, findings_sets(values, manifest, distances)[0], strict=True))
    left = tuple(f for f in sorted(scores, key=lambda f: -scores[f]) if kept[f])
    abnormality = _abnormality(scores, manifest.abnormal_first)
    if len(left) == 1:
        return Decision(left[0], left, None, abnormality)
    reason = (
        Uncertainty.OUT_OF_DISTRIBUTION
        if is_beyond(distance, manifest)
        else _reason(left, manifest.abnormal_first)
    )
    return Decision(UNCERTAIN, left, reason, abnormality)


def is_beyond(distance: float | None, manifest: BundleManifest) -> bool:
    """Whether an embedding is unlike all that the network knows."""
    threshold = manifest.distance_threshold
    return distance is not None and threshold is not None and distance > threshold


def findings_sets(
    scores: Floats, manifest: BundleManifest, distances: Floats | None = None
) -> Mask:
    """(N, K) whether each finding stays in the set of each image; at least one always does.

    Args:
        scores: (N, K) of a single-label bundle.
        manifest: holds the thresholds.
        distances: (N,) of the embeddings, where they are known.
    """
    first = manifest.abnormal_first
    if first is not None:
        kept = _abnormal_first(scores, manifest.labels.index(first.normal), first, distances)
    else:
        kept = scores >= (1.0 if manifest.set_threshold is None else manifest.set_threshold)
        kept[np.arange(len(scores)), scores.argmax(axis=1)] = True
    if distances is not None and manifest.distance_threshold is not None:
        kept |= (distances > manifest.distance_threshold)[:, None]
    return kept


def kind_shares(scores: Floats, normal: int) -> tuple[Floats, Floats]:
    """(N,) score of abnormality, and (N, K) share of each kind in it; that of `normal` is 0.

    Args:
        scores: (N, K) that sum to 1.
        normal: index of the label of normal images.
    """
    kinds = scores.copy()
    kinds[:, normal] = 0
    total = kinds.sum(axis=1)
    shares = kinds / np.maximum(total, np.finfo(np.float64).tiny)[:, None]
    return np.minimum(total, 1), np.minimum(shares, 1)


def _abnormal_first(
    scores: Floats, normal: int, thresholds: AbnormalFirst, distances: Floats | None
) -> Mask:
    abnormality, shares = kind_shares(scores, normal)
    is_abnormal = abnormality >= thresholds.operating_point.threshold
    kept = shares >= thresholds.kind_threshold
    if distances is not None and thresholds.distance_threshold is not None:
        kept |= (distances > thresholds.distance_threshold)[:, None]
    kept[np.arange(len(scores)), shares.argmax(axis=1)] = True
    kept &= (is_abnormal | (abnormality >= thresholds.abnormal_threshold))[:, None]
    kept[:, normal] = ~is_abnormal | (scores[:, normal] >= thresholds.normal_threshold)
    return kept


def _abnormality(
    scores: Mapping[str, float], thresholds: AbnormalFirst | None
) -> Abnormality | None:
    if thresholds is None:
        return None
    score = min(1.0, max(0.0, 1 - scores[thresholds.normal]))
    point = thresholds.operating_point.threshold
    return Abnormality(score=score, threshold=point, present=score >= point)


def _reason(left: tuple[str, ...], thresholds: AbnormalFirst | None) -> Uncertainty:
    if thresholds is None:
        return Uncertainty.FINDINGS
    return Uncertainty.ABNORMALITY if thresholds.normal in left else Uncertainty.KIND


def _decide_multi_label(
    scores: Mapping[str, float], manifest: BundleManifest, *, unlike: bool
) -> Decision:
    if unlike:
        ordered = tuple(sorted(scores, key=lambda finding: -scores[finding]))
        return Decision(UNCERTAIN, ordered, Uncertainty.OUT_OF_DISTRIBUTION)
    margins = {
        finding: score - manifest.operating_points[finding].threshold
        for finding, score in scores.items()
    }
    present = tuple(sorted((f for f in margins if margins[f] >= 0), key=lambda f: -margins[f]))
    return Decision(present[0] if present else NONE, present)
