"""`raiox export-site`: the page and the networks as a folder that any web server can hold."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import FolderNotEmptyError, require_folder
from raiox.cli.language import say

MEBIBYTE = 2**20


def export_site(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
    base_path: Annotated[
        str,
        typer.Option(
            "--base-path",
            metavar="/PATH/",
            help="Path of the site on its server; the files of headers name it.",
        ),
    ] = "/",
    force: Annotated[
        bool, typer.Option("--force", help="Write over files of the same names; others stay.")
    ] = False,
) -> None:
    """Write the page, the networks and the examples as static files.

    Every image is read on the visitor's device: the server sends files and receives none.

    Example: `raiox export-site site/ --base-path /raiox/`
    """
    from raiox.web.app import BUILT_PAGE
    from raiox.web.site.export import export_site as write

    require_folder(folder)
    if not force and any(folder.iterdir()):
        raise FolderNotEmptyError(path=str(folder))
    sizes = write(
        folder,
        BUILT_PAGE,
        read_settings(),
        base_path=f"/{base_path.strip('/')}/".replace("//", "/"),
    )
    for name, size in _by_part(sizes).most_common():
        typer.echo(f"{size / MEBIBYTE:7.2f} MiB  {name}")
    typer.echo(
        say(
            "site_exported",
            folder=str(folder),
            n=len(sizes),
            mb=f"{sum(sizes.values()) / MEBIBYTE:.1f}",
        )
    )


def _by_part(sizes: Mapping[str, int]) -> Counter[str]:
    """Bytes of each folder, and of each file beside them."""
    parts: Counter[str] = Counter()
    for name, size in sizes.items():
        folder, slash, _ = name.partition("/")
        parts[folder + slash] += size
    return parts
