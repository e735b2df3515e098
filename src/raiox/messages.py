"""Every text that the server shows a person, by language.

`locales/languages.json` lists the languages, the first of them the default; a folder of each
holds its texts: `errors.json` (a title, what happened; a detail, why, with the facts; an
action, what to do now), `result.json` (an analysis, on the page and as a PDF), `pdf.json`,
`form.json` (the plain HTML form), `cli.json` (the terminal) and `report.json` (reports of the
laboratory). A text that a language lacks fails the contract tests, not the user.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from raiox.errors import Fact
from raiox.vocabulary import LANGUAGE_TRAITS, LANGUAGES, Language

Sentences = dict[str, str]

UNITS: Final = {
    "_bytes": ((2**20, "MiB"), (2**10, "KiB"), (1, "bytes")),
    "_pixels": ((10**6, "megapixels"), (1, "pixels")),
}
"""How facts whose names end so are shown: the largest unit that fits."""


@cache
def load(language: Language, name: str = "errors") -> dict[str, Any]:
    """All texts of one file of a language."""
    file = files("raiox").joinpath("locales", language, f"{name}.json")
    texts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return texts


def text(key: str, language: Language, **facts: Fact) -> str:
    """One text, its `{facts}` filled in.

    Args:
        key: the file, a dot, and the key in it, e.g. `form.title`.
    """
    name, _, inner = key.partition(".")
    found: str = load(language, name)[inner]
    return found.format_map(_Facts(facts, language))


def texts(key: str, **facts: Fact) -> dict[Language, str]:
    """The same text in every language."""
    return {language: text(key, language, **facts) for language in LANGUAGES}


def messages_for(code: str, language: Language, facts: Mapping[str, Fact]) -> Sentences:
    """Title, detail and action of an error code, its facts filled in.

    A fact may bring sentences of its own: with `element`, those of `corrupt_image.element`.
    """
    errors = load(language)
    keys = (*(f"{code}.{fact}" for fact in facts), code, "internal_error")
    sentences: Sentences = next(errors[key] for key in keys if key in errors)
    shown = _Facts(facts, language)
    return {part: sentence.format_map(shown) for part, sentence in sentences.items()}


def messages_in_all_languages(code: str, facts: Mapping[str, Fact]) -> dict[Language, Sentences]:
    """The same in every language, so that a page can switch without another request."""
    return {language: messages_for(code, language, facts) for language in LANGUAGES}


class _Facts(dict[str, Fact]):
    """Facts as a person reads them: bytes and pixels in units that fit.

    One that was not given reads as a dash, never as an exception.
    """

    def __init__(self, facts: Mapping[str, Fact], language: Language) -> None:
        super().__init__({name: _shown(name, fact, language) for name, fact in facts.items()})

    def __missing__(self, name: str) -> str:
        return "–"


def _shown(name: str, fact: Fact, language: Language) -> Fact:
    if isinstance(fact, str):
        return fact
    for ending, units in UNITS.items():
        if name.endswith(ending):
            scale, unit = next((pair for pair in units if fact >= pair[0]), units[-1])
            number = f"{round(fact / scale, 1):g}"
            return f"{number.replace('.', LANGUAGE_TRAITS[language].decimal_separator)} {unit}"
    return fact
