"""Where images are read: what an operator offers, what a visitor chooses, and what is sent then."""

import re

import pytest
from playwright.sync_api import Page, Request, expect
from serving import Served

from raiox.phantom import example_png

from .conftest import upload

pytestmark = pytest.mark.service_worker

SWITCH = "A imagem não sai deste aparelho"
ANSWER = re.compile("^(Padrão parecido|Incerto)")
READING_MS = 240_000


@pytest.fixture(scope="module", params=["both", "server", "private"])
def offered(request, tmp_path_factory):
    service = Served(tmp_path_factory.mktemp("var"), web__reading=request.param)
    yield request.param, service.url
    service.stop()


def watched(page: Page) -> list[Request]:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - a builtin cannot listen
    return requests


def bodies(requests: list[Request]) -> list[str]:
    return [one.url for one in requests if one.method != "GET" or one.post_data_buffer]


def read_one(page: Page) -> None:
    upload(page, example_png("phantom_clear"))
    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=READING_MS)


def test_each_choice_of_the_operator_reads_where_it_says(open_page, offered):
    reading, url = offered
    page = open_page("about:blank")
    requests = watched(page)
    page.goto(url)
    expect(page.get_by_text("Escolher radiografia")).to_be_visible()

    switch = page.get_by_role("switch", name=SWITCH)
    assert switch.count() == (reading == "both")
    assert page.get_by_text(SWITCH).count() == (reading != "server")
    read_one(page)

    assert bool(bodies(requests)) == (reading != "private")
    assert page.evaluate("crossOriginIsolated") is True


def test_the_switch_is_remembered_and_nothing_is_sent_while_it_is_on(open_page, offered):
    reading, url = offered
    if reading != "both":
        pytest.skip("there is nothing to choose")
    page = open_page(url)
    page.get_by_role("switch", name=SWITCH).check()
    page.reload()
    expect(page.get_by_role("switch", name=SWITCH)).to_be_checked()
    requests = watched(page)
    read_one(page)
    page.goto(f"{url}/#/history")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()

    assert bodies(requests) == []
    assert not [one.url for one in requests if "/analyses" in one.url]

    page.goto(f"{url}/#/")
    page.get_by_role("switch", name=SWITCH).uncheck()
    read_one(page)
    assert len(bodies(requests)) == 1
