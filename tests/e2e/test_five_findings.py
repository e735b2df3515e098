"""A bundle of five findings: nothing on the page assumes three, nor that scores sum to one."""

import re

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import open_folds, upload
from .documents import FIVE
from .report import make_map, make_report
from .stand_in import describe_models
from .states import open_screen

NAMES = {
    "pt": ["Sem achados", "Edema", "Pleural effusion", "Mass", "COVID-19"],
    "en": ["No Finding", "Edema", "Pleural effusion", "Mass", "COVID-19"],
}


@pytest.fixture(params=["pt", "en"])
def language(request):
    return request.param


@pytest.fixture
def open_five(open_page, stand_in, language):
    """Opens the page of a service whose bundle has five labels."""

    def open_five(answer, *, multi_label):
        script = stand_in.script
        script.answer = answer
        script.models = describe_models(FIVE, architecture=None, multi_label=multi_label)
        script.report = make_report(FIVE)
        script.case_map = make_map(labels=FIVE)
        return open_page(f"{stand_in.url}/?lang={language}")

    return open_five


def answer(page):
    """The sentence of a result, which the shape of a finding precedes."""
    return page.locator("article h2", has=page.locator("svg"))


def scores(page):
    return page.locator("li", has=page.locator(".track")).locator("strong")


def test_five_scores_have_five_bars_five_maps_and_five_meanings(open_five, language):
    page = open_five("one_of_five", multi_label=False)
    for name in NAMES[language]:
        expect(page.get_by_role("listitem").filter(has_text=name).first).to_be_visible()
    upload(page)

    expect(answer(page)).to_contain_text("Pleural effusion")
    expect(scores(page)).to_have_count(5)
    for name in NAMES[language]:
        expect(page.get_by_role("radio", name=name, exact=True)).to_have_count(1)
    open_folds(page)
    meanings = page.locator("[role=status] ul li")
    expect(meanings).to_have_count(5)
    shares = [int(re.sub(r"\D", "", text)) for text in meanings.locator("strong").all_inner_texts()]
    assert 95 <= sum(shares) <= 105


def test_several_findings_present_are_all_named(open_five, language):
    page = open_five("two_of_five", multi_label=True)
    upload(page)

    join, start = {"pt": ("e", "Padrões"), "en": ("and", "Patterns")}[language]
    expect(answer(page)).to_contain_text(start)
    expect(answer(page)).to_contain_text(f"Edema {join} Pleural effusion")
    expect(page.get_by_role("img", name=re.compile("Edema"))).to_be_visible()
    assert violations(page) == {}
    page.emulate_media(media="print")
    expect(answer(page)).to_be_visible()


def test_no_finding_at_its_operating_point_is_an_answer_of_its_own(open_five, language):
    page = open_five("none_of_five", multi_label=True)
    upload(page)

    sentence = {
        "pt": "Nenhum escore chegou ao seu ponto de operação.",
        "en": "No score reached its operating point.",
    }[language]
    expect(answer(page)).to_have_text({"pt": "Nenhum", "en": "None"}[language])
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(
        page.get_by_text({"pt": "não exclui doença", "en": "does not exclude disease"}[language])
    ).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("(Mapa de calor|Heatmap):"))).to_have_count(0)
    page.get_by_role("radio", name="Mass").check(force=True)
    expect(page.get_by_role("img", name=re.compile("Mass"))).to_be_visible()


def test_history_and_comparison_hold_answers_of_every_kind(open_five, stand_in, language):
    page = open_five("two_of_five", multi_label=True)
    upload(page)
    expect(answer(page)).to_contain_text("Edema")
    stand_in.script.answer = "none_of_five"
    upload(page)
    expect(answer(page)).not_to_contain_text("Edema")
    open_screen(page, "history")

    rows = page.get_by_role("listitem")
    expect(rows).to_have_count(2)
    page.get_by_role("combobox").nth(1).select_option("pleural_effusion")
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("link")).to_contain_text("Edema")
    page.get_by_role("combobox").nth(1).select_option("none")
    expect(rows).to_have_count(1)
    open_screen(page, "compare/" + "/".join(stand_in.script.kept))

    expect(page.get_by_role("rowheader")).to_have_count(5)
    expect(page.locator("main canvas")).to_be_visible()


def test_method_and_map_speak_of_the_bundles_findings(open_five, language):
    page = open_five("one_of_five", multi_label=True)
    open_screen(page, "method")

    table = page.get_by_role("table", name=re.compile("^(Rótulo nas linhas|Label in rows)"))
    expect(table.get_by_role("rowheader")).to_have_count(5)
    expect(
        page.get_by_text(re.compile("(vários podem estar presentes|several may be present)"))
    ).to_be_visible()
    open_screen(page, "map")
    for name in NAMES[language]:
        expect(page.get_by_label(re.compile(name)).first).to_be_visible()
