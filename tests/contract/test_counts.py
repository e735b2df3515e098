"""Figures in documents and on the page are those of the manifests, the reports and the paper."""

import ast
import os
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from raiox.lab.datasets.manifest import Sample, read_finding_samples, read_kind_samples
from raiox.lab.evaluation.datasheets import datasheets
from raiox.lab.evaluation.paper_results import CONFUSION_SUM, PRINTED
from raiox.lab.evaluation.report.pages import between_marks, index, paper, readme_table
from raiox.vocabulary import FINDINGS, ImageKind

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "docs" / "evidence"
DATA = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))
PARTS = ("train", "valid", "test")
TYPED = (ROOT / "ui" / "src" / "method" / "imageCounts.ts").read_text(encoding="utf-8")

with_data = [
    pytest.mark.data,
    pytest.mark.skipif(
        not all((DATA / name / "manifest.csv").is_file() for name in ("chest", "filter")),
        reason="RAIOX_DATASETS names no chest/ and filter/",
    ),
]

KINDS = {
    "data.frontal": {ImageKind.FRONTAL},
    "data.nonpulmonary": {ImageKind.NONPULMONARY_XRAY},
    "data.notxray": {
        ImageKind.OTHER_MEDICAL,
        ImageKind.DOCUMENT,
        ImageKind.NATURAL,
        ImageKind.TEXTURE,
    },
    "data.lateral": {ImageKind.LATERAL},
}
"""Rows of the page's Table 1 that are images of their own, by what they show."""


def typed(name: str) -> object:
    """A table of the page's code: brackets and numbers read alike in both languages."""
    found = re.search(rf"export const {name}\b[^=]*= ([\[{{].*?[\]}}]);", TYPED, re.DOTALL)
    assert found is not None
    quoted = re.sub(r"(?<![\w'])([a-z]\w*)(?=:)", r"'\1'", found[1].replace("null", "None"))
    return ast.literal_eval(quoted)


@pytest.fixture(scope="module")
def films() -> list[Sample]:
    return read_finding_samples(DATA)


@pytest.fixture(scope="module")
def kinds() -> list[Sample]:
    return read_kind_samples(DATA)


@pytest.mark.parametrize("row", typed("FILTER_ROWS"), ids=lambda row: row["kind"])
class TestTable1:
    pytestmark = with_data

    def test_the_pages_counts_of_a_kind_are_those_of_the_manifest(self, kinds, row):
        counts = Counter(
            sample.split for sample in kinds if sample.label in KINDS.get(row["kind"], ())
        )

        assert row["ours"] == ([counts[split] for split in PARTS] if counts else None)


class TestTable2:
    pytestmark = with_data

    def test_the_pages_counts_of_each_source_are_those_of_the_manifest(self, films):
        counts = Counter((sample.dataset, sample.label) for sample in films)
        datasets = sorted({sample.dataset for sample in films})

        assert typed("OUR_COUNTS") == {s: [counts[s, f] for f in FINDINGS] for s in datasets}

    def test_the_datasheets_are_counted_from_the_manifest(self, films, kinds):
        paths = {sample.path for sample in films}
        foreign = [sample for sample in kinds if sample.path not in paths]

        assert (EVIDENCE / "datasheets.md").read_text("utf-8") == datasheets(films, foreign)


def test_the_pages_copy_of_the_papers_tables_is_the_one_the_reports_use():
    printed = [
        [round(estimate / 100, 3) for name in ("sensitivity", "specificity") for estimate in PRINTED[name][k]]
        for k in range(len(FINDINGS))
    ]  # fmt: skip

    assert typed("PAPER_CONFUSION") == [list(row) for row in CONFUSION_SUM]
    assert typed("PAPER_RATES") == printed


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = runpy.run_path(str(ROOT / "scripts" / "evidence.py"))[
        "shipped_reports"
    ]()
    return found


@pytest.mark.parametrize(("page", "render"), [("README.md", index), ("paper.md", paper)])
def test_a_page_of_the_evidence_is_what_the_reports_of_the_bundles_say(reports, page, render):
    assert (EVIDENCE / page).read_text("utf-8") == render(reports), "run `make evidence`"


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.pt-BR.md", "pt")])
def test_the_table_of_a_readme_is_what_the_reports_of_the_bundles_say(reports, name, language):
    readme = (ROOT / name).read_text("utf-8")

    assert readme == between_marks(readme, readme_table(reports, language)), "run `make evidence`"
