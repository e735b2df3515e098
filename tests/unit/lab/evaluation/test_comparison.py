"""Two bundles on the same images."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_predictions import bundle_of, draw_predictions

from raiox.bundle import Bundle
from raiox.lab.errors import BundlesDifferError
from raiox.lab.evaluation.comparison import BundlePredictions, Difference, compare_bundles
from raiox.lab.evaluation.comparison_report import Comparison, to_json, to_markdown
from raiox.lab.evaluation.fitting import fit_manifest
from raiox.lab.evaluation.report.report import measured
from raiox.vocabulary import FINDINGS

LABELS = tuple(map(str, FINDINGS))


def side(strength: float, seed: int = 0) -> BundlePredictions:
    predictions = draw_predictions(LABELS, n=240, strength=strength, seed=seed)
    bundle = bundle_of()
    manifest = fit_manifest(bundle.manifest, predictions)
    predictions = replace(predictions, temperature=manifest.temperature)
    return BundlePredictions(Bundle(manifest, b"", None), predictions)


@pytest.fixture(scope="module")
def differences() -> dict[str, Difference]:
    return {row.key: row for row in compare_bundles(side(1.0), side(3.0, seed=5))}


def test_a_better_bundle_gains_and_its_interval_leaves_zero_out(
    differences: dict[str, Difference],
) -> None:
    for key in ("auc.macro", "auc.abnormal", "auc.covid19.a", "auc.abnormal.b"):
        gain = differences[key].gain
        assert 0 < gain.low < gain.value < gain.high
    assert differences["brier.after"].gain.high < 0


def test_a_bundle_differs_from_itself_by_nothing() -> None:
    same = side(1.5)

    for row in compare_bundles(same, same):
        assert (row.gain.value, row.gain.low, row.gain.high) == (0, 0, 0)


def test_pairing_makes_the_interval_of_a_difference_narrow() -> None:
    """The second bundle is the first with a little noise: most of the spread is shared."""
    first = side(1.0)
    noise = np.random.default_rng(1).normal(scale=0.2, size=first.predictions.logits.shape)
    logits = first.predictions.logits + noise
    second = replace(first, predictions=replace(first.predictions, logits=logits))

    macro = next(row for row in compare_bundles(first, second) if row.key == "auc.macro")

    assert macro.gain.high - macro.gain.low < 0.5 * (macro.old.high - macro.old.low)


def test_the_values_are_those_of_the_report(differences: dict[str, Difference]) -> None:
    new = side(3.0, seed=5)
    reported = {row.key: row.estimate.value for row in measured(new.predictions, new.manifest)}

    shared = {
        key
        for key in differences
        if key in reported and differences[key].section != "within_dataset"
    }
    assert {"auc.macro", "coverage", "coverage.a", "uncertain", "ece.after"} <= shared
    for key in shared:
        assert differences[key].new.value == pytest.approx(reported[key], abs=1e-6), key


def test_bundles_of_different_labels_are_not_compared() -> None:
    other = bundle_of("frontal_filter")
    kinds = BundlePredictions(other, draw_predictions(other.manifest.labels))

    with pytest.raises(BundlesDifferError):
        list(compare_bundles(side(1.0), kinds))


@pytest.mark.parametrize(
    ("language", "abnormal"), [("en", "abnormal vs"), ("pt", "anormal contra")]
)
def test_the_table_names_both_and_marks_clear_differences(
    differences: dict[str, Difference], language: str, abnormal: str
) -> None:
    comparison = Comparison(
        side(1.0), side(3.0, seed=5), list(differences.values()), "valid", "raiox compare a b"
    )

    page = to_markdown(comparison, language)

    assert abnormal in page
    macro = next(line for line in page.splitlines() if line.count("**") == 2)
    assert macro.count("|") == 5
    document = to_json(comparison)
    assert document["metrics"][0]["difference"]["low"] > 0
    assert {row["key"] for row in document["metrics"]} == set(differences)
