"""The exported folder on a real nginx, with the file of headers that it brings, as the how-to says."""

import re
import subprocess

import httpx
import pytest
from nginx_proxy import NGINX, nginx_command, wait_for
from playwright.sync_api import expect
from serving import free_port

from raiox.phantom import example_png
from raiox.settings import Settings
from raiox.web.http.middleware import SECURITY_HEADERS
from raiox.web.site.export import export_site

from .conftest import PAGE, upload

pytestmark = [
    pytest.mark.service_worker,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]

ANSWER = re.compile("^(Padrão parecido|Incerto)")
READING_MS = 240_000
SITE = """
types {{ text/html html; text/javascript js; text/css css; application/json json; image/svg+xml svg; }}
server {{
    listen 127.0.0.1:{port};
    root {root};
    include {root}/raiox/nginx.conf;
}}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root, folder = tmp_path_factory.mktemp("www"), tmp_path_factory.mktemp("nginx")
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), datasets=None)
    export_site(root / "raiox", PAGE, settings, base_path="/raiox/")
    port = free_port()
    site = SITE.format(port=port, root=root)
    nginx = subprocess.Popen(nginx_command(folder, site), stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/raiox/"
    wait_for(url, nginx, folder)
    yield url
    nginx.terminate()
    nginx.wait()


def test_nginx_sends_the_headers_and_the_page_reads_in_several_threads(open_page, address):
    page = open_page(address)
    assert page.evaluate("crossOriginIsolated") is True

    upload(page, example_png("phantom_clear"))

    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=READING_MS)


def test_nginx_lets_a_browser_keep_what_never_changes_and_revalidate_the_rest(address):
    model = httpx.get(f"{address}device.json").json()["networks"]["classifier"]["model"]["path"]
    for name, cache in (("", "no-cache"), ("device.json", "no-cache"), (model, "immutable")):
        answer = httpx.get(f"{address}{name}")

        assert answer.status_code == 200
        assert cache in answer.headers["cache-control"]
        for header, value in SECURITY_HEADERS.items():
            assert answer.headers[header] == value
