"""The page for everybody: languages, themes, small and large screens, assistive technology."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import upload
from .states import bring_to


def test_a_long_file_name_stays_within_the_screen(open_page, stand_in):
    page = open_page(stand_in.url)
    upload(page, b"%PDF-1.7 pages", names=("scan_" * 30 + ".png",))
    expect(page.get_by_text("scan_scan_").first).to_be_visible()

    for width in (360, 1440):
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


@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_printed_result_is_one_page_with_all_that_folds(open_page, stand_in, language):
    page = open_page(f"{stand_in.url}/?lang={language}")
    bring_to(page, stand_in, "result")

    printed = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "1cm"))
    page.emulate_media(media="print")

    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    for text in ("c0" * 6, "0.png"):
        expect(page.get_by_text(text).first).to_be_visible()


def test_the_header_is_as_wide_as_the_page(open_page, stand_in):
    page = open_page(stand_in.url, viewport={"width": 1440, "height": 900})

    assert page.locator("header").bounding_box()["width"] == 1440
    assert page.locator("footer").bounding_box()["y"] > 780


@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("screen", ["history", "compare", "shared/none"])
def test_the_footer_stands_at_the_foot_of_a_page_that_is_shorter_than_the_screen(
    open_page, stand_in, screen, width
):
    page = open_page(f"{stand_in.url}#/{screen}", viewport={"width": width, "height": 2_000})
    expect(page.locator("main h1")).to_be_visible()

    box = page.locator("footer").bounding_box()
    assert box["y"] + box["height"] == pytest.approx(2_000, abs=1)


def test_ticks_and_legend_are_seen_in_forced_colours(open_page, stand_in):
    page = open_page(stand_in.url, forced_colors="active")
    bring_to(page, stand_in, "result")

    ticks = page.locator(".track .point").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    grounds = page.locator(".track").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(ticks) == 3
    assert not set(ticks) & set(grounds)
    swatches = page.locator(".swatch > span").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(swatches)) == 4


def test_nothing_moves_for_those_who_ask_for_stillness(open_page, stand_in):
    page = open_page(stand_in.url, reduced_motion="reduce")
    bring_to(page, stand_in, "result")

    assert page.evaluate("document.getAnimations().length") == 0
