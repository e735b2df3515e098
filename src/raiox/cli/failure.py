"""A deliberate error as the command line tells it: both languages, code, exit status."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from raiox.errors import ErrorKind, RaioxError
from raiox.messages import messages_in_all_languages

EXIT_STATUS = {
    ErrorKind.INVALID_INPUT: 2,
    ErrorKind.NOT_FOUND: 2,
    ErrorKind.CONFLICT: 1,
    ErrorKind.UNAVAILABLE: 1,
    ErrorKind.INTERNAL: 1,
}


@contextmanager
def reported() -> Iterator[None]:
    """Tell a `RaioxError` in sentences and leave with its status."""
    try:
        yield
    except RaioxError as error:
        for sentences in messages_in_all_languages(error.code, error.facts).values():
            typer.echo(" ".join(sentences.values()), err=True)
        typer.echo(f"[{error}]", err=True)
        raise typer.Exit(EXIT_STATUS[error.kind]) from error
