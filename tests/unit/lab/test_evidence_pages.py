"""Documents written from reports: what was measured, and what was not."""

from pathlib import Path

import pytest
from datasheets import DATA_SETS, datasheets
from evidence_pages import END, START, between_marks, index, paper, readme_table

from raiox.lab.datasets.manifest import Sample


def metric(key: str, value: float | None) -> dict[str, object]:
    return {
        "key": key, "section": "overall", "name": {"pt": f"pt {key}", "en": f"en {key}"},
        "value": value, "low": value, "high": value, "n": 9,
    }  # fmt: skip


REPORT = {
    "bundle": {"id": "drawn-1", "role": "classifier", "sha256": "0"},
    "data": {"split": "valid"},
    "unmet_targets": [
        {"key": "ece.after", "target": 0.03, "value": 0.1, "pt": "Falta.", "en": "Too high."}
    ],
    "metrics": [
        metric("auc.macro", 0.9),
        metric("baseline.dataset.auc.macro", 0.8),
        metric("sensitivity.covid19", 0.5),
        metric("ppv.covid19.at_5", None),
    ],
    "confusion": {"labels": [], "counts": [[3, 1, 0], [0, 0, 0], [0, 0, 2]]},
}
FILTER = REPORT | {
    "bundle": {"id": "f", "role": "frontal_filter", "sha256": "0"},
    "metrics": [metric("balanced_accuracy", 0.7)],
}
REPORTS = {"drawn": REPORT}


def test_the_baseline_without_the_lungs_stands_above_the_network() -> None:
    table = readme_table(REPORTS, "pt")

    assert table.index("pt baseline.dataset.auc.macro") < table.index("pt auc.macro")
    assert "0,900 (0,900 – 0,900)" in table
    assert "| – (– – –) |" in table  # not defined, and said so


def test_classifiers_stand_side_by_side_and_the_filter_below_them() -> None:
    other = REPORT | {"metrics": [metric("auc.macro", 0.6)]}

    lines = readme_table({"f": FILTER, "one": REPORT, "two": other}, "en").splitlines()

    assert lines[0] == "| value (95 % interval) | one, `valid` | two, `valid` |"
    assert "| en auc.macro | 0.900 (0.900 – 0.900) | 0.600 (0.600 – 0.600) |" in lines
    assert lines[-1] == "f, `valid`: en balanced_accuracy 0.700 (0.700 – 0.700)."


def test_a_bundle_that_was_not_measured_has_no_numbers() -> None:
    assert not any(digit in readme_table({}, "en") for digit in "0123456789")
    assert "make evidence" in index({})


def test_the_table_replaces_what_is_between_the_marks_and_nothing_else() -> None:
    text = f"a\n{START}\nold\n{END}\nb\n"

    assert between_marks(text, "new") == f"a\n{START}\nnew\n{END}\nb\n"
    with pytest.raises(ValueError, match="no place"):
        between_marks("a", "new")


def test_limits_and_unmet_targets_come_before_any_page() -> None:
    page = index(REPORTS)

    assert page.index("## Limits") < page.index("Too high.") < page.index("drawn/report.md")


def test_a_target_that_was_not_measured_is_not_reported_as_met() -> None:
    page = index(REPORTS)

    assert "drawn (`valid`): Not met: Too high. Not measured: " in page
    assert "by at most 0.05." in page
    assert "filter (`valid`): no target is set for it." in index({"filter": FILTER})


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

    assert "**Radiographs, groups**: 4, 2" in page
    assert "**Sex**: F 4" in page
    assert "**Age**: 60+ 4" in page
    assert DATA_SETS["siim"].beware in page
    assert "| siim | covid19 | 0 | 0 | 4 |" in page
