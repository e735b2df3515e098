"""`raiox leaks`: what the parts of a split share, told and kept."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from raiox.cli.failure import reported
from raiox.intake import Intake
from raiox.lab.audit.fingerprints import take_fingerprints
from raiox.lab.audit.overlap import find_leaks
from raiox.lab.audit.report import Audit, to_csv, to_json, to_markdown
from raiox.lab.datasets.split_manifest import read_split_manifest
from raiox.settings import Settings

NOTHING_SPANS, LEAKS_FOUND = 0, 1


def leaks(manifest: Path, column: str, out: Path | None, *, stems: bool, as_json: bool) -> int:
    """Compare the parts of a manifest; returns the exit status."""
    settings = Settings().intake
    with reported():
        split_manifest = read_split_manifest(manifest, column)
        with Intake(settings) as intake:
            paths = [image.path for image in split_manifest.images]
            limit, n_threads = settings.max_upload_bytes, settings.n_decoders
            prints = take_fingerprints(paths, intake.load, limit, n_threads, _bar("EngineResult"))
        found = find_leaks(split_manifest, prints, stems=stems, progress=_bar("Comparing"))
    audit = Audit(_command(manifest, column, stems=stems), split_manifest, prints, found)
    told = json.dumps(to_json(audit), ensure_ascii=False, indent=2)
    typer.echo(told if as_json else to_markdown(audit))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "leaks.json").write_text(f"{told}\n", encoding="utf-8")
        (out / "leaks.md").write_text(to_markdown(audit), encoding="utf-8")
        (out / "leaks.csv").write_text(to_csv(audit), encoding="utf-8")
    return LEAKS_FOUND if found else NOTHING_SPANS


def _command(manifest: Path, column: str, *, stems: bool) -> str:
    """What was asked, without the folders of this machine."""
    place = manifest.absolute()
    asked = f"raiox leaks {place.parent.name}/{place.name} --column {column}"
    return f"{asked} --stems" if stems else asked


def _bar(title: str) -> Callable[[Iterable[int]], Iterable[int]]:
    console = Console(stderr=True)

    def shown(steps: Iterable[int]) -> Iterable[int]:
        return track(steps, title, console=console, disable=not console.is_terminal)

    return shown
