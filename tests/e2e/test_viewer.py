"""The radiograph as a workstation shows it, by mouse, fingers and keys."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from .axe import violations
from .conftest import upload
from .documents import HEIGHT_PX, SPACING_MM, WIDTH_PX, draw_phantom

PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
MAX_ZOOM = 8
TOUCH_PX = 40
"""How far two fingers are from their middle when they begin."""
PLACE_UNDER = """([x, y]) => {
    const radiograph = document.querySelector('.radiograph').getBoundingClientRect();
    return [(x - radiograph.left) / radiograph.width, (y - radiograph.top) / radiograph.height];
}"""


@pytest.fixture
def page(open_page, stand_in):
    page = open_page(stand_in.url)
    bring_radiograph(page)
    return page


def bring_radiograph(page):
    upload(page)
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    until(page, "document.querySelector('.radiograph img').naturalWidth > 0")
    settle(page)


def open_adjustments(page):
    page.get_by_text(re.compile("^Ajustar (o mapa e )?a imagem$")).click()


def until(page, condition):
    """Playwright's own waiting needs `eval`, which the page forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


def settle(page):
    """Until what was asked for is drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def point_of_radiograph(page, right=0.7, down=0.3):
    """A point of the window, given as shares of the radiograph."""
    box = page.locator(".radiograph").bounding_box()
    return [box["x"] + right * box["width"], box["y"] + down * box["height"]]


def zoom_of(page):
    return float(
        page.locator(".radiograph").evaluate("(node) => node.style.getPropertyValue('--zoom')")
    )


def test_a_larger_image_is_moved_by_dragging(page):
    open_adjustments(page)
    page.get_by_label("Zoom").fill("4")
    stage = page.locator("figure .stage")
    page.evaluate("scrollTo(0, 0)")
    box = stage.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + 150)

    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 90, middle[1] - 60, steps=5)
    page.mouse.up()

    assert stage.evaluate("(stage) => [stage.scrollLeft > 0, stage.scrollTop > 0]") == [True, True]


def test_the_wheel_of_a_chosen_image_comes_nearer_to_the_point_under_the_mouse(page):
    point = point_of_radiograph(page, 0.5)
    before = page.evaluate(PLACE_UNDER, point)
    page.mouse.click(*point)

    for _ in range(4):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(50)

    assert zoom_of(page) > 2
    assert page.evaluate(PLACE_UNDER, point) == pytest.approx(before, abs=0.01)
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("down", [200, -100])
def test_the_wheel_scrolls_the_page_until_the_image_is_chosen_or_ctrl_is_held(page, down):
    page.set_viewport_size({"width": 1280, "height": 500})
    settle(page)
    page.evaluate("scrollTo(0, 150)")
    settle(page)
    page.mouse.move(*point_of_radiograph(page))

    page.mouse.wheel(0, down)

    until(page, f"scrollY {'>' if down > 0 else '<'} 150")
    assert zoom_of(page) == 1
    page.mouse.move(*point_of_radiograph(page))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    until(page, "document.querySelector('.radiograph').style.getPropertyValue('--zoom') > 1")


def test_two_fingers_come_nearer_to_the_point_between_them(open_page, stand_in):
    page = open_page(stand_in.url, **PHONE)
    bring_radiograph(page)
    point = point_of_radiograph(page)
    before = page.evaluate(PLACE_UNDER, point)
    session = page.context.new_cdp_session(page)

    for kind, far in (("touchStart", 1), ("touchMove", 1.5), ("touchMove", 2), ("touchEnd", 0)):
        fingers = [
            {"x": point[0] + side * far * TOUCH_PX, "y": point[1], "id": n}
            for n, side in enumerate((-1, 1))
        ]
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers if far else []}
        )

    assert zoom_of(page) == pytest.approx(2, abs=0.05)
    assert page.evaluate(PLACE_UNDER, point) == pytest.approx(before, abs=0.02)


def test_the_keyboard_comes_nearer_and_moves_the_radiograph(page):
    open_adjustments(page)
    page.get_by_label("Zoom").focus()
    page.keyboard.press("End")
    stage = page.locator("figure .stage")
    stage.focus()

    page.keyboard.press("ArrowRight")

    until(page, "document.querySelector('figure .stage').scrollLeft > 0")
    assert zoom_of(page) == MAX_ZOOM


def readout(page):
    return page.locator(".controls p").first


def pixel_seen(page, point):
    """Brightness of what the browser has drawn at a point of the window."""
    clip = {"x": round(point[0]), "y": round(point[1]), "width": 1, "height": 1}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L").getpixel((0, 0))


def press(page, *keys):
    page.locator("figure .stage").first.focus()
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def test_the_pixel_under_the_pointer_is_that_of_the_file(page):
    page.mouse.move(*point_of_radiograph(page, 0.7, 0.3))

    expect(readout(page)).to_contain_text("Pixel (")
    column, row, value = map(
        int, re.search(r"Pixel \((\d+), (\d+)\): (\d+)", readout(page).inner_text()).groups()
    )
    assert draw_phantom().getpixel((column, row)) == value
    assert [column, row] == pytest.approx([0.7 * WIDTH_PX, 0.3 * HEIGHT_PX], abs=2)
    press(page, "r", "x")
    page.mouse.move(*point_of_radiograph(page, 0.4, 0.6))
    column, row, value = map(
        int, re.search(r"Pixel \((\d+), (\d+)\): (\d+)", readout(page).inner_text()).groups()
    )
    assert draw_phantom().getpixel((column, row)) == value
    # Flipped as it is seen, after a turn clockwise: columns run downwards, rows to the right.
    assert [column, row] == pytest.approx([0.6 * WIDTH_PX, 0.4 * HEIGHT_PX], abs=2)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_window_shows_each_value_as_its_formula_says(page, inverted):
    page.get_by_role("radio", name="Sem mapa").check(force=True)
    open_adjustments(page)
    page.get_by_role("slider", name="Nível").fill("90")
    page.get_by_role("slider", name="Janela").fill("120")
    if inverted:
        press(page, "i")
    for right, down in ((0.3, 0.5), (0.5, 0.75), (0.7, 0.2)):
        page.evaluate("scrollTo(0, 0)")
        point = point_of_radiograph(page, right, down)
        page.mouse.move(*point)
        settle(page)
        value = int(readout(page).inner_text().split("): ")[1].split()[0])
        shown = min(1, max(0, (value - 90) / 120 + 0.5))
        shown = 1 - shown if inverted else shown
        assert pixel_seen(page, point) == pytest.approx(255 * shown, abs=12)  # between two pixels


def test_dragging_with_the_right_button_changes_the_window_and_keys_bring_it_back(page):
    expect(readout(page)).to_contain_text("Nível 128 · janela 255")
    page.mouse.move(*point_of_radiograph(page, 0.5, 0.5))
    page.mouse.down(button="right")
    point = point_of_radiograph(page, 0.5, 0.5)
    page.mouse.move(point[0] - 100, point[1] - 40, steps=4)
    page.mouse.up(button="right")

    expect(readout(page)).to_contain_text("Nível 108 · janela 205")
    press(page, "0")
    expect(readout(page)).to_contain_text("Nível 128 · janela 255")


def test_presets_follow_the_values_of_the_image(page):
    open_adjustments(page)
    page.get_by_role("button", name="Tons escuros (pulmões)").click()
    dark = readout(page).inner_text()
    page.get_by_role("button", name="Tons claros (mediastino)").click()
    bright = readout(page).inner_text()

    levels = [int(re.search(r"Nível (\d+)", text)[1]) for text in (dark, bright)]
    assert levels[0] < levels[1]
    page.get_by_role("button", name="Como no arquivo").click()
    expect(readout(page)).to_contain_text("Nível 128 · janela 255")


def test_keys_turn_flip_and_invert_the_image_and_it_says_so(page):
    press(page, "r", "x", "i")

    for text in ("girada 270°", "espelhada: direita e esquerda trocadas", "tons invertidos"):
        expect(readout(page)).to_contain_text(text)
    box = page.locator(".radiograph").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(HEIGHT_PX / WIDTH_PX, rel=0.01)
    press(page, "0")
    expect(readout(page)).not_to_contain_text("girada")


def test_keys_are_the_pages_own_outside_of_the_image_and_the_help_lists_them_all(page):
    page.get_by_role("link", name="Histórico").focus()
    page.keyboard.press("i")
    expect(readout(page)).not_to_contain_text("tons invertidos")

    press(page, "?")

    sheet = page.get_by_role("dialog", name="Atalhos")
    expect(sheet).to_be_visible()
    expect(sheet.locator("dt")).to_have_count(17)
    assert violations(page) == {}
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert page.evaluate("document.activeElement.className.includes('stage')")


def draw_line(page, right, down):
    begin, end = point_of_radiograph(page, 0.25, 0.25), point_of_radiograph(page, right, down)
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_a_length_is_in_pixels_where_the_file_has_no_scale(page):
    press(page, "m")

    draw_line(page, 0.75, 0.25)

    text = page.get_by_text("Comprimento:").inner_text()
    assert int(re.search(r"(\d+) pixels", text)[1]) == pytest.approx(WIDTH_PX / 2, abs=2)


def test_a_length_is_in_millimetres_where_the_file_has_a_scale(open_page, stand_in):
    stand_in.script.answer = "no_finding"
    page = open_page(stand_in.url)
    bring_radiograph(page)
    press(page, "m")
    begin, end = point_of_radiograph(page, 0.25, 0.25), point_of_radiograph(page, 0.25, 0.75)

    page.mouse.click(*begin)  # two clicks are as good as dragging
    page.mouse.click(*end)
    page.mouse.move(*begin)

    text = page.get_by_text("Comprimento:").inner_text()
    length = float(re.search(r"([\d,]+) mm", text)[1].replace(",", "."))
    assert length == pytest.approx(HEIGHT_PX / 2 * SPACING_MM, abs=1)


def test_radiograph_and_heatmap_are_seen_side_by_side_and_move_together(page):
    press(page, "s", "+", "+", "+", "+")

    expect(page.locator("figure .stage")).to_have_count(2)
    expect(page.locator("figure .stage").first.locator("svg[role=img]")).to_have_count(0)
    expect(page.locator("figure .stage").last.locator("svg[role=img]")).to_have_count(1)
    page.locator("figure .stage").first.evaluate("(stage) => stage.scrollTo(60, 40)")
    settle(page)
    places = page.locator("figure .stage").evaluate_all(
        "(stages) => stages.map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop])"
    )
    assert places[0] == pytest.approx(places[1], abs=2)
    assert min(places[0]) > 30


def test_a_heatmap_darkens_nothing_and_its_legend_is_what_is_seen(page):
    bands = page.locator("svg.fill path")
    assert bands.evaluate_all("(paths) => paths.map((path) => path.getAttribute('fill'))") == [
        *("rgb(212 72 66)", "rgb(245 125 21)", "rgb(250 193 39)", "rgb(252 255 164)")
    ]
    swatches = page.locator(".swatch > span")
    seen = swatches.evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert seen == [
        *("rgb(212, 72, 66)", "rgb(245, 125, 21)", "rgb(250, 193, 39)", "rgb(252, 255, 164)")
    ]
    box = page.locator(".radiograph").bounding_box()
    with_map = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L"), int)
    page.get_by_role("radio", name="Sem mapa").check(force=True)
    settle(page)
    page.evaluate("scrollTo(0, 0)")
    plain = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L"), int)
    # Contours have a dark edge, so that they are seen on white too; what they enclose has none.
    darker = (with_map < plain - 3).mean()
    assert darker < 0.03
    assert (with_map > plain + 3).mean() > 0.05


def test_a_higher_threshold_leaves_only_the_strongest_support(page):
    open_adjustments(page)
    page.get_by_role("slider", name="A partir de").fill("0.6")

    expect(page.locator("svg.fill path")).to_have_count(2)
    expect(page.locator(".swatch")).to_have_count(2)


def test_digits_choose_the_map_and_h_hides_it(page):
    outline = page.locator("svg.fill path").first.get_attribute("d")
    press(page, "1")
    expect(page.get_by_role("img", name="Mapa de calor: Sem achados")).to_be_visible()
    assert page.locator("svg.fill path").first.get_attribute("d") != outline

    press(page, "h")
    expect(page.get_by_role("img", name=re.compile("Mapa de calor"))).to_have_count(0)
    press(page, "h")
    expect(page.get_by_role("img", name="Mapa de calor: COVID-19")).to_be_visible()


def test_keys_lead_from_one_radiograph_to_the_next_and_back(page):
    first = page.evaluate("location.hash")
    upload(page)
    expect(page.get_by_role("button", name="Anterior")).to_be_visible()
    until(page, f"location.hash.length > 5 && location.hash !== '{first}'")
    second = page.evaluate("location.hash")
    press(page, "n")
    until(page, f"location.hash === '{first}'")

    page.keyboard.press("n")  # the image kept the focus

    until(page, f"location.hash === '{second}'")


def test_the_radiograph_fills_the_screen_and_leaves_it(page):
    press(page, "f")
    until(page, "document.fullscreenElement?.tagName === 'FIGURE'")
    assert page.evaluate("innerWidth") == page.evaluate("document.fullscreenElement.offsetWidth")

    press(page, "f")
    until(page, "document.fullscreenElement === null")


def test_one_finger_changes_the_window_with_that_tool(open_page, stand_in):
    page = open_page(stand_in.url, **PHONE)
    bring_radiograph(page)
    page.get_by_text("Ferramentas da imagem").click()
    page.get_by_role("button", name="Janela").click()
    point = point_of_radiograph(page, 0.5, 0.5)
    session = page.context.new_cdp_session(page)

    for kind, left in (("touchStart", 0), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        fingers = [] if left is None else [{"x": point[0] - left, "y": point[1], "id": 0}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    expect(readout(page)).to_contain_text("janela 225")
