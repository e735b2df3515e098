"""The language of whoever sits at the terminal, and texts in it."""

import os

from raiox.errors import Fact
from raiox.messages import text
from raiox.vocabulary import LANGUAGES, Language

FALLBACK: Language = "en"
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX consults them; the first that is set decides."""


def terminal_language() -> Language:
    """The language that the locale names if raiox speaks it, else English."""
    locale = next(filter(None, map(os.environ.get, VARIABLES)), "")
    language = locale.partition("_")[0].partition(".")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def say(key: str, **facts: Fact) -> str:
    """A text of `locales/*/cli.json` in the terminal's language."""
    return text(f"cli.{key}", terminal_language(), **facts)
