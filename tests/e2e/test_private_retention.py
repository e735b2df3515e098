"""What a device keeps of an analysis, and for how long: the settings that hold on the server hold here."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from static_site import served_below_a_path

from raiox.phantom import example_png
from raiox.settings import Settings
from raiox.web.site.export import export_site

from .conftest import PAGE, upload
from .test_private_mode import expect_answer

pytestmark = pytest.mark.service_worker

HOUR_S = 3_600
KEPT = """async () => {
  const database = await new Promise((resolve) => {
    indexedDB.open('raiox-device').onsuccess = ({ target }) => resolve(target.result);
  });
  const all = (name) => new Promise((resolve) => {
    database.transaction(name).objectStore(name).getAll().onsuccess = ({ target }) => resolve(target.result);
  });
  const [records, images] = [await all('analyses'), await all('images')];
  const is = (value) => value !== null;
  return {
    results: records.length,
    thumbnails: records.filter(({ thumbnail }) => is(thumbnail)).length,
    maps: records.filter(({ maps }) => is(maps)).length,
    images: images.length,
    values: images.filter(({ values }) => is(values)).length,
  };
}"""


@pytest.fixture(scope="module")
def deep_radiograph() -> bytes:
    shades = np.asarray(Image.open(io.BytesIO(example_png("phantom_clear"))).convert("L"))
    finer = np.random.default_rng(0).integers(0, 257, shades.shape)
    file = io.BytesIO()
    Image.fromarray((shades.astype(np.uint16) * 255 + finer).astype(np.uint16)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def read(open_page, tmp_path, deep_radiograph):
    """Reads an image of 16 bits on a site of these settings; returns the page."""
    sites = []

    def read(**records: object) -> Page:
        folder = tmp_path / "site"
        settings = Settings(data_dir=tmp_path / "var", datasets=None, records=records)
        export_site(folder, PAGE, settings, base_path="/raios-x/")
        site = served_below_a_path(folder)
        sites.append(site)
        page = open_page(site.__enter__())
        upload(page, deep_radiograph)
        expect_answer(page)
        return page

    yield read
    for site in sites:
        site.__exit__(None, None, None)


def let_pass(page: Page, hours: float) -> None:
    """Look at the history so many hours later."""
    page.clock.set_fixed_time(page.evaluate("Date.now()") / 1_000 + hours * HOUR_S)
    page.goto(page.url.partition("#")[0] + "#/history")
    page.reload()
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()


def test_all_of_it_is_kept_and_the_small_picture_goes_with_the_large_one(read):
    page = read()

    everything = {"results": 1, "thumbnails": 1, "maps": 1, "images": 1, "values": 1}
    assert page.evaluate(KEPT) == everything
    let_pass(page, 25)
    assert page.evaluate(KEPT) == everything | {"thumbnails": 0, "images": 0, "values": 0}


def test_values_are_not_kept_where_the_operator_keeps_none(read):
    page = read(keep_values=False)

    assert page.evaluate(KEPT) == {
        "results": 1,
        "thumbnails": 1,
        "maps": 1,
        "images": 1,
        "values": 0,
    }


def test_heatmaps_go_with_their_image_where_the_operator_says_so(read):
    page = read(delete_heatmaps_with_image=True, keep_images_h=1)

    let_pass(page, 2)
    assert page.evaluate(KEPT) == {
        "results": 1,
        "thumbnails": 0,
        "maps": 0,
        "images": 0,
        "values": 0,
    }


def test_an_image_that_is_not_to_be_kept_leaves_no_picture_at_all(read):
    page = read(keep_images_h=0)

    assert page.evaluate(KEPT) == {
        "results": 1,
        "thumbnails": 0,
        "maps": 1,
        "images": 0,
        "values": 0,
    }
