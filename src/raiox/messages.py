"""The sentences: one per code and language, kept in `locales/*.json`.

Each code has a `title` (what happened), a `detail` (why, with the facts) and an
`action` (what to do now). A code without sentences in every language fails the
contract tests, not the user.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from raiox.errors import Fact
from raiox.vocabulary import LANGUAGES, Language

Sentences = dict[str, str]


@cache
def load(language: Language) -> dict[str, Sentences]:
    """All sentences of one language, by code."""
    text = files("raiox").joinpath("locales", f"{language}.json").read_text(encoding="utf-8")
    sentences: dict[str, Sentences] = json.loads(text)
    return sentences


def messages_for(code: str, language: Language, facts: Mapping[str, Fact]) -> Sentences:
    """Title, detail and action of a code, its facts filled in."""
    told = load(language).get(code) or load(language)["internal_error"]
    return {part: sentence.format_map(_Facts(facts)) for part, sentence in told.items()}


def messages_in_all_languages(code: str, facts: Mapping[str, Fact]) -> dict[Language, Sentences]:
    """The same in every language, so that a page may switch without asking again."""
    return {language: messages_for(code, language, facts) for language in LANGUAGES}


class _Facts(dict[str, Fact]):
    """A fact that was not given reads as a dash, never as an exception."""

    def __missing__(self, name: str) -> str:
        return "–"
