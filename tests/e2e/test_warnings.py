"""Every warning that the JSON has, the page shows, too, and keeps on paper."""

import json

import pytest
from playwright.sync_api import expect
from serving import ROOT

from raiox.intake.sandbox.decoder_api import NOTES
from raiox.result import LOW_QUALITY
from raiox.vocabulary import LANGUAGES

from .conftest import upload

SENTENCES = [f"note.{code}" for code in sorted({*NOTES, LOW_QUALITY})]
UNLIKE = "answer.unlike"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_its_print_show_every_warning(open_page, stand_in, language):
    file = ROOT / "src" / "raiox" / "locales" / language / "result.json"
    texts = json.loads(file.read_text("utf-8"))
    stand_in.script.answer = "every_warning"
    page = open_page(f"{stand_in.url}/?lang={language}")
    upload(page)

    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        for key in (*SENTENCES, UNLIKE):
            expect(page.get_by_text(texts[key]).first).to_be_visible()
