"""Window, level and pixel values of a file of 16 bits, by the real service in a real browser."""

import io
import re

import numpy as np
import pytest
from fakes import deep_png
from PIL import Image
from playwright.sync_api import expect

from .conftest import upload
from .test_viewer import open_adjustments, pixel_seen, point_of_radiograph, press, readout, settle

VALUES = np.asarray(Image.open(io.BytesIO(deep_png())))
SHADES = 255


@pytest.fixture
def page(open_page, served):
    page = open_page(served.url)
    upload(page, deep_png())
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()
    page.get_by_role("radio", name="Sem mapa").check(force=True)
    open_adjustments(page)
    expect(readout(page)).to_contain_text("valores do arquivo")
    return page


def pointed(page, right, down):
    """Where the pointer is, and the column, row and value that the page says."""
    page.evaluate("scrollTo(0, 0)")
    point = point_of_radiograph(page, right, down)
    page.mouse.move(*point)
    settle(page)
    found = re.search(r"Pixel \((\d+), (\d+)\): ([\d.]+)", readout(page).inner_text())
    return point, [int(number.replace(".", "")) for number in found.groups()]


@pytest.mark.parametrize(("right", "down"), [(0.2, 0.3), (0.5, 0.5), (0.9, 0.8)])
def test_the_value_under_the_pointer_is_that_of_the_file(page, right, down):
    _, (column, row, value) = pointed(page, right, down)

    assert VALUES[row, column] == value
    assert value > SHADES


def test_a_window_spreads_values_that_one_shade_of_the_picture_holds_together(page):
    centre, width = 14_300, 1_200
    page.get_by_role("slider", name="Nível").fill(str(centre))
    page.get_by_role("slider", name="Janela").fill(str(width))
    text = readout(page).inner_text().replace(".", "")
    set_to = re.search(r"Nível (\d+) · janela (\d+)", text)
    centre, width = int(set_to[1]), int(set_to[2])

    seen = {}
    for down in (0.3, 0.48, 0.5, 0.52, 0.7):
        point, (_, _, value) = pointed(page, 0.5, down)
        seen[value] = pixel_seen(page, point)

    for value, shade in seen.items():
        shown = min(1, max(0, (value - centre) / width + 0.5))
        # Rows of the file lie 448 values apart, a third of the window: the browser draws between two.
        assert shade == pytest.approx(SHADES * shown, abs=SHADES * 448 / width / 2 + 4)
    assert len(set(seen.values())) > 3


def test_presets_and_dragging_count_in_the_values_of_the_file(page):
    page.get_by_role("button", name="Tons escuros (pulmões)").click()
    level = int(re.search(r"Nível ([\d.]+)", readout(page).inner_text())[1].replace(".", ""))
    low, high = np.quantile(VALUES, (0.01, 0.6))
    assert level == pytest.approx((low + high) / 2, rel=0.02)

    page.get_by_role("button", name="Como no arquivo").click()
    expect(readout(page)).to_contain_text("janela 65.535")
    page.mouse.move(*point_of_radiograph(page, 0.5, 0.5))
    page.mouse.down(button="right")
    end = point_of_radiograph(page, 0.5, 0.5)
    page.mouse.move(end[0] - 100, end[1], steps=4)
    page.mouse.up(button="right")

    # 100 pixels are worth 50 shades, each a 255th of the window of the file.
    text = readout(page).inner_text()
    width = int(re.search(r"janela ([\d.]+)", text)[1].replace(".", ""))
    assert width == pytest.approx(65_535 - 50 * 65_535 / SHADES, rel=0.01)
    press(page, "0")
    expect(readout(page)).to_contain_text("janela 65.535")
