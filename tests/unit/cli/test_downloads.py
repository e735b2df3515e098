"""Downloads: verified, continued where they broke off, and never left half at their name."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from raiox.cli.app import app
from raiox.cli.downloads import UNFINISHED, download
from raiox.cli.errors import DownloadChangedError, DownloadFailedError
from raiox.web.site.examples import ExampleFolder, read_list

CONTENT = bytes(range(256)) * 2_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT; may break off, and may not know ranges."""

    breaks_after: int | None = None
    knows_ranges = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/image.jpg"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        start = int(wanted[6:-1]) if wanted and self.server.knows_ranges else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        end, self.server.breaks_after = self.server.breaks_after, None
        self.wfile.write(CONTENT[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_broken_download_is_continued(server, tmp_path, knows_ranges):
    target, server.breaks_after, server.knows_ranges = tmp_path / "a.jpg", 100_000, knows_ranges

    with pytest.raises(DownloadFailedError):
        download(server.url, target, SHA256)
    left = (tmp_path / f"a.jpg{UNFINISHED}").stat().st_size
    download(server.url, target, SHA256)

    assert left == 100_000
    assert server.ranges == [None, "bytes=100000-"]
    assert target.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_all_that_came_is_verified_even_if_nothing_is_missing(server, tmp_path):
    (tmp_path / f"a.jpg{UNFINISHED}").write_bytes(CONTENT)

    assert download(server.url, tmp_path / "a.jpg", SHA256) == SHA256


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    for _ in range(2):
        download(server.url, tmp_path / "a.jpg", SHA256)

    assert len(server.ranges) == 1


def test_another_file_is_refused_and_not_kept(server, tmp_path):
    with pytest.raises(DownloadChangedError) as refusal:
        download(server.url, tmp_path / "a.jpg", "0" * 64)

    assert refusal.value.facts["found"] == SHA256
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/gone", "ftp://x/y"])
def test_only_http_is_fetched_and_a_dead_server_is_named(tmp_path, url):
    with pytest.raises(DownloadFailedError) as refusal:
        download(url, tmp_path / "a.jpg", None)

    assert refusal.value.facts["url"] == url


def test_fetched_examples_are_pinned_and_served_with_their_attribution(server, tmp_path):
    entry = {
        "id": "a", "file": "a.jpg", "url": server.url, "attribution": "A. Author",
        "licence": "CC BY 4.0", "source": "https://example.org/a", "title": {"pt": "A", "en": "A"},
    }  # fmt: skip
    listed, folder = tmp_path / "list.json", tmp_path / "examples"
    listed.write_text(json.dumps([entry]))
    words = ["examples", "fetch", str(folder), "--list", str(listed)]

    refused = CliRunner().invoke(app, words)
    pinned = CliRunner().invoke(app, [*words, "--pin"])
    again = CliRunner().invoke(app, words)
    (folder / "a.jpg").unlink()
    server.RequestHandlerClass = type("Other", (Handler,), {"do_GET": _serve_other})
    changed = CliRunner().invoke(app, words)

    assert (refused.exit_code, pinned.exit_code, again.exit_code, changed.exit_code) == (2, 0, 0, 2)
    assert "[examples_unpinned]" in refused.stderr
    assert "A. Author (CC BY 4.0), https://example.org/a" in pinned.stdout
    assert "[download_changed]" in changed.stderr
    (example,) = ExampleFolder(folder, read_list(folder)).describe("/examples")
    assert (example["attribution"], example["licence"]) == ("A. Author", "CC BY 4.0")


def _serve_other(self: Handler) -> None:
    self.send_response(200)
    self.end_headers()
    self.wfile.write(b"another image")
