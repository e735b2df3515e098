"""The radiograph: zoomed and moved, by mouse, fingers and keys."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import upload

PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
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
    expect(page.get_by_role("heading", name=re.compile("^Padrão parecido"))).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    until(page, "document.querySelector('.radiograph img').naturalWidth > 0")
    settle(page)


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
    page.get_by_label("Zoom").fill("4")
    stage = page.locator(".stage")
    page.evaluate("scrollTo(0, 0)")
    box = stage.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + 150)

    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 90, middle[1] - 60, steps=5)
    page.mouse.up()

    assert stage.evaluate("(stage) => [stage.scrollLeft > 0, stage.scrollTop > 0]") == [True, True]


def test_the_wheel_comes_nearer_to_the_point_under_the_mouse(page):
    point = point_of_radiograph(page)
    before = page.evaluate(PLACE_UNDER, point)
    page.mouse.move(*point)

    for _ in range(4):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(50)

    assert zoom_of(page) > 2
    assert page.evaluate(PLACE_UNDER, point) == pytest.approx(before, abs=0.01)
    assert page.evaluate("scrollY") == 0


def test_the_wheel_scrolls_the_page_where_the_image_cannot_be_farther_away(page):
    page.set_viewport_size({"width": 1280, "height": 500})
    settle(page)
    page.mouse.move(*point_of_radiograph(page))

    page.mouse.wheel(0, 200)

    until(page, "scrollY > 0")
    assert zoom_of(page) == 1


def test_a_wheel_that_turns_the_page_does_not_begin_to_zoom(page):
    page.set_viewport_size({"width": 1280, "height": 500})
    settle(page)
    page.mouse.move(*point_of_radiograph(page))
    page.mouse.wheel(0, 200)
    until(page, "scrollY > 0")

    page.mouse.wheel(0, -100)

    page.wait_for_timeout(100)
    assert zoom_of(page) == 1


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
    page.get_by_label("Zoom").focus()
    page.keyboard.press("End")
    stage = page.locator(".stage")
    stage.focus()

    page.keyboard.press("ArrowRight")

    until(page, "document.querySelector('.stage').scrollLeft > 0")
    assert zoom_of(page) == 4
