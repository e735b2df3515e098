"""`raiox evaluate`: a bundle measured on labelled images, its report printed and kept."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from raiox.bundle import REPORT_FILE, Bundle, add_to_bundle, open_bundle
from raiox.cli.failure import reported
from raiox.cli.train import bar
from raiox.evaluation.answers import Answers, ask
from raiox.evaluation.cases import Case, read_finding_cases, read_kind_cases, read_manifest
from raiox.evaluation.labels import Translation, read_translation, translated
from raiox.evaluation.provenance import code_version
from raiox.evaluation.report import Asked, Report, make_report, to_csv, to_json, to_markdown
from raiox.intake import Intake
from raiox.settings import Settings


@dataclass(frozen=True)
class Question:
    """The options of the command."""

    bundle: Path
    manifest: Path | None
    labels: Path | None
    part: str
    limit: int | None
    """Cases asked at most, spread over all; for a quick look."""

    def __str__(self) -> str:
        """The command again, without the folders of this machine."""
        words = ["raiox evaluate", self.bundle.absolute().name]
        if self.manifest is not None:
            words += ["--manifest", self.manifest.name]
        if self.labels is not None:
            words += ["--labels", self.labels.name]
        words += ["--part", self.part]
        if self.limit is not None:
            words += ["--limit", str(self.limit)]
        return " ".join(words)


def evaluate(question: Question, out: Path | None, *, into_bundle: bool) -> None:
    """Ask a bundle about every case of a part and tell the figures."""
    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        bundle = open_bundle(question.bundle)
        cases = _cases(question, bundle, settings.data)
        unread: Counter[str] = Counter()
        answers = ask(bundle, cases, intake.read, settings.inference.n_threads, bar, unread)
        part = "own" if question.manifest else question.part
        asked = Asked(part, str(question), code_version(), unread)
        report = make_report(bundle, answers, asked)
        typer.echo(to_markdown(report))
        if out is not None:
            _write(out, bundle, answers, report)
        if into_bundle:
            add_to_bundle(question.bundle, REPORT_FILE, _json(report).encode())


def _cases(question: Question, bundle: Bundle, data: Path | None) -> list[Case]:
    manifest = bundle.manifest
    if question.manifest is not None:
        translation = read_translation(question.labels) if question.labels else Translation()
        cases = read_manifest(question.manifest, translation.columns)
        cases = translated(cases, translation, manifest.labels)
    else:
        is_filter = manifest.role == "frontal_filter"
        cases = read_kind_cases(data) if is_filter else read_finding_cases(data)
    chosen = [case for case in cases if case.part in (question.part, "")]
    return _spread(chosen, question.limit)


def _spread(cases: Sequence[Case], limit: int | None) -> list[Case]:
    step = 1 if limit is None else max(1, len(cases) // limit)
    return list(cases[::step])[:limit]


def _write(out: Path, bundle: Bundle, answers: Answers, report: Report) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(_json(report), encoding="utf-8")
    (out / "report.md").write_text(to_markdown(report), encoding="utf-8")
    (out / "predictions.csv").write_text(to_csv(answers, bundle.manifest), encoding="utf-8")


def _json(report: Report) -> str:
    return json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n"
