"""Whether a network notices a source that trained nothing of it."""

import numpy as np
import numpy.typing as npt
import pytest

from raiox.lab.metrics.ood import Scored, ood_scores, unseen_dataset_estimates

FINDINGS = ("no_finding", "covid19")
KINDS = ("frontal", "natural")


def scored(tops: list[float], labels: list[int], dataset: str) -> Scored:
    """Cases whose own label scores so much, each a group of its own."""
    own = np.array(tops)
    scores = np.where(np.eye(2, dtype=bool)[labels], own[:, None], 1 - own[:, None])
    groups = np.array([f"{dataset}{i}" for i in range(len(tops))])
    return Scored(scores, np.array(labels), groups, np.full(len(tops), dataset))


def both(a: Scored, b: Scored) -> Scored:
    def joined(name: str) -> npt.NDArray[np.generic]:
        return np.concatenate([getattr(a, name), getattr(b, name)])

    return Scored(*map(joined, ("scores", "labels", "groups", "datasets")))


def test_a_value_that_separates_lets_nothing_foreign_pass() -> None:
    groups = np.array(list("abcd"))

    area, passed = ood_scores(np.array([0.9, 0.8, 0.2, 0.1]), np.array([1, 1, 0, 0], bool), groups)

    assert (area.value, passed.value) == (1.0, 0.0)


def test_every_source_away_is_told_apart_from_home_by_the_doubt() -> None:
    home = scored([0.9, 0.95, 0.99, 0.97], [0, 1, 0, 1], "home")
    doubtful, sure = scored([0.6, 0.55], [0, 1], "doubtful"), scored([1.0, 1.0], [0, 1], "sure")

    estimates = dict(unseen_dataset_estimates(FINDINGS, home, both(doubtful, sure)))

    assert estimates["AUROC of the doubt, doubtful, never seen"].value == 1.0
    assert estimates["FPR95 of the doubt, doubtful, never seen"].value == 0.0
    assert estimates["AUROC of the doubt, sure, never seen"].value == 0.0
    assert estimates["FPR95 of the doubt, sure, never seen"].value == 1.0
    assert estimates["FPR95 of the doubt, sure, never seen"].n == 6


@pytest.mark.parametrize("wrong", [0.9, 0.2], ids=["refused", "taken for a film"])
def test_a_filter_meets_films_by_its_doubt_and_the_rest_by_the_score_of_frontal(wrong) -> None:
    in_distribution = both(
        scored([0.8, 0.9], [0, 0], "home"),
        scored([0.6], [1], "home"),  # no film: not what is at home
    )
    away = both(scored([0.7, 0.7], [0, 0], "films"), scored([wrong] * 2, [1, 1], "photographs"))

    estimates = dict(unseen_dataset_estimates(KINDS, in_distribution, away))

    assert estimates["AUROC of the doubt, films, never seen"].value == 1.0
    noticed_photographs = estimates["AUROC of the frontal score, photographs, never seen"]
    assert noticed_photographs.n == 4
    assert noticed_photographs.value == (1.0 if wrong > 0.5 else 0.75)
    assert "AUROC of the doubt, photographs, never seen" not in estimates
