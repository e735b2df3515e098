"""Every code has its sentences, in every language, without a forbidden word."""

import runpy
import string
from functools import cache
from pathlib import Path

import pytest

from raiox import messages
from raiox.errors import RaioxError
from raiox.inference.blank import LOW_CONTRAST
from raiox.inference.frontal_filter import REJECTION_CODES
from raiox.inference.incomplete import INCOMPLETE_IMAGE
from raiox.inference.lung_fields import POSITIONING
from raiox.intake.sandbox.decoder_api import NOTES
from raiox.result import LOW_QUALITY, OCCLUSION_READINGS
from raiox.vocabulary import BLANK_IMAGE, LANGUAGES, Uncertainty

WARNINGS = {*NOTES, *POSITIONING, LOW_QUALITY, *Uncertainty}
PARTS = {"title", "detail", "action"}
ROOT = Path(__file__).parents[2]
FOREIGN = (
    *("Cada sinal", "Sinais por", "um sinal no mapa", "só você a vê", "navegador o abre"),
    *("vale onde você está", "radiografadas aí", "Conta feita com", "Levar o mapa", "da variação"),
    *("Um só achado", "não percebe idade", "análise é assim", "não treinaram nada", "Quem diz é"),
    *("forçada entre eles", "parecem limpas", "guardado na fila", "imagem que lemos", "filtro viu"),
    *("mais novas", "Ajuda a olhar", "270° no sentido", "180° no sentido"),
)
"""Portuguese that no Brazilian radiologist would write."""
READ_TWICE = (
    "so far better",
    "trained nothing",
    "Of each classifier, the first",
    "neither outlines lesions",
)
"""English that readers had to read twice."""
FORBIDDEN = ("diagnos", "diagnós", "positiv", "laudo")


@cache
def raised() -> list[type[RaioxError]]:
    """The classes that have a code of their own."""
    script = ROOT / "scripts" / "docs" / "reference.py"
    return runpy.run_path(str(script))["raised_errors"]()


def placeholders(sentences: dict[str, str]) -> set[str]:
    texts = sentences.values()
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


CODES = {
    *(error.code for error in raised()),
    *REJECTION_CODES.values(),
    BLANK_IMAGE,
    LOW_CONTRAST,
    INCOMPLETE_IMAGE,
    *WARNINGS,
    *OCCLUSION_READINGS,
}
WITH_FACT = {key for key in messages.load("en") if "." in key}
"""A code, a dot and the fact that brings sentences of its own."""
KEYS = sorted(CODES | WITH_FACT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_sentences_and_no_sentence_lost_its_code(language):
    assert set(messages.load(language)) == CODES | WITH_FACT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", KEYS)
def test_a_code_says_what_happened_why_and_what_to_do(code, language):
    sentences = messages.load(language)[code]

    assert set(sentences) == PARTS
    assert all(text.strip() == text != "" for text in sentences.values())
    assert sentences["detail"].endswith((".", "!", "?"))
    assert sentences["action"].endswith((".", "!", "?"))
    assert not sentences["title"].endswith(".")


@pytest.mark.parametrize("code", KEYS)
def test_both_languages_ask_for_the_same_facts(code):
    asked = [placeholders(messages.load(language)[code]) for language in LANGUAGES]

    assert asked[0] == asked[1]


@pytest.mark.parametrize("error", raised(), ids=lambda error: error.code)
def test_a_sentence_asks_only_for_facts_that_its_error_documents(error):
    asked = placeholders(messages.load("en")[error.code])

    undocumented = {name for name in asked if f"`{name}`" not in (error.__doc__ or "")}
    assert not undocumented


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", KEYS)
def test_no_sentence_diagnoses(code, language):
    reply = " ".join(messages.load(language)[code].values()).lower()

    assert not [word for word in FORBIDDEN if word in reply]


@pytest.mark.parametrize("key", sorted(WITH_FACT))
def test_sentences_for_a_fact_belong_to_an_error_that_documents_it(key):
    code, fact = key.split(".")
    [error] = [error for error in raised() if error.code == code]

    assert placeholders(messages.load("en")[key]) <= {fact}
    assert f"`{fact}`" in (error.__doc__ or "")


def test_a_fact_that_has_sentences_of_its_own_speaks_in_them():
    plain = messages.messages_for("corrupt_image", "en", {})
    named = messages.messages_for("corrupt_image", "en", {"element": "BitsStored"})

    assert "BitsStored" in named["detail"]
    assert plain["detail"] != named["detail"]


def test_codes_are_used_once():
    codes = [error.code for error in raised()]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("folder", ["ui/messages", "src/raiox/locales/pt"])
def test_the_portuguese_is_not_translated_word_by_word(folder):
    texts = {file: file.read_text() for file in sorted((ROOT / folder).glob("*.json"))}

    assert texts
    assert [(file.name, words) for file in texts for words in FOREIGN if words in texts[file]] == []


def test_nothing_is_written_that_readers_had_to_read_twice():
    folders = ["docs", "ui/messages", "src/raiox/locales/en", "src/raiox/models"]
    found = [file for name in folders for file in (ROOT / name).rglob("*.*")]
    texts = {
        file: " ".join(file.read_text(encoding="utf-8").split())
        for file in [*ROOT.glob("*.md"), *found]
        if file.suffix in (".md", ".json") and file.name != "CHANGELOG.md"
    }

    assert len(texts) > 50
    assert [
        (file.name, words) for file in texts for words in READ_TWICE if words in texts[file]
    ] == []
