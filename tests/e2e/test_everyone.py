"""The page for everybody: languages, themes, small and large screens, assistive technology."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import upload
from .report import make_report

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = {375: 812, 1440: 900}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STATES = ["empty", "result", "refusal", "history", "confirm"]
OTHER_STATES = ["uncertain", "error", "history_empty"]
DOORS = ["map", "method", "api", "privacy", "about"]
WIDTHS = [320, 360, 768, 1024, 2560]
ANSWERS = {"refusal": "rotated", "error": "queue_full", "uncertain": "uncertain"}


def bring_to(page, stand_in, state):
    """Lead the page to one of its states."""
    stand_in.script.answer = ANSWERS.get(state, "analysed")
    if state not in ("empty", "history_empty"):
        upload(page)
        place = page.locator("main h2").first
        expect(place).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)
    if state in ("history", "history_empty", "confirm"):
        page.get_by_role("navigation").get_by_role("link").nth(1).click()
        expect(page.locator("main :is(li time, .stack.empty)").first).to_be_visible()
    if state == "confirm":
        # Closed dialogs hold a red button too, and may stand before the one that is seen.
        page.locator("main button.danger:visible").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()


def open_door(page, door):
    """Go to a screen that is fetched when its door opens, and wait for all of it."""
    page.evaluate("(door) => { location.hash = `#/${door}`; }", door)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.get_by_text(re.compile("^(Carregando|Loading)"))).to_have_count(0)
    if door == "method":
        page.get_by_role("button", name=re.compile("^(Abrir tudo|Open all)$")).click()


def violations(page):
    """What axe says against the page as it is, by rule."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci in ui/)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("(tags) => axe.run({ runOnly: tags, resultTypes: ['violations'] })", TAGS)
    return {
        violation["id"]: [node["target"] for node in violation["nodes"]]
        for violation in told["violations"]
    }


@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["pt", "en"])
def test_axe_finds_no_violation(open_page, stand_in, language, theme, width):
    found = {}
    for state in STATES:
        stand_in.script.kept.clear()
        viewport = {"width": width, "height": SCREENS[width]}
        page = open_page(f"{stand_in.url}/?lang={language}", viewport=viewport, color_scheme=theme)
        bring_to(page, stand_in, state)
        found[state] = violations(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["pt", "en"])
def test_axe_finds_no_violation_behind_the_other_doors(open_page, stand_in, language, theme, width):
    stand_in.script.report = make_report()
    viewport = {"width": width, "height": SCREENS[width]}
    page = open_page(f"{stand_in.url}/?lang={language}", viewport=viewport, color_scheme=theme)
    found = {}
    for door in DOORS:
        open_door(page, door)
        found[door] = violations(page)
    open_door(page, "map")
    for view in ("2D", re.compile("^(Tabela|Table)$")):
        page.get_by_role("radio", name=view).check(force=True)
        found[f"map {view}"] = violations(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("door", DOORS)
def test_nothing_sticks_out_of_any_screen_behind_the_other_doors(open_page, stand_in, door):
    stand_in.script.report = make_report()
    page = open_page(stand_in.url)
    open_door(page, door)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("state", OTHER_STATES)
def test_axe_finds_no_violation_in_rarer_states(open_page, stand_in, state):
    page = open_page(stand_in.url)
    bring_to(page, stand_in, state)

    assert violations(page) == {}


@pytest.mark.parametrize("state", ["empty", "result", "refusal", "history"])
def test_nothing_sticks_out_of_any_screen(open_page, stand_in, state):
    page = open_page(stand_in.url)
    bring_to(page, stand_in, state)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_address_chooses_the_language_and_the_page_says_which(open_page, stand_in):
    page = open_page(f"{stand_in.url}/?lang=en")

    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.get_by_text("Research use. Not a medical device.")).to_be_visible()


def test_the_browsers_language_counts_where_nothing_was_chosen(open_page, stand_in):
    page = open_page(stand_in.url, locale="en-GB")

    expect(page.get_by_role("heading", level=1)).to_have_text("Analyse a chest radiograph")


def test_a_result_changes_its_language_without_another_upload(open_page, stand_in):
    page = open_page(stand_in.url)
    bring_to(page, stand_in, "result")

    page.get_by_role("button", name="EN, English").click()

    expect(page.get_by_role("heading", name=re.compile("^Pattern like that"))).to_be_visible()
    expect(page.locator("li strong").first).to_have_text("0.82")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    assert len(stand_in.script.uploads) == 1


def test_a_chosen_theme_outlives_the_visit(open_page, stand_in):
    page = open_page(stand_in.url, color_scheme="light")
    page.get_by_label("Tema").select_option("dark")

    page.reload()

    expect(page.get_by_label("Tema")).to_have_value("dark")
    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_the_notice_stays_in_sight_while_scrolling(open_page, stand_in):
    page = open_page(stand_in.url, viewport={"width": 375, "height": 600})
    bring_to(page, stand_in, "result")

    page.mouse.wheel(0, 5_000)

    expect(page.get_by_text("Uso em pesquisa. Não é um dispositivo médico.")).to_be_in_viewport()


def test_a_result_is_announced_to_those_who_do_not_see_it(open_page, stand_in):
    page = open_page(stand_in.url)
    bring_to(page, stand_in, "result")

    expect(page.locator("[aria-live=polite]")).to_have_text("COVID-19 · 0,82")


def test_a_printed_result_keeps_the_notice_and_leaves_the_controls_out(open_page, stand_in):
    page = open_page(stand_in.url)
    bring_to(page, stand_in, "result")

    page.emulate_media(media="print")

    expect(page.get_by_text("Uso em pesquisa. Não é um dispositivo médico.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^Padrão parecido"))).to_be_visible()
    expect(page.get_by_role("button", name="Imprimir")).to_be_hidden()
    expect(page.get_by_role("slider")).to_have_count(0)


def test_nothing_moves_for_those_who_ask_for_stillness(open_page, stand_in):
    page = open_page(stand_in.url, reduced_motion="reduce")
    bring_to(page, stand_in, "result")

    assert page.evaluate("document.getAnimations().length") == 0
