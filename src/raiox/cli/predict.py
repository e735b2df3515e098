"""`raiox predict`: files and folders to JSON lines, a table and heatmaps.

Results go to standard output or the table, in the order given and, inside a folder, by name;
progress, errors and the summary go to standard error.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import INTERRUPTED, require_folder
from raiox.cli.language import say
from raiox.cli.options import CsvDialect
from raiox.cli.progress import FilesBar

if TYPE_CHECKING:
    from raiox.cli.batch.analysed import Analysed
    from raiox.cli.batch.summary import Summary
    from raiox.inference.engine import Engine
    from raiox.settings import Settings


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files and folders of images, DICOM included; - is standard input."),
    ],
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per line (the default).")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write a table to this file; - is standard output.")
    ] = None,
    csv_dialect: Annotated[
        CsvDialect,
        typer.Option(help="excel: semicolons, decimal commas, byte-order mark."),
    ] = CsvDialect.STANDARD,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the table of an interrupted run.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the table if it exists.")
    ] = False,
    heatmaps: Annotated[
        Path | None,
        typer.Option(help="Write one PNG per image and finding to this folder."),
    ] = None,
    skip_unreadable: Annotated[
        bool,
        typer.Option(
            "--skip-unreadable",
            help="Let files that are not readable images not change the exit status.",
        ),
    ] = False,
) -> None:
    """Analyse images on this machine, without the service.

    Exit status: 0 all analysed, 1 some rejected or failed, 2 wrong usage, 130 interrupted.

    Examples: `raiox predict image.png`, `raiox predict study/ --csv scores.csv --heatmaps maps/`
    """
    _check_options(csv, json_lines=json_lines, resume=resume, overwrite=overwrite)
    settings = read_settings()

    from raiox.cli.batch.documents import describe_file
    from raiox.cli.batch.inputs import find_files
    from raiox.cli.batch.summary import Summary
    from raiox.cli.batch.table import open_output
    from raiox.inference.local import LocalEngine

    files = find_files(paths)
    if heatmaps is not None:
        require_folder(heatmaps)
    engine = LocalEngine.open(settings.inference)
    classifier = engine.models["classifier"]
    output = open_output(
        csv,
        csv_dialect,
        tuple(classifier.labels),
        classifier.id,
        overwrite=overwrite,
        resume=resume,
    )
    remaining = [file for file in files if str(file) not in output.done]
    summary = Summary([output.done[str(file)] for file in files if str(file) in output.done])
    try:
        with output, _termination_as_interrupt():
            for item in _analysed(remaining, settings, engine):
                if item.result is not None:
                    output.write(describe_file(item, heatmaps))
                summary.count(item)
    except KeyboardInterrupt:
        _report_interruption(summary, len(remaining), resumable=csv is not None)
        raise typer.Exit(INTERRUPTED) from None
    for line in summary.lines():
        typer.echo(line, err=True)
    raise typer.Exit(summary.status(skip_unreadable=skip_unreadable))


def _check_options(csv: Path | None, *, json_lines: bool, resume: bool, overwrite: bool) -> None:
    is_file = csv is not None and str(csv) != "-"
    if json_lines and csv is not None:
        raise typer.BadParameter("--json and --csv exclude each other")
    if resume and overwrite:
        raise typer.BadParameter("--resume and --overwrite exclude each other")
    if (resume or overwrite) and not is_file:
        raise typer.BadParameter("--resume and --overwrite need --csv FILE")


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a batch as Ctrl-C does: what is done is kept and summed up."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _analysed(files: "list[Path]", settings: "Settings", engine: "Engine") -> "Iterator[Analysed]":
    """Every file, with a bar on the way."""
    from raiox.cli.batch.pipeline import analyse
    from raiox.intake import Intake

    with Intake(settings.intake) as intake, FilesBar(len(files)) as bar:
        for item in analyse(
            files,
            intake.load,
            engine,
            max_bytes=settings.intake.max_upload_bytes,
            n_decoders=settings.intake.n_decoders,
            max_batch_size=settings.inference.max_batch_size,
        ):
            yield item
            bar.advance()


def _report_interruption(summary: "Summary", n_files: int, *, resumable: bool) -> None:
    message = say("interrupted", n=summary.n_files, n_files=n_files)
    if resumable:
        message += " " + say("interrupted_resume")
    typer.echo(message, err=True)
