"""`raiox backup` and `raiox restore`: a copy of what the service keeps, and its way back."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_paths
from raiox.cli.language import say
from raiox.cli.options import DataDir


def backup(
    folder: Annotated[Path, typer.Argument(help="Empty or new folder for the copy.")],
    data_dir: DataDir = None,
    with_images: Annotated[
        bool,
        typer.Option("--with-images", help="Copy images of finished analyses, too; they expire."),
    ] = False,
) -> None:
    """Copy database, key and what waits in the queue; the service may be running.

    Example: `raiox backup /backup/raiox-2026-11-28`
    """
    settings = read_settings(data_dir)
    require_paths(settings.data_dir)

    from raiox.records.backup import back_up

    copied = back_up(settings.records, settings.data_dir, folder, with_images=with_images)
    typer.echo(say("backed_up", n_analyses=copied.n_analyses, n_images=copied.n_images))


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder that raiox backup wrote.")],
    data_dir: DataDir = None,
) -> None:
    """Verify a copy and bring it back into an empty folder, before the service starts.

    Example: `raiox restore /backup/raiox-2026-11-28 --data-dir /var/lib/raiox`
    """
    settings = read_settings(data_dir)
    require_paths(folder)

    from raiox.records.backup import restore as bring_back

    copied = bring_back(folder, settings.data_dir)
    typer.echo(say("restored", n_analyses=copied.n_analyses, n_images=copied.n_images))
