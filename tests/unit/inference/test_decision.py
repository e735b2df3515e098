"""From logits to scores, and from scores to the findings set and the answer."""

import numpy as np
import pytest

from raiox.bundle.errors import BundleInvalidError
from raiox.bundle.manifest import AbnormalFirst, BundleManifest, OperatingPoint, Training
from raiox.entities import Abnormality
from raiox.inference.classifier import _check_labels
from raiox.inference.decision import Decision, decide
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import calibrated, multi_label_scores
from raiox.preprocessing import Preprocessing
from raiox.vocabulary import Uncertainty

FIVE = ("atelectasis", "cardiomegaly", "effusion", "nodule", "pneumothorax")


def manifest_of(labels: tuple[str, ...] = FIVE, **changes: object) -> BundleManifest:
    return BundleManifest(
        id="drawn-1",
        role="classifier",
        labels=labels,
        preprocessing=Preprocessing(side_px=64, fit="letterbox"),
        temperature=1.0,
        operating_points={
            label: OperatingPoint(threshold=0.5, sensitivity=0.9, specificity=0.9)
            for label in labels
        },
        licence="CC0",
        training=Training(
            recipe="drawn", seed=0, code_version="0", data_sha256="0", started_from="scratch",
            sources=(),
        ),
        files={},
    ).model_copy(update=changes)  # fmt: skip


def scored(*scores: float) -> dict[str, float]:
    return dict(zip(FIVE, scores, strict=True))


def test_scores_sum_to_one_even_for_extreme_logits() -> None:
    scores = calibrated(np.array([900.0, 0.0, -900.0], np.float32), temperature=1.7)

    assert scores.sum() == pytest.approx(1.0)
    assert scores[0] == pytest.approx(1.0)


def test_a_higher_temperature_gives_more_modest_scores() -> None:
    logits = np.array([2.0, 0.0, -1.0], np.float32)

    assert calibrated(logits, 2.0).max() < calibrated(logits, 1.0).max()


def test_multi_label_scores_do_not_compete() -> None:
    scores = multi_label_scores(np.array([9.0, 9.0, -9.0, 4e4, -4e4], np.float32), 1.0)

    assert scores == pytest.approx([0.99988, 0.99988, 0.00012, 1.0, 0.0], abs=1e-4)


@pytest.mark.parametrize("score", [calibrated, multi_label_scores])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_logit_that_is_not_finite_gives_no_score(broken, score) -> None:
    with pytest.raises(ModelOutputInvalidError):
        score(np.array([0.0, broken, 1.0], np.float32), 1.0)


def test_the_set_holds_every_finding_above_the_threshold_strongest_first() -> None:
    manifest = manifest_of(set_threshold=0.25)

    assert decide(scored(0.3, 0.1, 0.6, 0, 0), manifest).findings_set == ("effusion", "atelectasis")


def test_the_set_of_a_single_label_bundle_is_never_empty() -> None:
    for threshold in (0.9, None):
        decision = decide(scored(0.2, 0.4, 0.2, 0.1, 0.1), manifest_of(set_threshold=threshold))

        assert decision.findings_set == ("cardiomegaly",)


def test_one_finding_left_is_the_answer_and_several_are_uncertain() -> None:
    manifest = manifest_of(set_threshold=0.25)

    assert decide(scored(0.6, 0.1, 0.1, 0.1, 0.1), manifest).finding == "atelectasis"
    assert decide(scored(0.4, 0.3, 0.1, 0.1, 0.1), manifest) == Decision(
        "uncertain", ("atelectasis", "cardiomegaly"), Uncertainty.FINDINGS
    )


def test_several_findings_of_a_multi_label_bundle_can_be_present() -> None:
    manifest = manifest_of(multi_label=True)

    decision = decide(scored(0.55, 0.1, 0.9, 0.2, 0.49), manifest)

    assert decision.finding == "effusion"
    assert decision.findings_set == ("effusion", "atelectasis")


