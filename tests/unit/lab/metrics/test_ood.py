"""Whether a network detects a data set that it was not trained on."""

import numpy as np
import numpy.typing as npt
import pytest

from raiox.lab.metrics.ood import Scored, ood_scores, unseen_dataset_estimates

FINDINGS = ("no_finding", "covid19")
KINDS = ("frontal", "natural")


def scored(tops: list[float], labels: list[int], dataset: str) -> Scored:
    """Samples whose own label scores so much, each a group of its own."""
    own = np.array(tops)
    scores = np.where(np.eye(2, dtype=bool)[labels], own[:, None], 1 - own[:, None])
    groups = np.array([f"{dataset}{i}" for i in range(len(tops))])
    return Scored(scores, np.array(labels), groups, np.full(len(tops), dataset))


def both(a: Scored, b: Scored) -> Scored:
    def joined(name: str) -> npt.NDArray[np.generic]:
        return np.concatenate([getattr(a, name), getattr(b, name)])

    return Scored(*map(joined, ("scores", "labels", "groups", "datasets")))


def test_a_score_that_separates_lets_nothing_out_of_distribution_pass() -> None:
    groups = np.array(list("abcd"))

    area, passed = ood_scores(np.array([0.9, 0.8, 0.2, 0.1]), np.array([1, 1, 0, 0], bool), groups)

    assert (area.value, passed.value) == (1.0, 0.0)


def test_an_unseen_data_set_is_detected_by_the_maximum_softmax_probability() -> None:
    seen = scored([0.9, 0.95, 0.99, 0.97], [0, 1, 0, 1], "seen")
    unsure, sure = scored([0.6, 0.55], [0, 1], "unsure"), scored([1.0, 1.0], [0, 1], "sure")

    estimates = dict(unseen_dataset_estimates(FINDINGS, seen, both(unsure, sure)))

    assert estimates["AUROC of the MSP, unsure, unseen"].value == 1.0
    assert estimates["FPR95 of the MSP, unsure, unseen"].value == 0.0
    assert estimates["AUROC of the MSP, sure, unseen"].value == 0.0
    assert estimates["FPR95 of the MSP, sure, unseen"].value == 1.0
    assert estimates["FPR95 of the MSP, sure, unseen"].n == 6


@pytest.mark.parametrize("wrong", [0.9, 0.2], ids=["refused", "taken for a radiograph"])
def test_a_filter_detects_radiographs_by_the_msp_and_other_kinds_by_the_frontal_score(
    wrong,
) -> None:
    in_distribution = both(
        scored([0.8, 0.9], [0, 0], "seen"),
        scored([0.6], [1], "seen"),  # not a radiograph: not in-distribution
    )
    unseen = both(
        scored([0.7, 0.7], [0, 0], "radiographs"), scored([wrong] * 2, [1, 1], "photographs")
    )

    estimates = dict(unseen_dataset_estimates(KINDS, in_distribution, unseen))

    assert estimates["AUROC of the MSP, radiographs, unseen"].value == 1.0
    noticed_photographs = estimates["AUROC of the frontal score, photographs, unseen"]
    assert noticed_photographs.n == 4
    assert noticed_photographs.value == (1.0 if wrong > 0.5 else 0.75)
    assert "AUROC of the MSP, photographs, unseen" not in estimates
