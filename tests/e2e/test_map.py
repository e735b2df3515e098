"""The map of cases, with the shipped classifier's own reference cases."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import expect

from .conftest import PATIENCE_MS, upload


@pytest.fixture
def page(open_page, served):
    return open_page(f"{served.url}/#/map")


def radio(page, name):
    return page.get_by_role("radio", name=name, exact=True)


def n_shown(page):
    result = page.get_by_role("img", name=re.compile("Mapa com")).get_attribute("aria-label")
    return int(re.search(r"[\d.]+", result)[0].replace(".", ""))


def test_the_map_opens_in_three_dimensions_and_can_be_turned_without_dragging(page):
    expect(page.locator("canvas")).to_be_visible()
    expect(page.get_by_text("Carregando o mapa")).to_have_count(0)
    assert n_shown(page) >= 294

    before = page.locator("canvas").screenshot()
    page.get_by_role("button", name="Para a direita").click()
    page.wait_for_timeout(200)
    assert page.locator("canvas").screenshot() != before


SCREENS = [{"width": 1440, "height": 900}, {"width": 375, "height": 812}]


def canvas_of(page):
    """Without its outermost pixels, which may be the page's in part."""
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.locator("canvas").screenshot()))
    return picture.crop((1, 1, picture.width - 1, picture.height - 1))


@pytest.mark.parametrize("screen", SCREENS)
def test_the_cloud_fills_its_canvas_and_each_axis_has_its_name_in_sight(page, screen):
    page.set_viewport_size(screen)
    page.reload()
    expect(page.get_by_text("Carregando o mapa")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("canvas")).to_be_visible()
    pixels = np.asarray(canvas_of(page).convert("RGB"), int)
    rows, columns = np.nonzero(np.ptp(pixels, axis=2) > 60)
    assert max(np.ptp(rows) / pixels.shape[0], np.ptp(columns) / pixels.shape[1]) > 0.6

    for group in page.locator("fieldset input[type=checkbox]").all():
        group.uncheck()

    names = canvas_of(page).convert("L").point(lambda value: 255 * (value > 150))
    assert n_regions(names.filter(ImageFilter.MaxFilter(15))) == 3
    assert np.asarray(names)[[0, -1]].max() == np.asarray(names)[:, [0, -1]].max() == 0


def n_regions(picture):
    found = 0
    while box := picture.getbbox():
        row = np.asarray(picture)[box[1]]
        ImageDraw.floodfill(picture, (int(row.argmax()), box[1]), 0)
        found += 1
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_the_plane_is_filled_named_and_nowhere_white(page, screen):
    page.set_viewport_size(screen)
    radio(page, "2D").check(force=True)
    plane = page.locator("svg[role=img]")
    names = plane.locator("text")
    expect(names).to_have_text(["Eixo 1", "Eixo 2"])
    whole = plane.bounding_box()
    for name in names.all():
        box = name.bounding_box()
        assert box["height"] >= 12
        assert whole["x"] <= box["x"] <= whole["x"] + whole["width"] - box["width"]
        assert whole["y"] <= box["y"] <= whole["y"] + whole["height"] - box["height"]
    pixels = np.asarray(Image.open(io.BytesIO(plane.screenshot())).convert("RGB"), int)
    rows, columns = np.nonzero(np.ptp(pixels, axis=2) > 60)
    assert 0.8 < max(np.ptp(rows) / pixels.shape[0], np.ptp(columns) / pixels.shape[1]) < 1
    is_white = Image.fromarray(np.uint8(255 * (pixels.min(axis=2) > 200)))
    # What is left of white are edges and letters, which are thin.
    assert np.asarray(is_white.filter(ImageFilter.MinFilter(5))).mean() == 0


def test_a_group_can_be_left_out_of_every_view(page):
    radio(page, "2D").check(force=True)
    everything = n_shown(page)

    page.get_by_role("checkbox", name=re.compile("Sem achados")).uncheck()

    assert 0 < n_shown(page) < everything
    radio(page, "Tabela").check(force=True)
    expect(page.get_by_role("cell", name="Sem achados")).to_have_count(0)


def test_the_keyboard_alone_finds_a_case_in_the_table(page):
    radio(page, "Tabela").check(force=True)
    sort = page.get_by_role("button", name="Eixo 1")
    sort.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Eixo 1")).to_have_attribute(
        "aria-sort", "ascending"
    )

    first = page.get_by_role("row").nth(1).get_by_role("button")
    first.focus()
    page.keyboard.press("Enter")

    details = page.get_by_role("complementary", name="Caso escolhido")
    expect(details.get_by_role("heading", name="Caso escolhido")).to_be_visible()
    expect(details.get_by_role("listitem")).to_have_count(5)


def test_the_table_of_cases_fits_a_desk_and_its_lines_meet(page):
    page.set_viewport_size({"width": 1440, "height": 900})
    radio(page, "Tabela").check(force=True)
    table = page.get_by_role("region", name="Tabela")
    assert table.evaluate("(region) => region.scrollWidth <= region.clientWidth")

    row = page.get_by_role("row").nth(3)
    boxes = [cell.bounding_box() for cell in row.get_by_role("cell").all()]
    edges = {round(box["y"] + box["height"]) for box in boxes}
    assert len(edges) == 1

    page.set_viewport_size({"width": 375, "height": 812})
    assert row.get_by_role("button").bounding_box()["x"] < 200


