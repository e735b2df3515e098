"""Figures in documents and on the page are those of the manifests, the reports and the paper."""

import json
import os
from pathlib import Path

import pytest
from datasheets import datasheets
from evidence import COUNTS, EVIDENCE, ROOT, data_set_counts, kind_counts, shipped_reports
from evidence_pages import between_marks, index, paper, readme_table

from raiox.lab.datasets.manifest import Sample, read_finding_samples, read_kind_samples
from raiox.lab.evaluation.paper_results import CONFUSION_SUM, PRINTED
from raiox.vocabulary import FINDINGS

DATASETS = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))
PAGE = json.loads(COUNTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def radiographs() -> list[Sample]:
    return read_finding_samples(DATASETS)


@pytest.fixture(scope="module")
def kinds() -> list[Sample]:
    return read_kind_samples(DATASETS)


@pytest.mark.data
@pytest.mark.skipif(
    not all((DATASETS / name / "manifest.csv").is_file() for name in ("chest", "filter")),
    reason="RAIOX_DATASETS names no chest/ and filter/",
)
class TestCounts:
    def test_the_pages_counts_of_a_kind_are_those_of_the_manifest(self, kinds):
        counts = kind_counts(kinds)

        assert {row["kind"]: row["ours"] for row in PAGE["filter"] if row["ours"]} == counts

    def test_the_pages_counts_of_each_data_set_are_those_of_the_manifest(self, radiographs):
        assert PAGE["ours"] == data_set_counts(radiographs)

    def test_the_datasheets_are_counted_from_the_manifest(self, radiographs, kinds):
        paths = {sample.path for sample in radiographs}
        others = [sample for sample in kinds if sample.path not in paths]

        assert (EVIDENCE / "datasheets.md").read_text("utf-8") == datasheets(radiographs, others)


def test_the_pages_copy_of_the_papers_tables_is_the_one_the_reports_use():
    rates = [
        [round(figure / 100, 3) for name in ("sensitivity", "specificity") for figure in PRINTED[name][k]]
        for k in range(len(FINDINGS))
    ]  # fmt: skip

    assert PAGE["paper_confusion"] == [list(row) for row in CONFUSION_SUM]
    assert PAGE["paper_rates"] == rates


@pytest.mark.parametrize(("page", "render"), [("README.md", index), ("paper.md", paper)])
def test_a_page_of_the_evidence_is_written_from_the_reports_of_the_bundles(page, render):
    assert (EVIDENCE / page).read_text("utf-8") == render(shipped_reports()), "run `make evidence`"


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.pt-BR.md", "pt")])
def test_the_table_of_a_readme_is_written_from_the_reports_of_the_bundles(name, language):
    readme = (ROOT / name).read_text("utf-8")
    table = readme_table(shipped_reports(), language)

    assert readme == between_marks(readme, table), "run `make evidence`"
