"""Images that are read on the visitor's own device, from a folder of static files."""

import re

import pytest
from playwright.sync_api import Page, Request, expect
from static_site import served_below_a_path

from raiox.phantom import example_png
from raiox.settings import Settings
from raiox.web.site.export import export_site

from .axe import violations
from .conftest import PAGE, upload

ANSWER = re.compile("^(Padrão parecido|Incerto)")
SWITCH = "A imagem não sai deste aparelho"
SITE_BYTES = 25 * 2**20
READING_MS = 240_000
"""The networks are fetched and compiled first, on a machine that may be busy."""
KEYS = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open('raiox-device');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const counts = ['analyses', 'images', 'keys'].map((name) => new Promise((done) => {
      const count = request.result.transaction(name).objectStore(name).count();
      count.onsuccess = () => done(count.result);
    }));
    Promise.all(counts).then(resolve);
  };
})"""
EXTRACTABLE = """() => new Promise((resolve) => {
  const request = indexedDB.open('raiox-device');
  request.onsuccess = () => {
    const get = request.result.transaction('keys').objectStore('keys').getAll();
    get.onsuccess = () => resolve(get.result.map(({ extractable }) => extractable));
  };
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), datasets=None)
    sizes = export_site(folder, PAGE, settings, base_path="/raios-x/")
    assert sum(sizes.values()) <= SITE_BYTES
    return folder


@pytest.fixture(scope="module")
def address(site):
    with served_below_a_path(site) as url:
        yield url


def expect_answer(page: Page) -> None:
    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=READING_MS)


def is_kept_for_offline(page: Page) -> None:
    """The second visit is under the service worker, which keeps what the page fetches."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()


def test_no_request_carries_anything_of_the_image(open_page, address):
    page = open_page("about:blank")
    requests: list[Request] = []

    def watch(request: Request) -> None:
        requests.append(request)

    page.on("request", watch)
    page.goto(address)

    expect(page.get_by_text(SWITCH)).to_be_visible()
    upload(page, example_png("phantom_clear"))
    expect_answer(page)

    fetched = [one for one in requests if one.url.startswith("http")]
    assert len(fetched) > 5
    assert {one.method for one in fetched} == {"GET"}
    assert [one.post_data_buffer for one in fetched if one.post_data_buffer] == []
    assert not [one.url for one in fetched if not one.url.startswith(address) or "?" in one.url]
    assert not [one.url for one in fetched if "/api/" in one.url]


def test_the_answer_has_bars_maps_and_its_place_among_the_cases(open_page, address):
    page = open_page(address)
    upload(page, example_png("phantom_clear"))
    expect_answer(page)

    expect(page.get_by_role("img", name=re.compile("Mapa")).first).to_be_attached()
    page.goto(f"{address}#/history")
    page.reload()
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    assert page.evaluate(EXTRACTABLE) == [False]
    assert violations(page) == {}


def test_the_key_dies_with_the_last_analysis(open_page, address):
    page = open_page(address)
    upload(page, example_png("phantom_clear"))
    expect_answer(page)
    assert page.evaluate(KEYS) == [1, 1, 1]

    page.get_by_role("button", name="Apagar").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Sim, apagar").first.click()
    expect(page.get_by_role("heading", name=ANSWER)).to_be_hidden()

    assert page.evaluate(KEYS) == [0, 0, 0]


def test_an_image_is_read_without_a_network_after_the_first_visit(open_page, address):
    page = open_page(address)
    is_kept_for_offline(page)
    upload(page, example_png("phantom_clear"))
    expect_answer(page)

    page.context.set_offline(True)
    page.goto(address)
    page.reload()
    upload(page, example_png("phantom_clear"))

    expect_answer(page)


def test_half_a_file_ends_in_a_sentence(open_page, address):
    page = open_page(address)
    upload(page, example_png("phantom_clear")[:3000])

    expect(
        page.get_by_role("heading", name=re.compile("incompleto|pela metade|cortad"))
    ).to_be_visible(timeout=READING_MS)
