"""Figures over seeds: the paper's own tables, hand-made ones, and the two errors apart."""

import numpy as np
import pytest

from raiox.lab.evaluation.paper_results import CONFUSION_SUM, PRINTED, paper_results
from raiox.lab.evaluation.seeds_report import confusion_table, further_table, spread_table, to_page
from raiox.lab.metrics.intervals import proportion
from raiox.lab.metrics.ranking import auc
from raiox.lab.metrics.seeds import (
    SeedRuns,
    SeedStatistic,
    bootstrap_auc,
    confusion,
    measures,
    seed_statistics,
    to_document,
)
from raiox.lab.tables import latex, to_csv, to_latex, to_markdown
from raiox.vocabulary import FINDINGS

OUTPUTS = ("no_finding", "lung_opacity", "covid19")


def answered(*runs: str, labels: str = "00001122", groups: str = "aabbcdef") -> SeedRuns:
    """Runs as strings of answers, a digit a case."""
    predictions = np.array([[int(digit) for digit in run] for run in runs])
    n_outputs = int(max(labels)) + 1
    scores = np.eye(n_outputs)[predictions] * 0.8 + 0.1
    return SeedRuns(
        OUTPUTS[:n_outputs], np.array([int(digit) for digit in labels]), np.array([*groups]), scores
    )


def test_the_papers_table_4_gives_its_table_5_but_for_the_misprint() -> None:
    found = measures(np.array(CONFUSION_SUM))

    np.testing.assert_allclose(100 * found["sensitivity"], [92.58, 91.20, 88.40], atol=0.005)
    np.testing.assert_allclose(100 * found["specificity"], [94.25, 93.61, 98.04], atol=0.005)
    np.testing.assert_allclose(100 * found["ppv"], [94.5, 92.3, 55.9], atol=0.05)
    assert 100 * found["accuracy"] == pytest.approx(91.84, abs=0.005)
    assert 100 * found["balanced_accuracy"] == pytest.approx(90.73, abs=0.005)
    apart = [
        (measure, k)
        for measure, cells in PRINTED.items()
        for k, (mean, _) in enumerate(cells)
        if abs(100 * found[measure][k] - mean) > 0.1
    ]
    assert apart == [("sensitivity", 2)], "88.4, printed 84.4"


def test_wilsons_interval_of_the_papers_59_images() -> None:
    interval = proportion(2712 / 3068 * 59, 59)

    assert (100 * interval.low, 100 * interval.high) == pytest.approx((77.8, 94.3), abs=0.05)


def test_a_confusion_matrix_counts_the_right_output_by_row() -> None:
    found = confusion(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 2]), 3)

    np.testing.assert_array_equal(found, [[1, 1, 0], [0, 1, 0], [1, 0, 1]])


def test_measures_of_a_matrix_done_by_hand() -> None:
    found = measures(np.array([[3, 1], [2, 4]]))

    np.testing.assert_allclose(found["sensitivity"], [3 / 4, 4 / 6])
    np.testing.assert_allclose(found["specificity"], [4 / 6, 3 / 4])
    np.testing.assert_allclose(found["ppv"], [3 / 5, 4 / 5])
    np.testing.assert_allclose(found["f1"], [6 / 9, 8 / 11])
    assert found["accuracy"] == pytest.approx(7 / 10)
    assert found["balanced_accuracy"] == pytest.approx((3 / 4 + 4 / 6) / 2)


def test_mean_and_sd_are_over_the_seeds() -> None:
    series = answered("00001122", "00011122", "00111122")

    found = seed_statistics(series)["sensitivity no_finding"]

    assert found.by_run == (1.0, 0.75, 0.5)
    assert found.mean == pytest.approx(0.75)
    assert found.sd == pytest.approx(0.25)
    assert (found.n_runs, found.sampling.n) == (3, 4)


def test_one_run_has_no_spread_over_seeds() -> None:
    series = answered("00011122")

    found = seed_statistics(series)

    assert found["accuracy"].sd is None
    table = to_markdown(spread_table(series, found, None))
    assert "75.0 ± n/a" in table
    assert "± 0.0" not in table
    assert "N = 1 seed " in table


