"""`raiox evaluate`: the figures of a bundle, printed and kept."""

import json
from dataclasses import asdict
from pathlib import Path

import typer

from raiox.bundle import open_bundle
from raiox.cli.failure import reported
from raiox.cli.train import bar
from raiox.evaluation.answers import ask
from raiox.evaluation.cases import Case, read_finding_cases, read_kind_cases, read_manifest
from raiox.evaluation.report import report, to_csv, to_markdown
from raiox.intake import Intake
from raiox.settings import Settings


def evaluate(folder: Path, manifest: Path | None, part: str, out: Path | None) -> None:
    """Ask a bundle about every case of a part and tell the figures."""
    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        bundle = open_bundle(folder)
        cases = _cases(bundle.manifest.role, manifest, settings.data, part)
        answers = ask(bundle, cases, intake.read, settings.inference.n_threads, bar)
        figures = report(answers, bundle.manifest)
        typer.echo(to_markdown(figures))
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            told = {name: asdict(figure) for name, figure in figures.items()}
            (out / "report.json").write_text(json.dumps(told, indent=2) + "\n")
            (out / "report.md").write_text(to_markdown(figures))
            (out / "predictions.csv").write_text(to_csv(answers, bundle.manifest))


def _cases(role: str, manifest: Path | None, data: Path | None, part: str) -> list[Case]:
    if manifest is not None:
        cases = read_manifest(manifest)
    else:
        cases = read_kind_cases(data) if role == "frontal_filter" else read_finding_cases(data)
    return [case for case in cases if case.part in (part, "")]
