"""Writes docs/evidence and the tables of the readmes from what the bundles carry (`make evidence`)."""

import json
from pathlib import Path

from raiox.bundle import REPORT_FILE
from raiox.inference.local import SHIPPED_MODELS
from raiox.lab.datasets.manifest import read_finding_samples, read_kind_samples
from raiox.lab.evaluation.datasheets import datasheets
from raiox.lab.evaluation.report.pages import between_marks, index, paper, readme_table
from raiox.settings import Settings
from raiox.vocabulary import Language

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence"
READMES: dict[Language, str] = {"en": "README.md", "pt": "README.pt-BR.md"}


def shipped_reports() -> dict[str, dict[str, object]]:
    """`report.json` of each bundle that carries one, the filter first."""
    files = sorted(SHIPPED_MODELS.glob(f"*/{REPORT_FILE}"))
    told = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
    return dict(sorted(told.items(), key=lambda item: item[1]["bundle"]["role"], reverse=True))


def main() -> None:
    """Write every page."""
    reports, data = shipped_reports(), Settings().datasets
    pages = {EVIDENCE / "README.md": index(reports), EVIDENCE / "paper.md": paper(reports)}
    if data is not None:
        findings = read_finding_samples(data)
        films = {sample.path for sample in findings}
        foreign = [sample for sample in read_kind_samples(data) if sample.path not in films]
        pages[EVIDENCE / "datasheets.md"] = datasheets(findings, foreign)
    for language, name in READMES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        pages[ROOT / name] = between_marks(text, readme_table(reports, language))
    for file, content in pages.items():
        file.write_text(content, encoding="utf-8")
        print(f"raiox: wrote {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
