"""A page per analysis: just one, with structure, and never more certain than the page on the screen."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdf
import pytest
from fakes import result_of

from raiox.entities import Radiograph
from raiox.inference.lung_fields import POSITIONING
from raiox.intake.sandbox.decoder_api import NOTES
from raiox.messages import load, text
from raiox.pdf import Evaluation, Printed, write_pdf
from raiox.pdf.errors import PdfUnavailableError, ResultNotAvailableError
from raiox.pdf.evaluation import Bin, meanings_of
from raiox.result import AnalysisDocument, AnalysisResult, FilterDocument
from raiox.vocabulary import LANGUAGES, NOTICE, AnalysisState

SHARED_CASES = json.loads((Path(__file__).parent / "score_meanings.json").read_text("utf-8"))
WHEN = datetime(2026, 11, 28, 20, 15, 7, 123, tzinfo=UTC)
SHA256 = "ab12" * 16
GRAY = np.linspace(0, 190, 300 * 260).reshape(300, 260).astype(np.uint8)
BRIGHT = np.full((300, 260), 240, np.uint8)


def printed(pixels=GRAY, **changes) -> Printed:
    result = result_of(Radiograph(pixels, SHA256, "png", ()))
    document = AnalysisDocument(
        **(dict(AnalysisResult.of(result)) | changes),
        id="7f1c3c52-0000-4000-8000-000000000001",
        state=AnalysisState.DONE,
        sha256=SHA256,
    )
    maps = result.prediction.activation_maps if result.prediction else None
    return Printed(document, WHEN, None, pixels, maps)


def evaluation_of(document: AnalysisDocument) -> Evaluation:
    bins = tuple(
        Bin(score, score, max(0, score - 0.1), min(1, score + 0.1), 100)
        for score in (0.1, 0.5, 0.9)
    )
    scores = document.scores or {}
    return Evaluation(document.model.sha256, False, {"covid19": 0.26}, dict.fromkeys(scores, bins))


def read(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, " ".join(reader.pages[0].extract_text().split())


def tags_of(reader: pypdf.PdfReader) -> list[tuple[str, str]]:
    """Every element of the structure, with the words that stand in for a picture."""
    found: list[tuple[str, str]] = []

    def visit(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                visit(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            visit(node.get("/K", []))

    visit(reader.root_object["/StructTreeRoot"]["/K"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page_with_the_answer_the_notice_and_where_it_comes_from(language):
    one = printed()

    reader, shown = read(write_pdf(one, language))

    assert len(reader.pages) == 1
    assert NOTICE[language] in shown
    assert text("result.scores.note", language) in shown
    for fact in (
        one.document.model.id,
        one.document.model.sha256[:12],
        SHA256[:12],
        one.document.id,
    ):
        assert fact in shown
    assert "20:15 (UTC)" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_assistive_technology_finds_language_title_headings_tables_and_words_for_pictures(language):
    reader, _ = read(write_pdf(printed(), language))

    root = reader.root_object
    assert root["/Lang"].startswith(language)
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == text("pdf.title", language)
    assert reader.metadata.creation_date == WHEN.replace(microsecond=0)
    tags = tags_of(reader)
    names = [name for name, _ in tags]
    assert names.count("/H1") == 1
    assert {"/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(names)
    figures = [alt for name, alt in tags if name == "/Figure"]
    assert len(figures) == 2 + len(printed().document.scores)
    assert all(figures)


def test_it_says_how_many_of_a_hundred_had_the_label_and_the_range_of_that():
    one = printed()
    _, shown = read(write_pdf(replace(one, evaluation=evaluation_of(one.document)), "pt"))

    assert text("pdf.meaning_note", "pt")[:60] in shown
    assert "(de " in shown
    assert "0,26" in shown


def test_it_says_nothing_of_a_score_by_another_classifier_or_of_a_poor_image():
    one = printed()
    own = evaluation_of(one.document)
    poor = FilterDocument(
        frontal=0.9, kind="frontal", rotation_deg=0, quality=0.2, low_quality=True
    )

    _, other = read(write_pdf(replace(one, evaluation=replace(own, sha256="0" * 64)), "pt"))
    _, unlike = read(write_pdf(replace(printed(filter=poor), evaluation=own), "pt"))

    assert text("result.meaning.not_measured", "pt") in other
    assert text("result.meaning.unlike", "pt") in unlike
    assert "0,26" not in other
    assert "(de " not in other + unlike
    assert text("result.note.low_quality", "pt")[:50] in unlike


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rejection_says_why_and_what_to_do(language):
    one = printed(BRIGHT)
    sentences = one.document.rejection.messages[language]

    reader, shown = read(write_pdf(one, language))

    assert len(reader.pages) == 1
    for sentence in (sentences.title, sentences.detail, sentences.action):
        assert sentence in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_be_said_of_an_image_fits_on_one_page_even_of_a_tall_one(language):
    tall = np.tile(GRAY, (6, 1))
    one = printed(
        tall,
        uncertainty="kind_not_separable",
        finding="uncertain",
        findings_set=("covid19", "lung_opacity"),
        positioning=POSITIONING,
    )
    document = one.document.model_copy(update={"notes": tuple(sorted(NOTES))})

    reader, shown = read(
        write_pdf(replace(one, document=document, evaluation=evaluation_of(document)), language)
    )

    assert len(reader.pages) == 1
    assert text("result.finding.uncertain", language) in shown
    assert document.id in shown


def test_every_note_has_a_sentence_on_paper():
    known = load("pt", "result")

    assert {f"note.{code}" for code in (*NOTES, *POSITIONING)} <= set(known)


def test_a_page_without_its_image_has_no_picture():
    one = printed()

    reader, shown = read(write_pdf(replace(one, pixels=None), "en"))

    assert "/Figure" not in {name for name, _ in tags_of(reader)}
    assert one.document.id in shown


def test_what_is_written_in_a_text_is_never_run():
    document = printed().document.model_copy(update={"id": '#panic("run") *bold* $x$ = Heading'})

    _, shown = read(write_pdf(replace(printed(), document=document), "en"))

    assert '#panic("run") *bold* $x$ = Heading' in shown


def test_an_analysis_that_has_not_finished_has_no_page():
    waiting = printed().document.model_copy(update={"outcome": None, "finding": None})

    with pytest.raises(ResultNotAvailableError):
        write_pdf(replace(printed(), document=waiting), "pt")


def test_without_what_sets_pages_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "typst", None)

    with pytest.raises(PdfUnavailableError) as raised:
        write_pdf(printed(), "pt")

    assert raised.value.facts == {"extra": "pdf"}


@pytest.mark.parametrize("case", SHARED_CASES, ids=lambda case: case["name"])
def test_scores_mean_on_paper_what_they_mean_on_the_page(case):
    bins = {finding: [Bin(**one) for one in each] for finding, each in case["bins"].items()}

    meanings = meanings_of(case["scores"], bins, multi_label=case["multi_label"])

    if case["expected"] is None:
        assert meanings is None
        return
    assert list(meanings) == list(case["expected"])
    for finding, expected in case["expected"].items():
        found = meanings[finding]
        assert [found.share, found.low, found.high] == pytest.approx(expected, abs=1e-9)
