"""The built page, read once and served from memory.

A table of known addresses instead of a folder: nothing outside it can be
requested. Files with a hash in their name never change; everything else is
revalidated.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from raiox.settings.web import ReadingChoice

INDEX = "index.html"
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_TEXT = ("text/", "application/javascript", "application/json", "image/svg")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    gzipped: bytes | None
    media_type: str
    etag: str
    cache_control: str


class StaticSite:
    """The files of the built page, by address; may be none."""

    def __init__(self, folder: Path, reading: ReadingChoice = "both") -> None:
        """Read every file.

        Args:
            reading: where images may be read; the page learns it from its own first element.
        """
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        self._assets = {
            path.relative_to(folder).as_posix(): _asset(path.name, _content(path, reading))
            for path in files
        }

    @property
    def addresses(self) -> list[str]:
        """Where each file is served, the page itself excepted."""
        return [f"/{name}" for name in self._assets if name != INDEX]

    def respond(self, request: Request, name: str) -> Response:
        """One file, or 304 where the caller's copy is current."""
        asset = self._assets.get(name)
        if asset is None:
            # Without a built page the plain form is the page.
            return RedirectResponse(f"{request.scope.get('root_path', '')}/plain", 303)
        headers = {
            "Cache-Control": asset.cache_control,
            "ETag": asset.etag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=headers)
        if asset.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.gzipped, 200, headers, asset.media_type)
        return Response(asset.content, 200, headers, asset.media_type)


def mark_reading(html: str, reading: ReadingChoice) -> str:
    """Say in the page itself where images may be read; a page that says nothing offers both."""
    return (
        html if reading == "both" else html.replace("<html ", f'<html data-reading="{reading}" ', 1)
    )


def _content(path: Path, reading: ReadingChoice) -> bytes:
    content = path.read_bytes()
    return mark_reading(content.decode(), reading).encode() if path.name == INDEX else content


def _asset(name: str, content: bytes) -> Asset:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith((".js", ".mjs")):
        media_type = "text/javascript"
    return Asset(
        content=content,
        gzipped=gzip.compress(content, mtime=0) if media_type.startswith(_TEXT) else None,
        media_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        cache_control=IMMUTABLE if _HASHED.search(name) else REVALIDATE,
    )