def test_the_sampling_error_does_not_shrink_with_more_equal_seeds() -> None:
    one, many = answered("00011122"), answered(*["00011122"] * 10)

    alone, repeated = seed_statistics(one)["accuracy"], seed_statistics(many)["accuracy"]

    assert repeated.sd == 0
    assert repeated.sampling.low == pytest.approx(alone.sampling.low)
    assert repeated.sampling.high == pytest.approx(alone.sampling.high)
    assert alone.sampling.low < alone.mean < alone.sampling.high
    assert repeated.one_test_set == alone.one_test_set == proportion(7, 8)


def test_images_of_one_patient_make_the_interval_wider() -> None:
    labels, run = "0" * 30 + "1" * 30, ("0" * 20 + "1" * 10) + "1" * 30
    alone = answered(run, labels=labels, groups="".join(chr(200 + i) for i in range(60)))
    by_tens = answered(run, labels=labels, groups="".join(chr(200 + i // 10) for i in range(60)))

    def width(series: SeedRuns) -> float:
        interval = seed_statistics(series)["accuracy"].sampling
        return interval.high - interval.low

    assert width(by_tens) > 1.5 * width(alone)


def test_a_ppv_rests_on_the_runs_that_gave_the_answer() -> None:
    series = answered("00001122", "00001111")

    found = seed_statistics(series)["ppv covid19"]

    assert found.mean == 1.0
    assert (found.n_runs, found.sd) == (1, None)
    assert to_document({"ppv": found})["ppv"]["by_run"] == [1.0, None]


def test_a_repeated_case_counts_twice_in_the_auc() -> None:
    random = np.random.default_rng(0)
    scores, positive = random.integers(0, 6, 40) / 6, random.random(40) < 0.4
    times = random.integers(0, 4, (3, 40)).astype(float)

    found = bootstrap_auc(scores, positive, times)

    for row, value in zip(times.astype(int), found, strict=True):
        drawn = np.repeat(np.arange(40), row)
        assert value == pytest.approx(auc(scores[drawn], positive[drawn]))


def test_the_auc_of_one_label_alone_is_not_a_number() -> None:
    found = bootstrap_auc(np.array([0.1, 0.2]), np.array([True, True]), np.ones((1, 2)))

    assert np.isnan(found).all()


@pytest.fixture
def of_findings() -> tuple[SeedRuns, dict[str, SeedStatistic]]:
    series = answered("00001122", "00011121")
    return series, seed_statistics(series)


def test_the_papers_figures_stand_beside_ours_and_the_misprint_is_named(of_findings) -> None:
    series, found = of_findings
    paper = paper_results("paper_stage2", tuple(map(str, FINDINGS)))
    assert paper is not None

    tables = [confusion_table(series, paper), spread_table(series, found, paper)]
    page = to_page("paper_stage2", tables, paper.remarks)

    assert "| covid19 (paper) | 3068 | 0 (0.0 %) | 356 (11.6 %) | 2712 (88.4 %) |" in page
    assert "88.4 ± 3.2 (printed: 84.4)" in page
    assert "84.4 is a misprint" in page
    assert "52 runs" in page
    assert "Not a medical device" in page


def test_the_papers_filter_has_its_one_figure() -> None:
    series = answered("0011", labels="0011", groups="abcd")
    paper = paper_results("paper_filter", ("frontal", "not_frontal"))
    assert paper is not None

    table = to_markdown(further_table(series, seed_statistics(series), paper))

    assert "99.3 (596 of 600)" in table


def test_other_recipes_are_not_compared_with_the_paper() -> None:
    assert paper_results("raiox_fast", OUTPUTS) is None


def test_a_table_sums_the_runs_and_gives_shares_of_the_row(of_findings) -> None:
    series, _ = of_findings

    lines = to_csv(confusion_table(series, None)).splitlines()

    assert lines[1] == "no_finding,8,7 (87.5 %),1 (12.5 %),0 (0.0 %)"


def test_latex_survives_every_special_character(of_findings) -> None:
    series, found = of_findings

    text = to_latex(spread_table(series, found, None), "tab:table5")

    assert r"sensitivity no\_finding" in text
    assert r"$\pm$" in text
    assert r"95 \% of" in text
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.count(" & ") for line in rows} == {5}
    assert text.isascii()


def test_what_latex_would_obey_is_printed_instead() -> None:
    assert latex(r"\input{a_b} 5% & $x^2 #1 ~ a|b") == (
        r"\textbackslash{}input\{a\_b\} 5\% \& \$x\textasciicircum{}2 \#1 "
        r"\textasciitilde{} a\textbar{}b"
    )
