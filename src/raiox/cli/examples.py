"""`raiox examples`: images to try, drawn here or fetched from where they are openly licensed."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import (
    ExampleListInvalidError,
    ExamplesUnpinnedError,
    require_folder,
    require_paths,
)
from raiox.cli.language import say

OPEN_RADIOGRAPHS: Final = "open_radiographs.json"
REQUIRED: Final = ("id", "file", "url", "attribution", "licence", "source")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

app = typer.Typer(name="examples", help="Draw or fetch images to try.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(
        help="Folder to write to. Default: RAIOX_EXAMPLES_DIR, else examples/ in RAIOX_DATA_DIR, "
        "where the page looks for them."
    ),
]


@app.command()
def draw(folder: Folder = None) -> None:
    """Draw three chests that nobody has: a clear one, one with an opacity, a rotated one.

    Example: `raiox examples draw examples/`
    """
    from raiox.messages import texts
    from raiox.phantom import EXAMPLES, example_png
    from raiox.web.site.examples import DRAWN_BY, write_list

    folder = _prepared(folder)
    for name in EXAMPLES:
        path = folder / f"{name}.png"
        path.write_bytes(example_png(name))
        typer.echo(path)
    entries = (
        {
            "id": name,
            "file": f"{name}.png",
            "attribution": DRAWN_BY,
            "title": texts(f"form.{name}"),
        }
        for name in EXAMPLES
    )
    write_list(folder, entries)


@app.command()
def fetch(
    folder: Folder = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", help="JSON list of the images. Default: the one of raiox."),
    ] = None,
    pin: Annotated[
        bool,
        typer.Option(
            "--pin", help="Accept images whose SHA-256 the list lacks, and write it down."
        ),
    ] = False,
) -> None:
    """Fetch openly licensed radiographs for the page, each verified by its SHA-256.

    What was begun is continued; what is there and right is not fetched again.

    Example: `raiox examples fetch --pin`
    """
    from raiox.cli.downloads import download
    from raiox.web.site.examples import read_list, write_list

    entries = _read_entries(listed)
    folder = _prepared(folder)
    pinned = {entry["id"]: entry.get("sha256") for entry in read_list(folder)}
    wanted = {entry["id"]: entry.get("sha256") or pinned.get(entry["id"]) for entry in entries}
    if not pin and None in wanted.values():
        raise ExamplesUnpinnedError(n=sum(sha256 is None for sha256 in wanted.values()))
    for entry in entries:
        sha256 = download(entry["url"], folder / entry["file"], wanted[entry["id"]])
        write_list(folder, [{**entry, "sha256": sha256}])
        typer.echo(say("example_fetched", file=str(folder / entry["file"]), sha256=sha256))
        typer.echo(f"  {entry['attribution']} ({entry['licence']}), {entry['source']}")


def _prepared(folder: Path | None) -> Path:
    from raiox.web.site.examples import FOLDER

    if folder is None:
        settings = read_settings()
        folder = settings.examples_dir or settings.data_dir / FOLDER
    require_folder(folder)
    return folder


def _read_entries(path: Path | None) -> list[dict[str, Any]]:
    """Raises: ExampleListInvalidError for an entry that lacks a key or names no plain file."""
    require_paths(path)
    source = path or files("raiox").joinpath(OPEN_RADIOGRAPHS)
    try:
        entries = json.loads(source.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExampleListInvalidError(path=str(source), entry=0) from error
    for number, entry in enumerate(entries if isinstance(entries, list) else [None], start=1):
        if not _usable(entry):
            raise ExampleListInvalidError(path=str(source), entry=number)
    return list(entries)


def _usable(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) and entry[key] for key in REQUIRED)
        and all(_NAME.fullmatch(entry[key]) for key in ("id", "file"))
    )