def test_a_multi_label_bundle_answers_none_where_no_operating_point_is_reached() -> None:
    manifest = manifest_of(multi_label=True)

    assert decide(scored(0.1, 0.2, 0.3, 0.4, 0.49), manifest) == Decision("none", ())


@pytest.mark.parametrize(
    "manifest",
    [
        manifest_of(("one",)),
        manifest_of(("same", "same")),
        manifest_of(multi_label=True, operating_points={}),
    ],
)
def test_labels_that_cannot_be_decided_are_refused(manifest) -> None:
    with pytest.raises(BundleInvalidError):
        _check_labels(manifest)


THREE = ("no_finding", "lung_opacity", "covid19")
FIRST = AbnormalFirst(
    normal="no_finding",
    operating_point=OperatingPoint(threshold=0.5, sensitivity=0.9, specificity=0.9),
    normal_threshold=0.2,
    abnormal_threshold=0.3,
    kind_threshold=0.4,
    distance_threshold=1.3,
)


def decided(*scores: float, distance: float | None = None, **changes: float) -> Decision:
    manifest = manifest_of(THREE, abnormal_first=FIRST.model_copy(update=changes))
    return decide(dict(zip(THREE, scores, strict=True)), manifest, distance)


def test_two_kinds_that_share_the_probability_are_abnormal_all_the_same() -> None:
    decision = decided(0.10, 0.44, 0.46)

    assert decision.findings_set == ("covid19", "lung_opacity")
    assert (decision.finding, decision.uncertainty) == ("uncertain", Uncertainty.KIND)
    assert decision.abnormality is not None
    assert decision.abnormality.present
    assert decision.abnormality.score == pytest.approx(0.90)


def test_a_kind_is_named_by_its_share_of_the_abnormality() -> None:
    assert decided(0.10, 0.80, 0.10) == Decision(
        "lung_opacity", ("lung_opacity",), None, Abnormality(0.9, 0.5, present=True)
    )


def test_between_normal_and_abnormal_nothing_is_answered() -> None:
    decision = decided(0.45, 0.50, 0.05)

    assert decision.findings_set == ("lung_opacity", "no_finding")
    assert decision.uncertainty is Uncertainty.ABNORMALITY


def test_a_normal_image_needs_no_kind() -> None:
    decision = decided(0.75, 0.13, 0.12)

    assert (decision.finding, decision.findings_set) == ("no_finding", ("no_finding",))
    assert decision.abnormality is not None
    assert not decision.abnormality.present


def test_no_kind_is_named_where_the_source_is_unfamiliar() -> None:
    sure = (0.02, 0.97, 0.01)

    assert decided(*sure, distance=1.2).finding == "lung_opacity"
    assert decided(*sure, distance=1.4).uncertainty is Uncertainty.KIND
    assert decided(0.97, 0.02, 0.01, distance=1.4).finding == "no_finding"


@pytest.mark.parametrize("no_finding", [0.05, 0.35, 0.49, 0.51, 0.65, 0.95])
def test_the_operating_point_decides_what_the_thresholds_of_the_set_leave_open(no_finding) -> None:
    rest = 1 - no_finding
    decision = decided(no_finding, rest, 0, normal_threshold=0.8, abnormal_threshold=0.8)

    assert decision.finding == ("no_finding" if no_finding > 0.5 else "lung_opacity")
    assert decision.abnormality is not None
    assert decision.abnormality.present == (no_finding < 0.5)


@pytest.mark.parametrize(
    "manifest",
    [
        manifest_of(THREE, abnormal_first=FIRST, multi_label=True),
        manifest_of(THREE[1:], abnormal_first=FIRST),
    ],
)
def test_abnormal_first_needs_a_label_of_normal_images_among_several(manifest) -> None:
    with pytest.raises(BundleInvalidError):
        _check_labels(manifest)
