"""From logits to scores, and from scores to the findings set and the answer."""

import numpy as np
import pytest

from raiox.bundle.errors import BundleInvalidError
from raiox.bundle.manifest import BundleManifest, OperatingPoint, Training
from raiox.inference.classifier import _check_labels
from raiox.inference.decision import decide, findings_set
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import calibrated, multi_label_scores
from raiox.preprocessing import Preprocessing

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
    scores = {"no_finding": 0.30, "lung_opacity": 0.10, "covid19": 0.60}

    assert findings_set(scores, threshold=0.25) == ("covid19", "no_finding")


def test_the_set_of_a_single_label_bundle_is_never_empty() -> None:
    scores = {"no_finding": 0.3, "lung_opacity": 0.4, "covid19": 0.3}

    assert findings_set(scores, threshold=0.9) == ("lung_opacity",)


def test_one_finding_left_is_the_answer_and_several_are_uncertain() -> None:
    manifest = manifest_of(set_threshold=0.25)

    assert decide(scored(0.6, 0.1, 0.1, 0.1, 0.1), manifest)[0] == "atelectasis"
    assert decide(scored(0.4, 0.3, 0.1, 0.1, 0.1), manifest) == (
        "uncertain",
        ("atelectasis", "cardiomegaly"),
    )


def test_several_findings_of_a_multi_label_bundle_can_be_present() -> None:
    manifest = manifest_of(multi_label=True)

    finding, present = decide(scored(0.55, 0.1, 0.9, 0.2, 0.49), manifest)

    assert finding == "effusion"
    assert present == ("effusion", "atelectasis")


def test_a_multi_label_bundle_answers_none_where_no_operating_point_is_reached() -> None:
    assert decide(scored(0.1, 0.2, 0.3, 0.4, 0.49), manifest_of(multi_label=True)) == ("none", ())


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
