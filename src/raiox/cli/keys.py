"""`raiox keys`: the keys by which programs use the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_data_dir
from raiox.cli.language import say
from raiox.cli.options import DataDir
from raiox.vocabulary import Scope

if TYPE_CHECKING:
    from raiox.records.api_keys import ApiKeys

DAY_S = 86_400.0
NAME_CHARS = 100

app = typer.Typer(name="keys", help="Add, list and revoke keys of the API.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    scope: Annotated[
        list[Scope],
        typer.Option(help="read: see its own analyses; write: send and delete; admin: status."),
    ] = [Scope.READ, Scope.WRITE],  # noqa: B006 - Typer reads it, nobody writes to it
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it is valid. Default: until revoked.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it; it is never shown again.

    Example: `raiox keys add "PACS gateway" --scope write --days 365`
    """
    if not 0 < len(name) <= NAME_CHARS:
        raise typer.BadParameter(say("key_name", n_chars=NAME_CHARS))
    with _api_keys(data_dir) as api_keys:
        scopes = tuple(dict.fromkeys(scope))
        secret, key = api_keys.add(name, scopes, None if days is None else days * DAY_S)
    typer.echo(secret)
    typer.echo(say("key_added", id=key.id), err=True)


@app.command("list")
def list_keys(data_dir: DataDir = None) -> None:
    """List every key that was ever made: id, scopes, dates, name.

    Example: `raiox keys list`
    """
    with _api_keys(data_dir) as api_keys:
        for key in api_keys.list():
            ended = key.revoked_at or key.expires_at
            state = say("key_revoked") if key.revoked_at else say("key_until")
            until = f"{state} {_date(ended)}" if ended else say("key_valid")
            scopes = ",".join(key.scopes)
            typer.echo(f"{key.id}  {scopes:16}  {_date(key.created_at)}  {until:22}  {key.name}")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `raiox keys list` prints.")],
    data_dir: DataDir = None,
) -> None:
    """Revoke a key; a running service obeys at once.

    Example: `raiox keys revoke 1f2e3d4c`
    """
    with _api_keys(data_dir) as api_keys:
        api_keys.revoke(key_id)


@contextmanager
def _api_keys(data_dir: DataDir) -> "Iterator[ApiKeys]":
    settings = read_settings(data_dir)
    require_data_dir(settings.data_dir)

    from raiox.records.store import open_records

    records = open_records(settings.records, settings.data_dir, files=settings.files)
    try:
        yield records.api_keys
    finally:
        records.close()


def _date(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).date().isoformat()
