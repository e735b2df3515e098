"""`raiox predict`: files and folders to JSON lines, a table and heatmaps.

Results go to standard output or a file, in the order given and, inside a folder, by name;
progress, errors and the summary go to standard error.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.language import say
from raiox.cli.options import (
    CsvDialect,
    Engine,
    JobEngine,
    Jobs,
    PartFormat,
    RayAddress,
    SpokenLanguage,
)
from raiox.cli.runner import open_runner

if TYPE_CHECKING:
    from raiox.cli.batch.output import Destination
    from raiox.lab.jobs.job import Runner

STANDARD_OUTPUT = Path("-")

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Files, folders and ZIP archives of images, DICOM included, or s3://BUCKET/PREFIX; "
        "- is standard input.",
    ),
]
JsonLines = Annotated[
    bool, typer.Option("--json", help="Write one JSON object per line (the default).")
]
Output = Annotated[
    Path | None,
    typer.Option(help="Write the JSON lines to this file instead of standard output."),
]
CsvFile = Annotated[
    Path | None, typer.Option(help="Write a table to this file; - is standard output.")
]
Dialect = Annotated[
    CsvDialect, typer.Option(help="excel: semicolons, decimal commas, byte-order mark.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the file of an interrupted run.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")]
Heatmaps = Annotated[
    Path | None, typer.Option(help="Write one PNG per image and finding to this folder.")
]
Pages = Annotated[
    Path | None,
    typer.Option("--pdf", help="Write one page of A4 per analysed image to this folder."),
]
SkipUnreadable = Annotated[
    bool,
    typer.Option(
        "--skip-unreadable",
        help="Let files that are not readable images not change the exit status.",
    ),
]
Shortcuts = Annotated[
    bool,
    typer.Option("--shortcuts", help="Also score each image with its lungs hidden (JSON only)."),
]
PartsAddress = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|s3://BUCKET/PREFIX",
        help="Write the results in parts to a folder or a bucket; run again to continue.",
    ),
]
NShards = Annotated[
    int | None, typer.Option(min=1, help="Number of parts. Default: one per 500 files.")
]
OnlyShards = Annotated[
    list[int] | None,
    typer.Option(min=0, help="Write only this part, counted from 0. Repeatable."),
]
FormatOfParts = Annotated[PartFormat, typer.Option(help="Format of the parts.")]


def predict(
    context: typer.Context,
    sources: Sources,
    json_lines: JsonLines = False,
    output: Output = None,
    csv: CsvFile = None,
    csv_dialect: Dialect = CsvDialect.STANDARD,
    resume: Resume = False,
    overwrite: Overwrite = False,
    heatmaps: Heatmaps = None,
    pdf: Pages = None,
    skip_unreadable: SkipUnreadable = False,
    shortcuts: Shortcuts = False,
    out: PartsAddress = None,
    shards: NShards = None,
    shard: OnlyShards = None,
    part_format: FormatOfParts = PartFormat.CSV,
    jobs: Jobs = 1,
    engine: Engine = JobEngine.LOCAL,
    ray_address: RayAddress = None,
    language: SpokenLanguage = None,
) -> None:
    """Analyse images on this machine, without the service.

    Exit status: 0 all analysed, 1 some rejected or failed, 2 wrong usage, 130 interrupted.

    Examples: `raiox predict image.png`, `raiox predict study/ --csv scores.csv --heatmaps maps/`,
    `raiox predict archive/ --out scores/ --shards 64 --shard 7`,
    `raiox predict s3://archive/2020 --out s3://results/2020 --jobs 8`
    """
    del language, json_lines  # its callback has set the one; lines of JSON are what comes anyway
    _refuse_contradictions(context)
    if out is not None:
        parts = (out, part_format, shards, tuple(shard or ()))
        runner = _runner_of_several(engine, jobs, ray_address)
        status = _run_in_parts(sources, parts, heatmaps, runner, skip_unreadable=skip_unreadable)
    else:
        from raiox.cli.batch.run import run_batch

        destination = _destination(output, csv, csv_dialect, resume=resume, overwrite=overwrite)
        status = run_batch(
            sources,
            destination,
            heatmaps,
            pdf,
            shortcuts=shortcuts,
            skip_unreadable=skip_unreadable,
        )
    raise typer.Exit(status)


def _run_in_parts(
    sources: list[str],
    parts: tuple[str, PartFormat, int | None, tuple[int, ...]],
    heatmaps: Path | None,
    runner: "Runner | None",
    *,
    skip_unreadable: bool,
) -> int:
    from raiox.cli.batch.sharding import Sharding
    from raiox.cli.batch.shards import run_shards

    sharding = Sharding(*parts)
    return run_shards(sources, sharding, heatmaps, skip_unreadable=skip_unreadable, runner=runner)


EXCLUSIVE = (
    ("--csv", "--json", "--output"),
    ("--csv", "--shortcuts"),
    ("--out", "--csv", "--json", "--output", "--resume", "--overwrite", "--shortcuts", "--pdf"),
    ("--resume", "--overwrite"),
)
"""The first excludes each of the others."""
OF_PARTS = ("--shards", "--shard", "--ray-address")


def _runner_of_several(engine: JobEngine, jobs: int, ray_address: str | None) -> "Runner | None":
    """None where this process does all of it."""
    if jobs == 1 and engine is JobEngine.LOCAL and ray_address is None:
        return None
    return open_runner(engine, jobs, ray_address)


def _refuse_contradictions(context: typer.Context) -> None:
    """Raises: typer.BadParameter."""
    options = {option.opts[0]: option.name for option in context.command.params}
    given = {option: bool(context.params.get(name or "")) for option, name in options.items()}
    for first, *others in EXCLUSIVE:
        if given[first] and any(given[other] for other in others):
            raise typer.BadParameter(say("options_exclude", options=", ".join((first, *others))))
    needing = [option for option in OF_PARTS if given[option]]
    if needing and not given["--out"]:
        raise typer.BadParameter(say("options_need", options=", ".join(needing), needed="--out"))


def _destination(
    output: Path | None, csv: Path | None, dialect: CsvDialect, *, resume: bool, overwrite: bool
) -> "Destination":
    """Raises: typer.BadParameter."""
    from raiox.cli.batch.output import Destination

    file = csv or output
    if file == STANDARD_OUTPUT:
        file = None
    if (resume or overwrite) and file is None:
        raise typer.BadParameter(say("option_needs_file", option="--resume, --overwrite"))
    return Destination(file, dialect if csv else None, overwrite=overwrite, resume=resume)