def coloured_point(picture):
    """Where a marker lies in a picture of the cases."""
    pixels = np.asarray(picture.convert("RGB"), int)
    row, column = np.argwhere(np.ptp(pixels, axis=2) > 60)[0]
    return {"x": int(column) + 2, "y": int(row) + 2}


@pytest.mark.parametrize("view", ["2D", "3D"])
def test_a_case_is_picked_by_a_click_and_one_that_is_left_out_is_not(page, view):
    radio(page, view).check(force=True)
    expect(page.get_by_text("Carregando o mapa")).to_have_count(0, timeout=PATIENCE_MS)
    at = coloured_point(canvas_of(page))
    chosen = page.get_by_role("heading", name="Caso escolhido")
    for group in page.locator("fieldset input[type=checkbox]").all():
        group.uncheck()

    page.mouse.click(*in_window(page, at))
    expect(chosen).to_have_count(0)

    for group in page.locator("fieldset input[type=checkbox]").all():
        group.check()
    page.mouse.click(*in_window(page, at))
    expect(chosen).to_be_visible()


def in_window(page, point):
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    return box["x"] + point["x"] + 1, box["y"] + point["y"] + 1


def test_on_a_phone_the_map_itself_is_seen_first(open_page, served):
    for width, height in ((375, 812), (320, 640)):
        page = open_page(f"{served.url}/#/map", viewport={"width": width, "height": height})
        for view in ("3D", "2D"):
            radio(page, view).check(force=True)
            box = page.locator("canvas").bounding_box()
            assert box["y"] + min(box["height"], 300) <= height
            legend = page.get_by_role("checkbox").first.bounding_box()
            assert legend["y"] > box["y"] + box["height"]


def test_the_wheel_is_the_pages_until_the_map_has_the_focus(page):
    for view in ("2D", "3D"):
        radio(page, view).check(force=True)
        expect(page.get_by_text("Carregando o mapa")).to_have_count(0, timeout=PATIENCE_MS)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        box = page.locator("canvas").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        before = page.locator("canvas").screenshot()

        page.mouse.wheel(0, -200)
        page.mouse.wheel(0, 60)
        page.wait_for_function("() => window.scrollY > 0")
        page.evaluate("window.scrollTo(0, 0)")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.locator("canvas").screenshot() == before

        page.get_by_role("group", name=view, exact=True).focus()
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(300)
        assert page.evaluate("window.scrollY") == 0
        assert page.locator("canvas").screenshot() != before


def test_keys_move_enlarge_and_bring_back_what_is_focused(page):
    for view in ("2D", "3D"):
        radio(page, view).check(force=True)
        expect(page.get_by_text("Carregando o mapa")).to_have_count(0, timeout=PATIENCE_MS)
        page.get_by_role("group", name=view, exact=True).focus()
        seen = [canvas_of(page).tobytes()]
        for key in ("+", "ArrowRight", "ArrowUp"):
            page.keyboard.press(key)
            seen.append(canvas_of(page).tobytes())
        assert len(set(seen)) == len(seen)
        page.keyboard.press("0")
        assert canvas_of(page).tobytes() == seen[0]


MAX_MS = 60
"""Of a processor's time; with an element per case it was 100 for each of these."""


def test_the_plane_is_enlarged_and_coloured_without_laying_out_each_case(page):
    radio(page, "2D").check(force=True)
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def processor_ms(control):
        before = busy_s(browser)
        control.evaluate("(element) => element.click()")
        page.wait_for_timeout(300)
        return 1000 * (busy_s(browser) - before)

    assert (
        np.median([processor_ms(page.get_by_role("button", name="Aproximar")) for _ in range(5)])
        < MAX_MS
    )
    groupings = [radio(page, "Base"), radio(page, "Achado")] * 2
    assert np.median([processor_ms(grouping) for grouping in groupings]) < MAX_MS
    assert page.locator("svg[role=img] *").count() < 20


def busy_s(browser):
    """Of a processor, for all that the page's own thread has done."""
    metrics = browser.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def test_ones_own_analysis_stands_among_the_cases(page):
    page.get_by_role("link", name="Analisar").click()
    upload(page)
    expect(page.get_by_role("heading", name=re.compile("^Padrão parecido"))).to_be_visible()
    page.get_by_role("link", name="Mapa de casos").click()

    choice = page.get_by_label("Sua análise")
    choice.select_option(index=1)

    expect(page).to_have_url(re.compile("#/map/.+"))
    expect(page.get_by_role("heading", name="Sua análise")).to_be_visible()


def test_the_map_is_exported_for_the_projector(page):
    page.get_by_role("heading", name="Baixar o mapa").scroll_into_view_if_needed()
    lines = []
    for name in ("tensors.tsv", "metadata.tsv"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        lines.append(download.value.path().read_text(encoding="utf-8").splitlines())

    assert len(lines[1]) == len(lines[0]) + 1
    assert lines[1][0].split("\t") == ["image", "finding", "source"]
