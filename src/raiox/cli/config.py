"""`raiox config`: the settings in force, as a file that raiox reads."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from raiox.cli.configuration import (
    CONFIG_VARIABLE,
    config_path,
    read_config,
    read_settings,
    variable_of,
)
from raiox.cli.language import say

if TYPE_CHECKING:
    from pydantic import BaseModel

WIDTH = 100


def config() -> None:
    """Print every setting, its value and where the value comes from, as `raiox.toml`.

    What is at its default is a comment; a secret is never printed.

    Example: `raiox config > raiox.toml`, then `RAIOX_CONFIG=raiox.toml raiox serve`
    """
    settings, path = read_settings(), config_path()
    source = say("config_file", path=str(path)) if path else say("config_no_file")
    typer.echo(f"# {source}\n# {say('config_order', variable=CONFIG_VARIABLE)}")
    for line in _lines(settings, read_config(path), ()):
        typer.echo(line)


def _lines(
    model: "BaseModel", from_file: dict[str, Any], section: tuple[str, ...]
) -> Iterator[str]:
    """Single values before sections, as TOML wants it."""
    from pydantic import BaseModel

    values = [(name, getattr(model, name)) for name in type(model).model_fields]
    for name, value in values:
        if not isinstance(value, BaseModel):
            location = (*section, name)
            description = type(model).model_fields[name].description
            yield f"\n# {description}"
            yield _assignment(name, value, _origin(location, from_file))
    for name, value in values:
        if isinstance(value, BaseModel):
            yield f"\n\n[{name}]"
            yield from _lines(value, from_file.get(name, {}), (name,))


def _assignment(name: str, value: object, origin: str) -> str:
    from pydantic import SecretStr

    if isinstance(value, SecretStr):
        return f"# {name} = … ({say('config_secret')})"
    if not origin:
        return f"# {name} = {_toml(value)}"
    return f"{name} = {_toml(value)}  # {origin}"


def _origin(location: tuple[str, ...], from_file: dict[str, Any]) -> str:
    """Where a value comes from; nothing for a default."""
    for depth in range(len(location), 0, -1):
        if (variable := variable_of(location[:depth])) in os.environ:
            return variable
    return say("config_from_file") if location[-1] in from_file else ""


def _toml(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)
