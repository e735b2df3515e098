"""Images that are read on the visitor's own device, from a folder of static files."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Request, expect
from static_site import served_below_a_path

from raiox.phantom import example_png
from raiox.settings import Settings
from raiox.web.site.export import export_site

from .axe import violations
from .conftest import CHROMIUM, FLAGS, PAGE, PATIENCE_MS, fresh_visitors, open_folds, upload
from .test_viewer import press

pytestmark = pytest.mark.service_worker

ANSWER = re.compile("^(Padrão parecido|Incerto)")
SWITCH = "A imagem não sai deste aparelho"
MEBIBYTE = 2**20
SITE_BYTES = 25 * MEBIBYTE
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
def sent():
    """Bytes that the host has sent of each file."""
    return {}


@pytest.fixture(scope="module")
def address(site, sent):
    with served_below_a_path(site, sent) as url:
        yield url


def expect_answer(page: Page) -> None:
    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=READING_MS)


@dataclass
class Visitor:
    """Somebody whose image was read, and all that their page has requested."""

    page: Page
    requests: list[Request] = field(default_factory=list)

    def note(self, request: Request) -> None:
        self.requests.append(request)


@pytest.fixture(scope="module")
def visitor(browser, address):
    """One for all tests that begin with a reading: the networks are fetched and compiled once."""
    with fresh_visitors(browser, "allow") as open_page:
        visitor = Visitor(open_page("about:blank"))
        visitor.page.on("request", visitor.note)
        visitor.page.goto(address)
        expect(visitor.page.get_by_text(SWITCH)).to_be_visible()
        upload(visitor.page, example_png("phantom_clear"))
        expect_answer(visitor.page)
        yield visitor


def test_no_request_carries_anything_of_the_image(visitor, address):
    fetched = [one for one in visitor.requests if one.url.startswith("http")]
    assert len(fetched) > 5
    assert {one.method for one in fetched} == {"GET"}
    assert [one.post_data_buffer for one in fetched if one.post_data_buffer] == []
    assert not [one.url for one in fetched if not one.url.startswith(address) or "?" in one.url]
    assert not [one.url for one in fetched if "/api/" in one.url]


def test_the_lungs_are_outlined_and_the_scores_read_again_without_them(visitor):
    page = visitor.page
    press(page, "l")
    expect(page.get_by_role("img", name=re.compile("contorna os pulmões"))).to_be_visible()
    expect(page.locator(".controls")).to_contain_text("da área dos pulmões (direito")
    open_folds(page)
    page.get_by_role("button", name="Cobrir os pulmões e ler de novo").click()
    expect(page.get_by_role("row", name=re.compile("^COVID-19"))).to_be_visible(timeout=READING_MS)
    expect(page.get_by_text("escolha “Salvar como PDF”")).to_be_visible()
    assert violations(page) == {}
    page.reload()
    press(page, "l")
    expect(page.get_by_role("img", name=re.compile("contorna os pulmões"))).to_be_visible()


def test_the_answer_has_bars_maps_and_its_place_among_the_cases(visitor, address):
    expect(visitor.page.get_by_role("img", name=re.compile("Mapa")).first).to_be_attached()
    history = visitor.page.context.new_page()
    history.goto(f"{address}#/history")
    expect(history.get_by_role("main").get_by_role("link").first).to_be_visible()
    assert history.evaluate(EXTRACTABLE) == [False]
    assert violations(history) == {}
    history.close()


def test_the_key_dies_with_the_last_analysis(visitor):
    page = visitor.page
    assert page.evaluate(KEYS) == [1, 1, 1]

    page.get_by_role("button", name="Apagar").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Sim, apagar").first.click()
    expect(page.get_by_role("heading", name=ANSWER)).to_be_hidden()

    assert page.evaluate(KEYS) == [0, 0, 0]


def test_the_whole_history_of_the_device_goes_at_once(visitor):
    page = visitor.page
    upload(page, example_png("phantom_clear"))
    expect_answer(page)
    page.get_by_role("link", name="Histórico").click()
    page.get_by_role("button", name="Apagar tudo").click()
    page.get_by_role("button", name="Sim, apagar").click()

    expect(page.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()
    assert page.evaluate(KEYS) == [0, 0, 0]


def test_half_a_file_ends_in_a_sentence(visitor):
    visitor.page.get_by_role("link", name="Analisar", exact=True).click()
    upload(visitor.page, example_png("phantom_clear")[:3000])

    expect(
        visitor.page.get_by_role("heading", name=re.compile("incompleto|pela metade|cortad"))
    ).to_be_visible(timeout=READING_MS)


def test_an_image_is_read_without_a_network_after_the_first_visit(visitor, address):
    page = visitor.page
    page.context.set_offline(True)
    page.goto(address)
    page.reload()
    upload(page, example_png("phantom_clear"))

    expect_answer(page)
    page.context.set_offline(False)


def test_a_second_visit_fetches_no_network_again_whatever_the_host_says_of_caching(
    visitor, address, sent
):
    visitor.page.wait_for_load_state("networkidle")
    first = sum(sent.values())

    second = visitor.page.context.new_page()
    visitor.page.goto("about:blank")
    second.wait_for_timeout(2_000)  # what the first one had still requested
    sent.clear()
    second.goto(address)
    upload(second, example_png("phantom_clear"))
    expect_answer(second)
    second.wait_for_load_state("networkidle")

    assert first > 6 * MEBIBYTE
    assert not [name for name in sent if name.startswith(("models/", "assets/"))]
    assert sum(sent.values()) < MEBIBYTE, "only the page itself, the examples and device.json"


def test_without_headers_of_isolation_one_thread_computes(open_page, address):
    page = open_page(address)

    assert page.evaluate("crossOriginIsolated") is False


NO_DATABASE = """Object.defineProperty(window, 'indexedDB', {
  get() { throw new DOMException('denied', 'SecurityError'); } })"""
NO_ROOM = """IDBObjectStore.prototype.put = () => {
  throw new DOMException('full', 'QuotaExceededError'); }"""


@pytest.mark.parametrize(
    ("script", "sentence"),
    [(NO_DATABASE, "Este navegador não guarda nada desta página"), (NO_ROOM, "Não há mais espaço")],
    ids=["refused", "full"],
)
def test_what_cannot_be_kept_lasts_as_long_as_the_page_and_the_page_says_so(
    open_page, address, script, sentence
):
    page = open_page("about:blank")
    page.add_init_script(script)
    page.goto(address)
    upload(page, example_png("phantom_clear"))
    expect_answer(page)
    page.goto(f"{address}#/history")

    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_without_https_an_image_is_read_and_the_page_says_what_is_missing(browser_type, address):
    flags = [*FLAGS, "--host-resolver-rules=MAP hospital.lan 127.0.0.1"]
    browser = browser_type.launch(executable_path=CHROMIUM, args=flags)
    page = browser.new_context(locale="pt-BR").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address.replace("127.0.0.1", "hospital.lan"))
    assert page.evaluate("isSecureContext") is False

    expect(page.get_by_text("Sem https")).to_be_visible()
    upload(page, example_png("phantom_clear"))
    expect_answer(page)
    browser.close()


COUNT = """(name) => new Promise((resolve) => {
  const request = indexedDB.open('raiox-device');
  request.onsuccess = () => {
    const count = request.result.transaction(name).objectStore(name).count();
    count.onsuccess = () => resolve(count.result);
  };
})"""


def test_two_tabs_share_the_history_and_one_in_the_background_ends_its_reading(open_page, address):
    page = open_page(address)
    other = page.context.new_page()
    other.goto(address)
    for tab in (page, other):
        upload(tab, example_png("phantom_clear"))
    other.bring_to_front()

    expect_answer(other)
    expect_answer(page)
    other.goto(f"{address}#/history")
    other.reload()
    expect(other.get_by_role("main").get_by_role("link").first).to_be_visible()
    assert other.evaluate(COUNT, "analyses") == page.evaluate(COUNT, "analyses") == 2


def test_images_and_results_go_when_their_time_is_over(open_page, address):
    page = open_page(address)
    upload(page, example_png("phantom_clear"))
    expect_answer(page)
    kept = [page.evaluate(COUNT, name) for name in ("analyses", "images", "keys")]

    left = []
    for hours in (25, 24 * 400):
        later = page.evaluate("Date.now()") / 1_000 + hours * 3_600
        page.clock.set_fixed_time(later)
        page.goto(f"{address}#/history")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(1_000)
        left.append([page.evaluate(COUNT, name) for name in ("analyses", "images", "keys")])

    assert (kept, left) == ([1, 1, 1], [[1, 0, 1], [0, 0, 0]])


SILENT = (
    "onmessage = ({ data }) => data.kind === 'open' && postMessage({ kind: 'opened', nThreads: 1 })"
)


def test_a_file_that_holds_the_reader_up_ends_in_a_sentence(open_page, address):
    page = open_page("about:blank", service_workers="block")
    page.clock.install()
    page.context.route(
        "**/device-worker-*.js",
        lambda route: route.fulfill(body=SILENT, content_type="text/javascript"),
    )
    page.goto(address)
    upload(page, example_png("phantom_clear"))
    page.wait_for_timeout(3_000)
    page.clock.fast_forward(31_000)

    expect(page.get_by_text(re.compile("30"))).not_to_have_count(0)
    expect(page.get_by_role("heading", name=ANSWER)).to_have_count(0)
