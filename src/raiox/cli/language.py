"""The language of whoever sits at the terminal, and texts in it."""

import os
from contextvars import ContextVar

import typer

from raiox.errors import Fact
from raiox.messages import text
from raiox.vocabulary import LANGUAGES, Language

FALLBACK: Language = "en"
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX consults them; the first that is set decides."""
_chosen: ContextVar[Language | None] = ContextVar("chosen", default=None)


def choose_language(language: str | None) -> str | None:
    """Let the command speak the language that its option names, if it names one.

    Raises:
        typer.BadParameter: raiox does not speak it.
    """
    if language not in {None, *LANGUAGES}:
        raise typer.BadParameter(", ".join(LANGUAGES))
    _chosen.set(language)
    return language


def terminal_language() -> Language:
    """The language of the command's option; else of the locale if raiox speaks it; else English."""
    if chosen := _chosen.get():
        return chosen
    locale = next(filter(None, map(os.environ.get, VARIABLES)), "")
    language = locale.partition("_")[0].partition(".")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def say(key: str, **facts: Fact) -> str:
    """A text of `locales/*/cli.json` in the terminal's language."""
    return text(f"cli.{key}", terminal_language(), **facts)
