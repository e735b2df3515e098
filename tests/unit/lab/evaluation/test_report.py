"""A report: the figures of both roles, what leads it, and what travels as JSON."""

import json
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from answered import answers_of, bundle_of

from raiox.lab.evaluation.report import (
    Measurement,
    Report,
    ReportedMetric,
    make_report,
    plots,
    to_csv,
    to_html,
    to_json,
    to_markdown,
)
from raiox.lab.evaluation.report.filter_metrics import TABLE_1, compose
from raiox.lab.evaluation.report.reported_metrics import SECTIONS
from raiox.lab.metrics.intervals import Estimate
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, NOTICE
from raiox.web.api.schemas import ReportDocument

ROOT = Path(__file__).parents[4]
ASKED = Measurement("valid", "raiox evaluate drawn --part valid", "0.0", {"corrupt_image": 2})


@pytest.fixture(scope="module")
def report() -> Report:
    return make_report(bundle_of(), answers_of(list(map(str, FINDINGS))), ASKED)


def test_the_papers_test_set_is_drawn_as_it_was_composed() -> None:
    labels = ["frontal"] * 900 + ["rotated_90", "rotated_180", "rotated_270"] * 300
    labels += ["nonpulmonary_xray"] * 100 + ["natural"] * 80 + ["document"] * 30 + ["inverted"] * 50

    drawn = compose(labels, TABLE_1)

    counts = Counter(labels[i] for i in drawn)
    assert len(set(drawn.tolist())) == 600
    assert counts["frontal"] == 300
    assert counts["nonpulmonary_xray"] == 100
    assert counts["natural"] + counts["document"] == 100
    assert "inverted" not in counts
    assert (compose(labels, TABLE_1) == drawn).all()


def test_too_few_images_give_no_such_test_set() -> None:
    assert compose(["frontal"] * 300, TABLE_1) is None


def test_every_figure_has_a_key_of_its_own_a_known_section_and_both_names(report: Report) -> None:
    keys = [estimate.key for estimate in report.metrics]

    assert len(keys) == len(set(keys))
    assert {estimate.section for estimate in report.metrics} <= set(SECTIONS)
    for estimate in report.metrics:
        assert set(estimate.name) == {"pt", "en"}
        assert "{" not in "".join(estimate.name.values())


def test_a_value_lies_inside_its_interval(report: Report) -> None:
    for named in report.metrics:
        estimate = named.estimate
        if math.isfinite(estimate.value) and "ece" not in named.key:  # resampled gaps only grow
            assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9, named.key


def test_the_document_is_json_without_nan_and_tells_what_was_unread(report: Report) -> None:
    document = json.loads(json.dumps(to_json(report), allow_nan=False))

    assert document["data"] == {
        "part": "valid", "n_cases": 120, "n_groups": 120, "test_opened": False,
        "unread": {"corrupt_image": 2},
    }  # fmt: skip
    assert np.sum(document["confusion"]["counts"]) == 120
    assert all(len(points) <= 200 for points in document["curves"]["roc"].values())


def test_the_document_is_what_the_api_promises_and_its_page_describes(report: Report) -> None:
    document = to_json(report)
    page = (ROOT / "docs" / "reference" / "report-json.md").read_text(encoding="utf-8")

    ReportDocument.model_validate(document)
    assert [name for name in (*document, *document["curves"]) if f"| `{name}` |" not in page] == []
    assert [section for section in SECTIONS if f"`{section}`" not in page] == []


def test_a_report_opens_with_notice_verdict_and_limits(report: Report) -> None:
    for language in ("pt", "en"):
        told = to_markdown(report, language)
        places = [told.find(t) for t in (NOTICE[language], "**", "\n- ", "|")]
        assert -1 < places[0] < places[1] < places[2] < places[3]


def test_a_missed_bar_is_told_in_the_first_paragraph_and_a_reached_one_is_not(
    report: Report,
) -> None:
    def with_error(value: float) -> Report:
        error = ReportedMetric(
            "ece.after", "calibration", {"pt": "a", "en": "a"}, Estimate(value, 0, 1, 9)
        )
        return replace(report, metrics=[error])

    unmet_targets, reached = with_error(0.2), with_error(0.01)

    assert [m.key for m in unmet_targets.unmet_targets] == ["ece.after"]
    assert "measured: 0.200" in to_markdown(unmet_targets).split("\n\n")[2]
    assert reached.unmet_targets == []


def test_the_page_is_one_file_in_both_languages_without_scripts_or_addresses(
    report: Report,
) -> None:
    page = to_html(report)

    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import", page)
    for language in ("pt", "en"):
        assert f'<div lang="{language}"><p class="notice">{NOTICE[language]}' in page
    assert page.count("<svg") == 5


def test_every_plot_is_a_picture_of_its_own(report: Report) -> None:
    drawn = plots(report)

    assert set(drawn) == {"roc", "pr", "reliability", "decision", "risk_coverage"}
    for picture in drawn.values():
        root = ET.fromstring(picture)
        assert root.tag.endswith("svg")
        assert len(root.findall(".//{*}path")) > 3


def test_a_filter_is_told_by_kind() -> None:
    predictions = answers_of(list(map(str, IMAGE_KINDS)), n=200, strength=6.0)

    document = to_json(make_report(bundle_of("frontal_filter"), predictions, ASKED))

    values = {estimate["key"]: estimate["value"] for estimate in document["figures"]}
    assert values["refused.rotated_90"] > 0.9
    assert set(document["curves"]["roc"]) == {"frontal"}


def test_predictive_values_at_a_prevalence_follow_bayes(report: Report) -> None:
    values = {estimate.key: estimate.estimate.value for estimate in report.metrics}
    hits, passes = values["point.sensitivity.covid19"], values["point.specificity.covid19"]

    expected = hits * 0.05 / (hits * 0.05 + (1 - passes) * 0.95)

    assert values["ppv.covid19.at_5"] == pytest.approx(expected)


def test_predictions_are_a_line_a_case() -> None:
    predictions = answers_of(list(map(str, FINDINGS)), n=6)

    lines = to_csv(predictions, bundle_of().manifest).splitlines()

    assert lines[0] == "image,source,group_id,label,no_finding,lung_opacity,covid19"
    assert len(lines) == 7
