"""The command as a report quotes it: repeatable, without the folders of this machine."""

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

ABOUT_THIS_MACHINE = {"out", "into_bundle", "as_json", "runs", "device", "n_devices", "jobs"}
"""Parameters that change nothing of what is measured."""
DATA_SET_FILE = "manifest.csv"


def quoted_command(context: typer.Context) -> str:
    """The command with the arguments that were given and decide its result."""
    words = ["raiox", str(context.info_name)]
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        given = source is not None and source.name == "COMMANDLINE"
        if given and name not in ABOUT_THIS_MACHINE:
            words += _words(parameter.opts[0], context.params[name])
    return shlex.join(words)


def _words(option: str, value: Any) -> Iterator[str]:
    values: Iterable[Any] = value if isinstance(value, (list, tuple)) else [value]
    for one in values:
        if option.startswith("--"):
            yield option
        if not isinstance(one, bool):
            yield _without_folders(one)


def _without_folders(value: object) -> str:
    if not isinstance(value, Path):
        return str(value)
    path = value.absolute()
    # The file of every data set has this name, so only its folder says which one it is.
    return f"{path.parent.name}/{path.name}" if path.name == DATA_SET_FILE else path.name
