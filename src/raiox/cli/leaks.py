"""`raiox leaks`: what the splits of a manifest share."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_folder, require_paths
from raiox.cli.invocation import quoted_command
from raiox.cli.options import AsJson
from raiox.cli.progress import progress_bar

if TYPE_CHECKING:
    from raiox.lab.audit.report import Audit
    from raiox.settings import IntakeSettings

NO_LEAK, LEAKS_FOUND = 0, 1


def leaks(
    context: typer.Context,
    manifest: Annotated[
        Path, typer.Argument(help="CSV with the column `image` and one that names the split.")
    ],
    column: Annotated[str, typer.Option(help="Column that names the split.")] = "split",
    stems: Annotated[
        bool, typer.Option("--stems", help="Also count equal file names of different patients.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write leaks.json, leaks.md and leaks.csv to this folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the patients, groups and images that the splits of a manifest share.

    Images are compared byte by byte, pixel by pixel, and as copies that were resized, cropped,
    mirrored or changed in tone. Exit status: 0 no leak, 1 leaks found, 2 wrong usage.

    Example: `raiox leaks chest/manifest.csv --column paper_split --out leaks/`
    """
    settings = read_settings().intake
    require_paths(manifest)
    if out is not None:
        require_folder(out)

    from raiox.lab.audit.report import to_csv, to_json, to_markdown

    audit = _audit(manifest, column, quoted_command(context), settings, stems=stems)
    document = json.dumps(to_json(audit), ensure_ascii=False, indent=2)
    typer.echo(document if as_json else to_markdown(audit))
    if out is not None:
        (out / "leaks.json").write_text(f"{document}\n", encoding="utf-8")
        (out / "leaks.md").write_text(to_markdown(audit), encoding="utf-8")
        (out / "leaks.csv").write_text(to_csv(audit), encoding="utf-8")
    raise typer.Exit(LEAKS_FOUND if audit.found else NO_LEAK)


def _audit(
    manifest: Path, column: str, command: str, settings: "IntakeSettings", *, stems: bool
) -> "Audit":
    """Every image of the manifest read, and compared with those of the other splits."""
    from raiox.intake import Intake
    from raiox.lab.audit.fingerprints import take_fingerprints
    from raiox.lab.audit.overlap import find_leaks
    from raiox.lab.audit.report import Audit
    from raiox.lab.datasets.split_manifest import read_split_manifest

    split_manifest = read_split_manifest(manifest, column)
    with Intake(settings) as intake:
        prints = take_fingerprints(
            [image.path for image in split_manifest.images],
            intake.load,
            settings.max_upload_bytes,
            settings.n_decoders,
            progress_bar("progress_reading"),
        )
    found = find_leaks(
        split_manifest, prints, stems=stems, progress=progress_bar("progress_comparing")
    )
    return Audit(command, split_manifest, prints, found)
