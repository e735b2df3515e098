"""`raiox predict`: files and folders to JSON lines, a table and heatmaps.

One JSON object a file on standard output, in the order given and, inside a
folder, by name; progress and complaints on standard error. A file that fails
is an object with its error, and the next one follows.
"""

import csv
import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from pydantic import Field
from rich.console import Console
from rich.progress import track

from raiox.cli.failure import reported
from raiox.entities import Prediction, Radiograph
from raiox.errors import RaioxError
from raiox.inference.heatmap import render
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.intake.errors import UnreadableFileError, UploadTooLargeError
from raiox.result import AnalysisDocument, AnalysisResult
from raiox.settings import IntakeSettings, Settings
from raiox.vocabulary import FINDINGS, AnalysisState, Outcome

ALL_ANALYSED, SOME_NOT, USAGE = 0, 1, 2
ID_CHARS = 32
"""Digits of the sha256 that name an analysis without a service."""
CSV_COLUMNS = ("path", "state", "outcome", "code", "kind", "rotation_deg", "frontal",
               *map(str, FINDINGS), "finding", "findings_set", "sha256", "model")  # fmt: skip


def predict(paths: list[Path], table: Path | None, heatmaps: Path | None) -> int:
    """Read everything under `paths`; returns the exit status."""
    missing = [path for path in paths if not path.exists()]
    files = list(dict.fromkeys(file for path in paths for file in _files_of(path)))
    if missing or not files:
        told = ", ".join(map(str, missing)) or "no files"
        Console(stderr=True).print(f"Nothing to read: {told}", highlight=False)
        return USAGE
    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        engine = LocalEngine.open(settings.inference)
        documents = _documents(files, intake, settings.intake, engine, heatmaps)
        return _write(documents, len(files), table)


class FileDocument(AnalysisDocument):
    """The document of one file."""

    path: str = Field(description="Absolute.")


def _documents(
    files: list[Path],
    intake: Intake,
    limits: IntakeSettings,
    engine: LocalEngine,
    heatmaps: Path | None,
) -> Iterator[FileDocument]:
    for file in files:
        sha256 = ""
        try:
            content = _content(file, limits.max_upload_bytes)
            sha256 = hashlib.sha256(content).hexdigest()
            yield _analyse(intake.load(content, sha256), file, engine, heatmaps)
        except RaioxError as error:
            yield FileDocument(
                **dict(AnalysisResult.failed(error)),
                id=sha256[:ID_CHARS],
                state=AnalysisState.FAILED,
                sha256=sha256,
                path=str(file.absolute()),
            )


def _analyse(
    radiograph: Radiograph, file: Path, engine: LocalEngine, heatmaps: Path | None
) -> FileDocument:
    engine_result = engine.predict([radiograph])[0]
    if isinstance(engine_result, RaioxError):
        raise engine_result
    prediction = engine_result.prediction
    maps = None
    if heatmaps is not None and prediction is not None:
        maps = _draw(prediction, radiograph, file, heatmaps)
    return FileDocument(
        **dict(AnalysisResult.of(engine_result)),
        id=radiograph.sha256[:ID_CHARS],
        state=AnalysisState.DONE,
        sha256=radiograph.sha256,
        notes=radiograph.notes,
        maps=maps,
        path=str(file.absolute()),
    )


def _draw(
    prediction: Prediction, radiograph: Radiograph, file: Path, folder: Path
) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    height, width = radiograph.pixels.shape
    drawn = {}
    for finding, activation_map in zip(prediction.scores, prediction.activation_maps, strict=True):
        picture = folder / f"{file.stem}-{radiograph.sha256[:8]}-{finding}.png"
        picture.write_bytes(render(activation_map, width, height))
        drawn[finding] = str(picture.absolute())
    return drawn


def _content(file: Path, max_bytes: int) -> bytes:
    """The file's bytes; never more than an upload may hold."""
    try:
        with file.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableFileError(reason=type(error).__name__) from error
    if len(content) > max_bytes:
        raise UploadTooLargeError(max_bytes=max_bytes)
    return content


def _files_of(path: Path) -> Iterator[Path]:
    """A file itself, or the regular files below a folder by name; no links followed."""
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        yield from sorted(found)
    elif path.is_file():
        yield path


def _write(documents: Iterable[FileDocument], total: int, table: Path | None) -> int:
    console = Console(stderr=True)
    shown = track(
        documents, "EngineResult", total=total, console=console, disable=not console.is_terminal
    )
    status = ALL_ANALYSED
    with _open(table) as stream:
        writer = csv.writer(stream) if table is not None else None
        if writer is not None:
            writer.writerow(CSV_COLUMNS)
        for document in shown:
            if document.outcome is not Outcome.ANALYSED:
                status = SOME_NOT
            if writer is not None:
                writer.writerow(_row(document))
            else:
                print(document.model_dump_json(), file=stream, flush=True)
    return status


def _open(table: Path | None) -> AbstractContextManager[IO[str]]:
    if table is None:
        return _StandardOutput()
    return table.open("w", newline="", encoding="utf-8")


class _StandardOutput(AbstractContextManager[IO[str]]):
    """Standard output, left open."""

    def __enter__(self) -> IO[str]:
        return sys.stdout

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()


def _row(document: FileDocument) -> list[Any]:
    seen, scores = document.filter, document.scores or {}
    refused = document.rejection or document.error
    return [
        document.path,
        document.state,
        document.outcome or "",
        refused.code if refused else "",
        seen.kind if seen else "",
        seen.rotation_deg if seen else "",
        seen.frontal if seen else "",
        *(scores.get(str(finding), "") for finding in FINDINGS),
        document.finding or "",
        " ".join(document.findings_set or ()),
        document.sha256,
        document.model.id if document.model else "",
    ]
