"""Where the lungs are, and what the network scores without them."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import open_folds, upload
from .test_viewer import press

GREEN = (143, 247, 160)


@pytest.fixture
def page(open_page, stand_in):
    page = open_page(stand_in.url)
    upload(page)
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()
    return page


def green_share(page):
    page.evaluate("scrollTo(0, 0)")
    seen = Image.open(io.BytesIO(page.locator(".radiograph").screenshot())).convert("RGB")
    return (np.abs(np.asarray(seen, int) - GREEN).max(axis=2) < 12).mean()


def test_a_key_and_a_button_show_their_outline_with_the_shares_in_each(page):
    assert green_share(page) == 0

    press(page, "l")

    outline = page.get_by_role("img", name=re.compile("contorna os pulmões"))
    expect(outline).to_be_visible()
    assert 0.002 < green_share(page) < 0.05
    expect(page.locator(".controls")).to_contain_text(
        "COVID-19: há evidência em 21% da área dos pulmões (direito 30%, esquerdo 10%)"
    )
    page.get_by_role("button", name="Pulmões", exact=True).click()
    expect(outline).to_have_count(0)


def test_the_outline_lies_on_the_lungs_of_the_radiograph(page):
    press(page, "l")
    expect(page.get_by_role("img", name=re.compile("contorna os pulmões"))).to_be_visible()

    box = page.locator(".radiograph svg[role=img] path:last-child").last.bounding_box()
    radiograph = page.locator(".radiograph").bounding_box()

    left = (box["x"] - radiograph["x"]) / radiograph["width"]
    top = (box["y"] - radiograph["y"]) / radiograph["height"]
    assert [left, top] == pytest.approx([0.14, 0.135], abs=0.03)
    assert box["width"] / radiograph["width"] == pytest.approx(0.72, abs=0.04)


def test_reading_again_without_the_lungs_says_what_is_left_and_what_that_means(page):
    open_folds(page)
    page.get_by_role("button", name="Cobrir os pulmões e ler de novo").click()

    expect(page.get_by_text("A maior parte do escore permanece sem os pulmões.")).to_be_visible()
    expect(page.get_by_text("Não confie neste escore")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^COVID-19"))
    expect(row).to_contain_text("0,820,74")


def test_where_nobody_knows_the_lungs_nothing_of_them_is_offered(page, stand_in):
    stand_in.script.answer = "rotated"
    upload(page)
    expect(page.get_by_role("heading", name="A radiografia está girada")).to_be_visible()

    expect(page.get_by_role("button", name="Pulmões", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Cobrir os pulmões e ler de novo")).to_have_count(0)


def test_the_real_service_has_them_too(open_page, served):
    page = open_page(served.url)
    upload(page)
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()

    press(page, "l")

    expect(page.get_by_role("img", name=re.compile("contorna os pulmões"))).to_be_visible()
    open_folds(page)
    page.get_by_role("button", name="Cobrir os pulmões e ler de novo").click()
    expect(page.get_by_role("row", name=re.compile("^COVID-19"))).to_be_visible()
