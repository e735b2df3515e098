"""The service below a path of its own, behind a real nginx, whose workers may write for it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from serving import Served, free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
START_S = 20.0
PREFIX = "/hospital/raiox"
MAIN = """
{user}
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
    {site}
}}
"""
SITE = """
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
"""
STRIPS_AND_NAMES = ("/", f"proxy_set_header X-Forwarded-Prefix {PREFIX};", {})
PROXIES = {
    "strips the path and names it": STRIPS_AND_NAMES,
    "keeps the path, which is set": ("", "", {"web__root_path": PREFIX}),
    "strips the path, which is set": ("/", "", {"web__root_path": PREFIX}),
}
"""What nginx passes on, the header that it adds, and the settings of the service."""


@contextmanager
def published(
    proxy: tuple[str, str, dict[str, str]], data_dir: Path, folder: Path
) -> Iterator[str]:
    """Start both; the address of the service at nginx, with a slash at its end."""
    target, header, settings = proxy
    service = Served(data_dir, web__trusted_proxies='["127.0.0.1"]', **settings)
    port = free_port()
    site = SITE.format(
        port=port, prefix=PREFIX, service_port=service.port, target=target, header=header
    )
    nginx = subprocess.Popen(nginx_command(folder, site), stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}{PREFIX}/"
    try:
        wait_for(f"{url}healthz", nginx, folder)
        yield url
    finally:
        nginx.terminate()
        nginx.wait()
        service.kill()


def nginx_command(folder: Path, site: str) -> list[str]:
    """Starts it with one site, which nginx itself has found to be right."""
    # Workers of root would become somebody who may not write to the folders of a test.
    user = "" if os.geteuid() else "user root;"
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, site=site, user=user))
    command = [str(NGINX), "-p", str(folder), "-e", "stderr", "-c", "nginx.conf"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert "test is successful" in tested.stderr, tested.stderr
    return command


def wait_for(url: str, nginx: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and nginx.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(url, verify=False).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError((folder / "error.log").read_text())
