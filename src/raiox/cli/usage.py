"""Typer's own complaints about how a command was called, in the language of the terminal.

Typer writes them in English. What matches no pattern below stays as it is: a sentence in
another language is better than none.
"""

import re
from typing import Final

import typer

from raiox.cli.language import say

UsageError: Final[type[typer.BadParameter]] = typer.BadParameter.__mro__[1]
"""What Typer raises for every wrong call; it has no public name."""

PATTERNS: Final = (
    (r"No such command '(?P<name>.+?)'\. Did you mean (?P<similar>.+)\?", "usage_no_command_like"),
    (r"No such command '(?P<name>.+?)'\.", "usage_no_command"),
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<similar>.+)\)",
        "usage_no_option_like",
    ),
    (r"No such option: (?P<name>.+)", "usage_no_option"),
    (r"Option '(?P<name>.+)' requires an argument\.", "usage_needs_value"),
    (r"Option '(?P<name>.+)' does not take a value\.", "usage_takes_no_value"),
    (r"Missing argument (?P<name>.+)\.", "usage_missing_argument"),
    (r"Missing option (?P<name>.+)\.", "usage_missing_option"),
    (r"Missing command\.", "usage_missing_command"),
    (r"Got unexpected extra argument\(?s?\)? \((?P<names>.+)\)", "usage_too_many"),
)
REASONS: Final = (
    (
        r"Input should be (?:greater|less) than(?: or equal to)? (?P<bound>\S+)",
        "usage_out_of_range",
    ),
    (r"Input should be a valid integer.*", "usage_no_integer"),
    (r"Input should be a valid number.*", "usage_no_number"),
    (r"(?:Value error, )?'?(?P<value>.+?)'? is not one of (?P<choices>.+?)\.?", "usage_no_choice"),
)
BAD_VALUE: Final = re.compile(r"Invalid value for (?P<name>[^:]+): (?P<reason>.+)", re.DOTALL)


def translated(message: str) -> str:
    """The same complaint in the language of the terminal."""
    if bad := BAD_VALUE.fullmatch(message):
        return say("usage_bad_value", name=bad["name"], reason=_matched(bad["reason"], REASONS))
    return _matched(message, PATTERNS)


def report(error: typer.BadParameter) -> typer.Exit:
    """Print how the command is called and what was wrong; the exit that follows."""
    context = error.ctx
    if context is not None:
        typer.echo(context.get_usage().replace("Usage:", say("usage"), 1), err=True)
        typer.echo(say("usage_help", command=context.command_path), err=True)
    typer.echo(f"{say('usage_error')} {translated(error.format_message())}", err=True)
    return typer.Exit(error.exit_code)


def _matched(message: str, patterns: tuple[tuple[str, str], ...]) -> str:
    for pattern, key in patterns:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(key, **found.groupdict())
    return message
