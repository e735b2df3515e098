"""Probes find the network that cheats, and let the one that does not pass."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from benches import bench_of, values

from raiox.lab.evaluation.probes.baselines import baseline_metrics
from raiox.lab.evaluation.probes.out_of_distribution import distances, out_of_distribution_metrics
from raiox.lab.evaluation.probes.shortcuts import shortcut_metrics
from raiox.lab.metrics.linear_probe import cross_fitted, folds, indicators
from raiox.lab.metrics.ranking import macro_auc


@pytest.fixture(scope="module")
def of_centre(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return values(shortcut_metrics, bench_of(tmp_path_factory.mktemp("films"), "centre"))


@pytest.fixture(scope="module")
def of_corner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return values(shortcut_metrics, bench_of(tmp_path_factory.mktemp("films"), "corner"))


def test_a_marker_moves_a_network_that_reads_the_corner_and_no_other(
    of_centre: dict[str, float], of_corner: dict[str, float]
) -> None:
    assert of_centre["change.marker.covid19.within"] == 1.0
    assert of_corner["change.marker.covid19.within"] < 0.95


def test_without_the_lungs_a_network_that_reads_them_knows_nothing(
    of_centre: dict[str, float],
) -> None:
    assert of_centre["lungs_only.box.auc"] > 0.9
    assert of_centre["lungs_out.box.auc"] == pytest.approx(0.5)
    assert of_centre["lungs_out.box.above_baseline"] < 0.1


def test_permuted_labels_cannot_be_read(of_centre: dict[str, float]) -> None:
    assert of_centre["permuted_labels"] == pytest.approx(0.5, abs=0.2)


def test_a_source_that_gives_the_label_away_is_found_and_the_network_comes_last(
    tmp_path: Path,
) -> None:
    context = bench_of(tmp_path)
    told = [replace(c, dataset=c.label) for c in context.predictions.samples]
    object.__setattr__(context, "predictions", replace(context.predictions, samples=told))

    rows = values(baseline_metrics, context)

    assert rows["baseline.source.auc.macro"] == 1.0
    assert rows["baseline.file.auc.macro"] < 0.75
    assert [*rows][-1].startswith("baseline.network.")


def test_no_group_lies_in_two_fifths() -> None:
    groups = np.array([*"aabbccddeeffgg"])

    found = folds(groups)

    assert sorted(np.concatenate(found).tolist()) == list(range(14))
    assert all(not {*groups[a]} & {*groups[b]} for a, b in pairwise(found))


def test_a_line_reads_what_is_there_and_nothing_else() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(200) % 2
    groups = np.arange(200).astype(str)

    seen = cross_fitted(indicators(labels.astype(str)), labels, groups)
    unseen = cross_fitted(random.normal(size=(200, 5)), labels, groups)

    assert macro_auc(seen, labels) == 1.0
    assert macro_auc(unseen, labels) == pytest.approx(0.5, abs=0.15)


def test_what_lies_apart_is_far() -> None:
    random = np.random.default_rng(0)
    ordinary = random.normal(size=(300, 4)).astype(np.float32)

    away = distances(np.array([[0, 0, 0, 0], [9, 9, 9, 9]], np.float32), ordinary)

    assert away[0] < 1
    assert away[1] > 10


def test_children_are_foreign_to_a_classifier_only_where_ages_tell(tmp_path: Path) -> None:
    context = bench_of(tmp_path, n=48)

    told = values(out_of_distribution_metrics, context)

    assert {"auroc.children.doubt", "fpr95.children.distance"} <= set(told)
    assert not [key for key in told if "rotated" in key]  # no data set, no foreign images
