"""Files from the network: each known by its SHA-256, and continued where a download broke off."""

import hashlib
import http.client
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from raiox.cli.errors import DownloadChangedError, DownloadFailedError

CHUNK_BYTES: Final = 65_536
TIMEOUT_S: Final = 30.0
MAX_BYTES: Final = 64 * 2**20
UNFINISHED: Final = ".part"
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
SCHEMES: Final = ("https://", "http://")


def download(url: str, target: Path, sha256: str | None) -> str:
    """Fetch a file, or the rest of it; it stands at `target` only when it is whole and verified.

    Args:
        url: HTTP or HTTPS.
        sha256: hexadecimal; None where nobody has written it down yet.

    Returns: the SHA-256 of the file.

    Raises:
        DownloadFailedError: the network or the server does not give it.
        DownloadChangedError: what came is another file.
    """
    if target.is_file() and sha256 in (None, _sha256(target)):
        return _sha256(target)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        _receive(url, unfinished)
    except (OSError, http.client.HTTPException) as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        raise DownloadFailedError(url=url, reason=reason) from error
    found = _sha256(unfinished)
    if sha256 not in (None, found):
        unfinished.unlink()  # it can never become the right one
        raise DownloadChangedError(url=url, expected=str(sha256), found=found)
    unfinished.replace(target)
    return found


def _receive(url: str, unfinished: Path) -> None:
    """Append what is missing; begin anew where the server cannot continue."""
    if not url.startswith(SCHEMES):
        raise urllib.error.URLError("not HTTP")
    n_bytes = unfinished.stat().st_size if unfinished.exists() else 0
    headers = {"User-Agent": "raiox"} | ({"Range": f"bytes={n_bytes}-"} if n_bytes else {})
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            mode = "ab" if response.status == PARTIAL_CONTENT else "wb"
            with unfinished.open(mode) as file:
                while chunk := response.read(CHUNK_BYTES):
                    file.write(chunk)
                    if file.tell() > MAX_BYTES:
                        raise urllib.error.URLError("too large")
            _check_length(response, unfinished)
    except urllib.error.HTTPError as error:
        if error.code != RANGE_NOT_SATISFIABLE:
            raise
        # Everything had come already; whether it is the right file, its hash decides.


def _check_length(response: http.client.HTTPResponse, unfinished: Path) -> None:
    """A connection that ends early is no end of the file."""
    if response.status == PARTIAL_CONTENT:
        announced = response.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) != unfinished.stat().st_size:
        raise urllib.error.URLError("the connection ended too early")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
