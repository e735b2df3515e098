"""An analysis as a page of paper, over HTTP."""

import io

import pypdf
import pytest
from fakes import BRIGHT, png

from raiox.messages import text
from raiox.vocabulary import LANGUAGES

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
HOUR_S = 3_600.0


async def upload(browser, shade: int = 90) -> dict:
    return (await browser.post(ANALYSES, content=png(shade))).json()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shade", [90, BRIGHT + 20])
async def test_it_is_one_page_in_the_language_that_was_requested(start, language, shade):
    async with start() as service:
        browser = service.browser()
        document = await upload(browser, shade)
        answer = await browser.get(f"{ANALYSES}/{document['id']}/report.pdf?lang={language}")

    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert document["id"][:8] in answer.headers["Content-Disposition"]
    assert reader.metadata.title == text("pdf.title", language)
    assert document["id"] in reader.pages[0].extract_text()
    assert len(reader.pages) == 1


async def test_it_outlives_the_image_without_showing_it(start):
    async with start(records={"keep_images_h": 1, "keep_results_h": 2}) as service:
        browser = service.browser()
        address = f"{ANALYSES}/{(await upload(browser))['id']}/report.pdf"
        with_image = (await browser.get(address)).content
        service.clock.pass_s(HOUR_S + 1)
        service.service.records.sweep()
        without = (await browser.get(address)).content

    counts = [
        len(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].images) for pdf in (with_image, without)
    ]
    assert counts[0] > 0
    assert counts[1] == 0


async def test_where_it_cannot_be_written_the_answer_says_what_to_install(start, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    async with start() as service:
        browser = service.browser()
        document = await upload(browser)
        answer = await browser.get(f"{ANALYSES}/{document['id']}/report.pdf?lang=pt")

    assert (answer.status_code, answer.json()["code"]) == (404, "pdf_unavailable")
    assert ".[pdf]" in answer.json()["translations"]["pt"]["action"]
