"""Documents written from reports: what was measured, and what was not."""

from pathlib import Path

import pytest

from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.datasheets import SOURCES, datasheets
from raiox.lab.evaluation.report.pages import END, START, between_marks, index, paper, readme_table


def estimate(key: str, value: float | None) -> dict[str, object]:
    return {
        "key": key, "section": "overall", "name": {"pt": f"pt {key}", "en": f"en {key}"},
        "value": value, "low": value, "high": value, "n": 9,
    }  # fmt: skip


REPORT = {
    "bundle": {"id": "drawn-1", "role": "classifier", "sha256": "0"},
    "data": {"part": "valid"},
    "missed": [{"figure": "ece.after", "bar": 0.03, "value": 0.1, "pt": "Falta.", "en": "UnmetTarget."}],
    "figures": [estimate("auc.macro", 0.9), estimate("baseline.source.auc.macro", 0.8),
                estimate("sensitivity.covid19", 0.5), estimate("ppv.covid19.at_5", None)],
    "confusion": {"labels": [], "counts": [[3, 1, 0], [0, 0, 0], [0, 0, 2]]},
}  # fmt: skip
REPORTS = {"drawn": REPORT}


def test_what_is_told_without_the_lungs_stands_above_the_network() -> None:
    table = readme_table(REPORTS, "pt")

    assert table.index("pt baseline.source.auc.macro") < table.index("pt auc.macro")
    assert "0,900 (0,900 – 0,900)" in table
    assert "| – (– – –) |" in table  # not defined, and said so


def test_a_bundle_that_was_not_measured_has_no_numbers() -> None:
    assert not any(digit in readme_table({}, "en") for digit in "0123456789")
    assert "make evidence" in index({})


def test_the_table_takes_its_place_and_nothing_else() -> None:
    text = f"a\n{START}\nold\n{END}\nb\n"

    assert between_marks(text, "new") == f"a\n{START}\nnew\n{END}\nb\n"
    with pytest.raises(ValueError, match="no place"):
        between_marks("a", "new")


def test_limits_and_missed_bars_come_before_any_page() -> None:
    page = index(REPORTS)

    assert page.index("## Limits") < page.index("UnmetTarget.") < page.index("drawn/report.md")


def test_a_bar_that_nobody_measured_is_no_bar_that_was_reached() -> None:
    page = index(REPORTS)

    assert "drawn (`valid`): UnmetTarget: UnmetTarget. Not measured: " in page
    assert "by at most 0.05." in page
    filters = REPORT | {"bundle": {"id": "f", "role": "frontal_filter", "sha256": "0"}}
    assert "filter (`valid`): no bar is set for it." in index({"filter": filters})


def test_the_papers_rows_stand_beside_ours_in_percent() -> None:
    page = paper(REPORTS)

    assert "| paper, Table 4 | COVID-19 | 0.0 | 11.6 | 88.4 | 3068 |" in page
    assert "| drawn | No Finding | 75.0 | 25.0 | 0.0 | 4 |" in page
    assert "| drawn | Lung Opacity | – | – | – | 0 |" in page


def test_a_datasheet_counts_and_warns() -> None:
    samples = [
        Sample(Path(f"{i}.png"), "covid19", "siim", "test", f"g{i // 2}", "CC", sex="F", age="70")
        for i in range(4)
    ]

    page = datasheets(samples, [])

    assert "**Films, groups**: 4, 2" in page
    assert "**Sex**: F 4" in page
    assert "**Age**: 60+ 4" in page
    assert SOURCES["siim"].beware in page
    assert "| siim | covid19 | 0 | 0 | 4 |" in page
