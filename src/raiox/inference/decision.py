"""From scores to findings: what counts as present, and when the answer is `uncertain`.

Single-label bundles (softmax): the findings set holds every finding that the scores cannot
rule out; one finding left is the answer, several are `uncertain`. Source: split conformal
prediction sets, Sadinle et al., 2019, doi:10.1080/01621459.2017.1395341.

Multi-label bundles (sigmoid): each finding is decided at its own operating point; those that
reach it form the set, and the one farthest above its point is the answer. An empty set is
answered by `none`: no finding reached its operating point, which excludes no disease.

An image unlike what the network knows is `uncertain` whatever its scores are.
"""

from collections.abc import Mapping

from raiox.bundle.manifest import BundleManifest
from raiox.vocabulary import NONE, UNCERTAIN


def decide(
    scores: Mapping[str, float], manifest: BundleManifest, *, out_of_distribution: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The finding to answer with, and the findings set, strongest first.

    Args:
        scores: by label, each in [0, 1].
        manifest: holds the thresholds.
        out_of_distribution: whether the image is unlike what the network knows: no finding is
            ruled out then, and none is answered.
    """
    if out_of_distribution:
        return UNCERTAIN, tuple(sorted(scores, key=lambda finding: -scores[finding]))
    if manifest.multi_label:
        present = _above_operating_points(scores, manifest)
        return (present[0] if present else NONE), present
    not_ruled_out = findings_set(scores, manifest.set_threshold)
    return (not_ruled_out[0] if len(not_ruled_out) == 1 else UNCERTAIN), not_ruled_out


def findings_set(scores: Mapping[str, float], threshold: float | None) -> tuple[str, ...]:
    """The findings whose score reaches the threshold, highest score first; at least one."""
    ordered = sorted(scores, key=lambda finding: -scores[finding])
    kept = [f for f in ordered if threshold is not None and scores[f] >= threshold]
    return tuple(kept or ordered[:1])


def _above_operating_points(
    scores: Mapping[str, float], manifest: BundleManifest
) -> tuple[str, ...]:
    margins = {
        finding: score - manifest.operating_points[finding].threshold
        for finding, score in scores.items()
    }
    return tuple(sorted((f for f in margins if margins[f] >= 0), key=lambda f: -margins[f]))
