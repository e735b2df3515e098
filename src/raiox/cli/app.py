"""The `raiox` command: the group that its commands belong to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from raiox import __version__
from raiox.cli import examples, keys, models
from raiox.cli.ablate import ablate
from raiox.cli.adapt import adapt
from raiox.cli.backup import backup, restore
from raiox.cli.bench import bench
from raiox.cli.calibrate import calibrate
from raiox.cli.compare import compare
from raiox.cli.config import config
from raiox.cli.doctor import doctor
from raiox.cli.errors import reported
from raiox.cli.evaluate import evaluate
from raiox.cli.export import export
from raiox.cli.export_site import export_site
from raiox.cli.leaks import leaks
from raiox.cli.predict import predict
from raiox.cli.purge import purge
from raiox.cli.quantize import quantize
from raiox.cli.repeat import repeat
from raiox.cli.serve import serve
from raiox.cli.train import train
from raiox.cli.usage import UsageError, report
from raiox.cli.work import work
from raiox.vocabulary import NOTICE

COMMANDS = (
    serve,
    work,
    predict,
    train,
    repeat,
    ablate,
    export,
    export_site,
    calibrate,
    quantize,
    adapt,
    evaluate,
    compare,
    leaks,
    bench,
    doctor,
    purge,
    config,
    backup,
    restore,
)
GROUPS = (examples.app, keys.app, models.app)


class ReportingGroup(TyperGroup):
    """A group that turns every deliberate error of its commands into sentences."""

    def make_context(self, *words: Any, **options: Any) -> Any:
        """Read the words before the name of the command."""
        with _usage_reported():
            return super().make_context(*words, **options)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was named, in a context of its own: options may set its language."""
        return copy_context().run(self._invoke, ctx)

    def _invoke(self, ctx: typer.Context) -> object:
        with reported(), _usage_reported():
            return super().invoke(ctx)


@contextmanager
def _usage_reported() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise
        raise report(error) from None


app = typer.Typer(
    name="raiox",
    cls=ReportingGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # formatting the help with rich takes longer than all the rest
    help=f"Read chest radiographs.\n\n{NOTICE['en']} {NOTICE['pt']}",
)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


for command in COMMANDS:
    app.command()(command)
for group in GROUPS:
    app.add_typer(group)


def main() -> None:
    """Entry point of the `raiox` command."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter shows its code
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app()
