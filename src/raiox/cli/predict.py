"""`raiox predict`: files and folders to JSON lines, a table and heatmaps.

Results go to standard output or a file, in the order given and, inside a folder, by name;
progress, errors and the summary go to standard error.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.language import say
from raiox.cli.options import CsvDialect, PartFormat, SpokenLanguage

if TYPE_CHECKING:
    from raiox.cli.batch.output import Destination

STANDARD_OUTPUT = Path("-")


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files, folders and ZIP archives of images, DICOM included; - is standard input."
        ),
    ],
    json_lines: Annotated[
        bool, typer.Option("--json", help="Write one JSON object per line (the default).")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Write the JSON lines to this file instead of standard output."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write a table to this file; - is standard output.")
    ] = None,
    csv_dialect: Annotated[
        CsvDialect,
        typer.Option(help="excel: semicolons, decimal commas, byte-order mark."),
    ] = CsvDialect.STANDARD,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the file of an interrupted run.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if it exists.")
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
    shortcuts: Annotated[
        bool,
        typer.Option(
            "--shortcuts", help="Also score each image with its lungs hidden (JSON only)."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the results in parts to this folder; run again to continue."),
    ] = None,
    shards: Annotated[
        int | None, typer.Option(min=1, help="Number of parts. Default: one per 500 files.")
    ] = None,
    shard: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Write only this part, counted from 0. Repeatable."),
    ] = None,
    part_format: Annotated[PartFormat, typer.Option(help="Format of the parts.")] = PartFormat.CSV,
    language: SpokenLanguage = None,
) -> None:
    """Analyse images on this machine, without the service.

    Exit status: 0 all analysed, 1 some rejected or failed, 2 wrong usage, 130 interrupted.

    Examples: `raiox predict image.png`, `raiox predict study/ --csv scores.csv --heatmaps maps/`,
    `raiox predict archive/ --out scores/ --shards 64 --shard 7`
    """
    del language  # its callback has set it
    if csv is not None and (json_lines or output is not None):
        raise typer.BadParameter(say("options_exclude", options="--csv, --json, --output"))
    if csv is not None and shortcuts:
        raise typer.BadParameter(say("options_exclude", options="--csv, --shortcuts"))
    dialect = None if csv is None else csv_dialect
    if out is not None:
        if csv or json_lines or output or resume or overwrite or shortcuts:
            raise typer.BadParameter(
                say(
                    "options_exclude",
                    options="--out, --csv, --json, --output, --resume, --overwrite, --shortcuts",
                )
            )
        from raiox.cli.batch.shards import Sharding, run_shards

        sharding = Sharding(out, part_format, shards, tuple(shard or ()))
        raise typer.Exit(run_shards(paths, sharding, heatmaps, skip_unreadable=skip_unreadable))
    if shards or shard:
        raise typer.BadParameter(say("options_need", options="--shards, --shard", needed="--out"))
    destination = _destination(csv or output, dialect, resume=resume, overwrite=overwrite)

    from raiox.cli.batch.run import run_batch

    status = run_batch(
        paths, destination, heatmaps, skip_unreadable=skip_unreadable, shortcuts=shortcuts
    )
    raise typer.Exit(status)


def _destination(
    file: Path | None, dialect: CsvDialect | None, *, resume: bool, overwrite: bool
) -> "Destination":
    from raiox.cli.batch.output import Destination

    if file == STANDARD_OUTPUT:
        file = None
    if resume and overwrite:
        raise typer.BadParameter(say("options_exclude", options="--resume, --overwrite"))
    if (resume or overwrite) and file is None:
        raise typer.BadParameter(say("option_needs_file", option="--resume, --overwrite"))
    return Destination(file, dialect, overwrite=overwrite, resume=resume)
