"""The whole service under a path of its own, behind a real nginx."""

import re
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from fakes import png
from serving import Served

from raiox.web.app import BUILT_PAGE

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
START_S = 20.0
PREFIX = "/hospital/raiox"
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 0;
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{service_port}{target};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            {header}
        }}
    }}
}}
"""
PROXIES = {
    "strips the path and names it": ("/", f"proxy_set_header X-Forwarded-Prefix {PREFIX};", {}),
    "keeps the path, which is set": ("", "", {"web__root_path": PREFIX}),
    "strips the path, which is set": ("/", "", {"web__root_path": PREFIX}),
}

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture(scope="module", params=PROXIES.values(), ids=PROXIES)
def address(request, tmp_path_factory):
    """Where nginx publishes the service."""
    target, header, settings = request.param
    service = Served(
        tmp_path_factory.mktemp("served"), web__trusted_proxies='["127.0.0.1"]', **settings
    )
    folder, port = tmp_path_factory.mktemp("nginx"), _free_port()
    configuration = CONFIGURATION.format(
        folder=folder, port=port, prefix=PREFIX, service_port=service.port, target=target,
        header=header,
    )  # fmt: skip
    (folder / "nginx.conf").write_text(configuration)
    command = [NGINX, "-p", str(folder), "-e", "stderr", "-c", "nginx.conf"]
    nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}{PREFIX}/"
    _wait_for(f"{url}healthz", nginx, folder)
    yield url
    nginx.terminate()
    nginx.wait()
    service.kill()


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, nginx: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and nginx.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(url).status_code == 200:
                return
        time.sleep(0.05)
    nginx.kill()
    raise AssertionError((folder / "error.log").read_text())
