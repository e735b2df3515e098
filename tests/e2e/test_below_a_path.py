"""The page in a browser below a path of its own, behind a real nginx."""

import re

import pytest
from nginx_proxy import NGINX, PREFIX, STRIPS_AND_NAMES, published
from playwright.sync_api import expect

from .conftest import upload

pytestmark = [
    pytest.mark.service_worker,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]

ANSWER = re.compile("Padrão parecido com o de imagens rotuladas")
SCOPE = """async () => {
    const registration = await navigator.serviceWorker.ready;
    return registration.scope;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folders = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("nginx")
    with published(STRIPS_AND_NAMES, *folders) as url:
        yield url


def test_an_image_is_analysed_and_kept_and_nothing_leaves_the_path(open_page, address):
    page = open_page(address)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))

    upload(page)
    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible()
    page.reload()
    page.goto(f"{address}#/history")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()

    [cookie] = [one for one in page.context.cookies() if "session" in one["name"]]
    assert cookie["path"] == PREFIX
    assert len(addresses) > 5
    assert not [url for url in addresses if url.startswith("http") and not url.startswith(address)]


def test_the_worker_that_serves_without_a_network_rules_below_the_path_only(open_page, address):
    page = open_page(address)

    assert page.evaluate(SCOPE) == address

    page.reload()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
