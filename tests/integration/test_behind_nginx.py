"""The whole service under a path of its own, behind a real nginx."""

import re

import httpx
import pytest
from fakes import png
from nginx_proxy import NGINX, PREFIX, PROXIES, published

from raiox.web.app import BUILT_PAGE

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture(scope="module", params=PROXIES.values(), ids=PROXIES)
def address(request, tmp_path_factory):
    """Where nginx publishes the service."""
    folders = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("nginx")
    with published(request.param, *folders) as url:
        yield url


def test_an_upload_can_be_followed_by_the_addresses_in_its_answer(address):
    with httpx.Client(base_url=address) as client:
        upload = client.post("api/v1/analyses", content=png())
        document = upload.json()
        links = (upload.headers["location"], document["image"], *document["maps"].values())
        followed = [client.get(httpx.URL(address).join(link)) for link in links]

    assert upload.status_code == 201
    assert {response.status_code for response in followed} == {200}
    assert f"; Path={PREFIX};" in upload.headers["set-cookie"]


def test_the_plain_form_leads_to_its_result(address):
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        form = client.get("plain").text
        action = re.search(r'action="([^"]+)"', form)
        assert action is not None
        target = httpx.URL(address).join(action[1])
        origin = str(httpx.URL(address).join("/")).rstrip("/")
        result = client.post(target, files={"file": ("a.png", png())}, headers={"Origin": origin})
        image = re.search(r'src="([^"]+)"', result.text)
        assert image is not None
        picture = client.get(httpx.URL(address).join(image[1]))

    assert (result.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert result.url.path.startswith(f"{PREFIX}/plain/")


@pytest.mark.skipif(not (BUILT_PAGE / "index.html").is_file(), reason="the page is not built")
def test_every_file_of_the_page_is_found_below_the_path(address):
    with httpx.Client(base_url=address) as client:
        page = client.get("")
        names = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
        files = [client.get(page.url.join(name)) for name in names]
        worker = client.get("sw.js")
        listed = re.search(r"FILES = \[(.*?)\]", worker.text)
        assert listed is not None
        kept = [client.get(worker.url.join(name)) for name in re.findall(r'"(.*?)"', listed[1])]

    assert len(names) > 3
    assert not [name for name in names if name.startswith("/")]
    assert {response.status_code for response in (*files, *kept)} == {200}
    # A worker may control what lies beside it and below, which is the page and no other service.
    assert worker.url.path == f"{PREFIX}/sw.js"


def test_the_description_of_the_api_names_the_path(address):
    description = httpx.get(f"{address}openapi.json").json()

    assert description["servers"] == [{"url": PREFIX}]
