"""The built page as files, and the page without JavaScript."""

import pytest
from fakes import png

from raiox.messages import messages_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def page_dir(tmp_path):
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>raiox</title>")
    (folder / "assets" / "index-B1gH4sH9.js").write_text("export {}")
    return folder


async def test_hashed_files_stay_and_the_page_is_revalidated(start, page_dir):
    async with start(page_dir=page_dir) as service:
        browser = service.browser()
        page = await browser.get("/")
        script = await browser.get("/assets/index-B1gH4sH9.js")
        again = await browser.get("/", headers={"If-None-Match": page.headers["etag"]})

    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/assets/../../var/session.key", "/assets/%2e%2e/%2e%2e/var/session.key", "/assets/"]
)
async def test_only_files_of_the_page_are_served(start, page_dir, path):
    async with start(page_dir=page_dir) as service:
        answer = await service.browser().get(path)

    assert answer.status_code == 404


async def test_an_address_that_is_none_is_a_page_for_browsers_and_a_document_for_programs(start):
    async with start() as service:
        browser = service.browser()
        page = await browser.get(
            "/historico", headers={"Accept": "text/html", "Accept-Language": "pt"}
        )
        document = await browser.get("/historico")

    assert [page.status_code, document.status_code] == [404, 404]
    assert page.headers["content-type"].startswith("text/html")
    assert messages_for("not_found", "pt", {})["title"] in page.text
    assert document.json()["code"] == "not_found"


async def test_without_a_built_page_the_plain_one_answers(start):
    async with start() as service:
        answer = await service.browser(follow_redirects=True).get("/")

    assert 'enctype="multipart/form-data"' in answer.text


@pytest.mark.parametrize(("language", "words"), [("pt", "Padrão parecido"), ("en", "Pattern like")])
async def test_the_plain_page_shows_the_answer_in_both_languages(start, language, words):
    async with start() as service:
        browser = service.browser(follow_redirects=True)
        answer = await browser.post(f"/plain?lang={language}", files={"file": ("a.png", png())})

    assert answer.status_code == 200
    assert words in answer.text
    assert answer.text.count("<meter") == 3
    assert answer.text.count("/heatmap/") == 3
    assert f'lang="{language}"' in answer.text


async def test_the_plain_page_says_why_an_image_is_refused(start):
    async with start() as service:
        browser = service.browser(follow_redirects=True)
        document = await browser.post("/plain", files={"file": ("a.png", png(mean=250))})
        broken = await browser.post("/plain", files={"file": ("a.png", b"no image")})

    assert document.status_code == 200
    assert "<meter" not in document.text
    assert broken.status_code == 415
    assert "<form" in broken.text


async def test_the_plain_page_never_shows_what_was_sent(start):
    async with start() as service:
        browser = service.browser(follow_redirects=True)
        name = "<script>alert(1)</script>.png"
        answer = await browser.post("/plain", files={"file": (name, png())})
        missing = await browser.get("/plain/<script>alert(1)<script>?lang=<b>")

    assert "<script" not in answer.text
    assert "<script" not in missing.text
