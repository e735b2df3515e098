"""Probes expose the network that takes a shortcut, and only that one."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from probe_contexts import make_context, values

from raiox.lab.evaluation.probes.baselines import baseline_metrics
from raiox.lab.evaluation.probes.out_of_distribution import distances, out_of_distribution_metrics
from raiox.lab.evaluation.probes.shortcuts import shortcut_metrics
from raiox.lab.metrics.linear_probe import cross_fitted, folds, indicators
from raiox.lab.metrics.ranking import macro_auc


@pytest.fixture(scope="module")
def of_centre(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return values(shortcut_metrics, make_context(tmp_path_factory.mktemp("images"), "centre"))


@pytest.fixture(scope="module")
def of_corner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return values(shortcut_metrics, make_context(tmp_path_factory.mktemp("images"), "corner"))


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


def test_a_data_set_that_reveals_the_label_is_found_and_the_network_comes_last(
    tmp_path: Path,
) -> None:
    context = make_context(tmp_path)
    samples = [replace(c, dataset=c.label) for c in context.predictions.samples]
    object.__setattr__(context, "predictions", replace(context.predictions, samples=samples))

    rows = values(baseline_metrics, context)

    assert rows["baseline.dataset.auc.macro"] == 1.0
    assert rows["baseline.file.auc.macro"] < 0.75
    assert [*rows][-1].startswith("baseline.network.")


def test_no_group_lies_in_two_folds() -> None:
    groups = np.array([*"aabbccddeeffgg"])

    found = folds(groups)

    assert sorted(np.concatenate(found).tolist()) == list(range(14))
    assert all(not {*groups[a]} & {*groups[b]} for a, b in pairwise(found))


def test_a_linear_probe_reads_what_is_there_and_nothing_else() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(200) % 2
    groups = np.arange(200).astype(str)

    seen = cross_fitted(indicators(labels.astype(str)), labels, groups)
    unseen = cross_fitted(random.normal(size=(200, 5)), labels, groups)

    assert macro_auc(seen, labels) == 1.0
    assert macro_auc(unseen, labels) == pytest.approx(0.5, abs=0.15)


def test_an_outlier_has_a_large_mahalanobis_distance() -> None:
    random = np.random.default_rng(0)
    reference = random.normal(size=(300, 4)).astype(np.float32)

    distance = distances(np.array([[0, 0, 0, 0], [9, 9, 9, 9]], np.float32), reference)

    assert distance[0] < 1
    assert distance[1] > 10


def test_children_are_out_of_distribution_where_ages_are_known(tmp_path: Path) -> None:
    context = make_context(tmp_path, n=48)

    metrics = values(out_of_distribution_metrics, context)

    assert {"auroc.children.msp", "fpr95.children.mahalanobis"} <= set(metrics)
    assert not [
        key for key in metrics if "rotated" in key
    ]  # without data sets there are no other kinds
