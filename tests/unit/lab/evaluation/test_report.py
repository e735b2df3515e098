"""A report: the metrics of both roles, its texts in every language, and its JSON."""

import json
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawn_predictions import bundle_of, draw_predictions

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
from raiox.messages import load
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, LANGUAGES, NOTICE
from raiox.web.api.schemas import ReportDocument

ROOT = Path(__file__).parents[4]
FACT = re.compile(r"{(\w+)}")
MEASUREMENT = Measurement(
    "valid", "raiox evaluate drawn --split valid", "0.0", {"corrupt_image": 2}
)


@pytest.fixture(scope="module")
def report() -> Report:
    return make_report(bundle_of(), draw_predictions(list(map(str, FINDINGS))), MEASUREMENT)


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


def test_every_metric_has_its_own_key_a_known_section_and_a_name_in_every_language(
    report: Report,
) -> None:
    keys = [metric.key for metric in report.metrics]

    assert len(keys) == len(set(keys))
    assert {metric.section for metric in report.metrics} <= set(SECTIONS)
    for metric in report.metrics:
        assert set(metric.name) == set(LANGUAGES)
        assert all(name and "{" not in name and "–" not in name for name in metric.name.values())


def test_a_value_lies_inside_its_interval(report: Report) -> None:
    for metric in report.metrics:
        estimate = metric.estimate
        if math.isfinite(estimate.value) and "ece" not in metric.key:  # resampled gaps only grow
            assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9, metric.key


def test_the_document_is_json_without_nan_and_counts_unreadable_images(report: Report) -> None:
    document = json.loads(json.dumps(to_json(report), allow_nan=False))

    assert document["data"] == {
        "split": "valid", "n_images": 120, "n_groups": 120, "test_opened": False,
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
    for language in LANGUAGES:
        page = to_markdown(report, language)
        places = [page.find(t) for t in (NOTICE[language], "**", "\n- ", "|")]
        assert -1 < places[0] < places[1] < places[2] < places[3]


def test_an_unmet_target_is_named_in_the_first_paragraph_and_a_met_one_is_not(
    report: Report,
) -> None:
    def with_error(value: float) -> Report:
        error = ReportedMetric(
            "ece.after", "calibration", {"pt": "a", "en": "a"}, Estimate(value, 0, 1, 9)
        )
        return replace(report, metrics=[error])

    unmet, met = with_error(0.2), with_error(0.01)

    assert [one.key for one in unmet.unmet_targets] == ["ece.after"]
    assert "measured: 0.200" in to_markdown(unmet).split("\n\n")[2]
    assert met.unmet_targets == []


def test_the_page_is_one_file_in_every_language_without_scripts_or_addresses(
    report: Report,
) -> None:
    page = to_html(report)

    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import", page)
    for language in LANGUAGES:
        assert f'<div lang="{language}"><p class="notice">{NOTICE[language]}' in page
    assert page.count("<svg") == 5


def test_every_plot_is_a_valid_svg(report: Report) -> None:
    drawn = plots(report)

    assert set(drawn) == {"roc", "pr", "reliability", "decision", "risk_coverage"}
    for picture in drawn.values():
        root = ET.fromstring(picture)
        assert root.tag.endswith("svg")
        assert len(root.findall(".//{*}path")) > 3


def test_a_filter_is_reported_by_kind_of_image() -> None:
    predictions = draw_predictions(list(map(str, IMAGE_KINDS)), n=200, strength=6.0)

    document = to_json(make_report(bundle_of("frontal_filter"), predictions, MEASUREMENT))

    values = {metric["key"]: metric["value"] for metric in document["metrics"]}
    assert values["rejected.rotated_90"] > 0.9
    assert set(document["curves"]["roc"]) == {"frontal"}


def test_predictive_values_at_a_prevalence_follow_bayes(report: Report) -> None:
    values = {metric.key: metric.estimate.value for metric in report.metrics}
    hits, passes = values["point.sensitivity.covid19"], values["point.specificity.covid19"]

    expected = hits * 0.05 / (hits * 0.05 + (1 - passes) * 0.95)

    assert values["ppv.covid19.at_5"] == pytest.approx(expected)


def test_predictions_are_one_line_per_image() -> None:
    predictions = draw_predictions(list(map(str, FINDINGS)), n=6)

    lines = to_csv(predictions, bundle_of().manifest).splitlines()

    assert lines[0] == "image,source,group_id,label,no_finding,lung_opacity,covid19"
    assert len(lines) == 7


def test_every_text_of_a_report_is_there_in_every_language_with_the_same_facts() -> None:
    def facts(language: str) -> dict[str, list[str]]:
        return {key: sorted(FACT.findall(text)) for key, text in load(language, "report").items()}

    first, *others = map(facts, LANGUAGES)

    assert others
    assert all(other == first for other in others)
