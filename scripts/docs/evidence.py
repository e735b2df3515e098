"""Writes docs/evidence and the tables of readmes and page from the bundles' reports (`make evidence`)."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from datasheets import datasheets
from evidence_pages import between_marks, index, paper, readme_table

from raiox.bundle import REPORT_FILE
from raiox.inference.local import SHIPPED_MODELS
from raiox.lab.datasets.manifest import Sample, read_finding_samples, read_kind_samples
from raiox.settings import Settings
from raiox.vocabulary import FINDINGS, ImageKind, Language

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "docs" / "evidence"
COUNTS = ROOT / "ui" / "src" / "method" / "imageCounts.json"
READMES: dict[Language, str] = {"en": "README.md", "pt": "README.pt-BR.md"}
SPLITS = ("train", "valid", "test")

KINDS: Final = {
    "data.frontal": {ImageKind.FRONTAL},
    "data.nonpulmonary": {ImageKind.NONPULMONARY_XRAY},
    "data.notxray": {
        ImageKind.OTHER_MEDICAL, ImageKind.DOCUMENT, ImageKind.NATURAL, ImageKind.TEXTURE
    },
    "data.lateral": {ImageKind.LATERAL},
}  # fmt: skip
"""Rows of the page's Table 1 whose images are not made of others, and the kinds they hold."""


def shipped_reports() -> dict[str, dict[str, Any]]:
    """`report.json` of each bundle that carries one, the filter first."""
    files = sorted(SHIPPED_MODELS.glob(f"*/{REPORT_FILE}"))
    found = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
    return dict(sorted(found.items(), key=lambda item: item[1]["bundle"]["role"], reverse=True))


def kind_counts(samples: Iterable[Sample]) -> dict[str, list[int]]:
    """Images of each row of the page's Table 1, by split."""
    counts = Counter((sample.label, sample.split) for sample in samples)
    return {
        row: [sum(counts[kind, split] for kind in kinds) for split in SPLITS]
        for row, kinds in KINDS.items()
    }


def data_set_counts(samples: Sequence[Sample]) -> dict[str, list[int]]:
    """Radiographs of each data set by finding, for the page's Table 2."""
    counts = Counter((sample.dataset, sample.label) for sample in samples)
    names = sorted({sample.dataset for sample in samples})
    return {name: [counts[name, finding] for finding in FINDINGS] for name in names}


def counts_file(findings: Sequence[Sample], kinds: Iterable[Sample]) -> str:
    """The page's counts: the paper's as they are, ours counted anew."""
    counts, by_row = json.loads(COUNTS.read_text(encoding="utf-8")), kind_counts(kinds)
    for row in counts["filter"]:
        row["ours"] = by_row.get(row["kind"])
    counts["ours"] = data_set_counts(findings)
    content = json.dumps(counts, indent=2)
    on_one_line = re.sub(
        r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", content
    )
    return on_one_line + "\n"


def main() -> None:
    """Write every page."""
    reports, datasets = shipped_reports(), Settings().datasets
    pages = {EVIDENCE / "README.md": index(reports), EVIDENCE / "paper.md": paper(reports)}
    if datasets is not None:
        findings, kinds = read_finding_samples(datasets), read_kind_samples(datasets)
        radiographs = {sample.path for sample in findings}
        others = [sample for sample in kinds if sample.path not in radiographs]
        pages[EVIDENCE / "datasheets.md"] = datasheets(findings, others)
        pages[COUNTS] = counts_file(findings, kinds)
    for language, name in READMES.items():
        readme = (ROOT / name).read_text(encoding="utf-8")
        pages[ROOT / name] = between_marks(readme, readme_table(reports, language))
    for file, content in pages.items():
        file.write_text(content, encoding="utf-8")
        print(f"raiox: wrote {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
