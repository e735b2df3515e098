"""Every code can be told, in both languages, without a forbidden word."""

import string

import pytest

from raiox import catalogue, errors
from raiox.errors import RaioxError
from raiox.inference.frontal_filter import REJECTION_CODES
from raiox.vocabulary import LANGUAGES

NOTES = {"burned_in_annotation", "colour_removed"}
PARTS = {"title", "detail", "action"}
FORBIDDEN = ("diagnos", "diagnós", "positiv", "laudo")


def raised() -> list[type[RaioxError]]:
    """The classes of the drawn tree that have a code of their own."""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    return [
        c
        for c in classes
        if issubclass(c, RaioxError) and "code" in vars(c) and c is not RaioxError
    ]


def placeholders(sentences: dict[str, str]) -> set[str]:
    texts = sentences.values()
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


CODES = {error.code for error in raised()} | set(REJECTION_CODES.values()) | NOTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_sentences_and_no_sentence_lost_its_code(language):
    assert set(catalogue.load(language)) == CODES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_tells_what_happened_why_and_what_to_do(code, language):
    sentences = catalogue.load(language)[code]

    assert set(sentences) == PARTS
    assert all(text.strip() == text != "" for text in sentences.values())
    assert sentences["detail"].endswith((".", "!", "?"))
    assert sentences["action"].endswith((".", "!", "?"))
    assert not sentences["title"].endswith(".")


@pytest.mark.parametrize("code", sorted(CODES))
def test_both_languages_ask_for_the_same_facts(code):
    asked = [placeholders(catalogue.load(language)[code]) for language in LANGUAGES]

    assert asked[0] == asked[1]


@pytest.mark.parametrize("error", raised(), ids=lambda error: error.code)
def test_a_sentence_asks_only_for_facts_that_its_error_documents(error):
    asked = placeholders(catalogue.load("en")[error.code])

    undocumented = {name for name in asked if f"`{name}`" not in (error.__doc__ or "")}
    assert not undocumented


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_no_sentence_diagnoses(code, language):
    told = " ".join(catalogue.load(language)[code].values()).lower()

    assert not [word for word in FORBIDDEN if word in told]


def test_codes_are_used_once():
    codes = [error.code for error in raised()]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error", raised(), ids=lambda error: error.code)
def test_the_drawn_tree_shows_every_error_with_its_code(error):
    drawn = [line.split() for line in (errors.__doc__ or "").splitlines() if error.__name__ in line]

    assert [words[-1] for words in drawn] == [error.code]
