"""What is refused before any of the body is read: from the head of the request alone.

Sizes of URL and headers, announced bodies, encodings, and changes requested by
pages of other sites (OWASP: cross-site request forgery, "verify origin").
"""

import ipaddress
import socket
from collections.abc import Collection
from functools import cache
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from raiox.intake.errors import UploadTooLargeError
from raiox.settings import WebSettings
from raiox.web.errors import (
    ForeignOriginError,
    HostNotAllowedError,
    MalformedRequestError,
    ProtocolError,
)
from raiox.web.http.body import max_body_bytes

MAX_URL_BYTES = 8_192
MAX_HEADERS = 100
MAX_HEADER_BYTES = 16_384
KNOWN_VERSIONS = frozenset({"1.0", "1.1", "2"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FRIENDLY_SITES = frozenset({"same-origin", "none"})


def check_request_head(scope: Scope, *, max_upload_bytes: int, settings: WebSettings) -> None:
    """Check the head of a request.

    Raises: ProtocolError, UploadTooLargeError, MalformedRequestError, HostNotAllowedError,
        ForeignOriginError.
    """
    _check_sizes(scope)
    headers = Headers(scope=scope)
    _check_framing(scope, headers)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ProtocolError(415, "Content-Encoding")
    host = _split(f"//{headers.get('host', '')}", "Host").hostname
    if not is_allowed_host(host or "", settings.allowed_hosts):
        raise HostNotAllowedError
    _check_length(headers, max_upload_bytes)
    if scope["method"] not in SAFE_METHODS:
        _check_origin(headers, settings.cors_origins)


def _check_sizes(scope: Scope) -> None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
        raise ProtocolError(414, "URL")
    n_bytes = sum(len(name) + len(value) for name, value in scope["headers"])
    if len(scope["headers"]) > MAX_HEADERS or n_bytes > MAX_HEADER_BYTES:
        raise ProtocolError(431, "headers")


def _check_framing(scope: Scope, headers: Headers) -> None:
    if scope["http_version"] not in KNOWN_VERSIONS:
        raise MalformedRequestError(part="HTTP")
    if "content-length" in headers and "transfer-encoding" in headers:
        # Two lengths are how requests are smuggled (RFC 9112, section 6.3).
        raise MalformedRequestError(part="Content-Length")


def _check_length(headers: Headers, max_upload_bytes: int) -> None:
    announced = headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdigit()):
        raise MalformedRequestError(part="Content-Length")
    if int(announced) > max_body_bytes(headers.get("content-type", ""), max_upload_bytes):
        raise UploadTooLargeError(max_bytes=max_upload_bytes)


def _check_origin(headers: Headers, cors_origins: Collection[str]) -> None:
    if headers.get("origin") in cors_origins:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in FRIENDLY_SITES:
            raise ForeignOriginError
        return
    origin = headers.get("origin")
    if origin is not None and _split(origin, "Origin").netloc != headers.get("host"):
        raise ForeignOriginError


def _split(address: str, part: str) -> SplitResult:
    """The parts of an address. Raises: MalformedRequestError where it is none."""
    try:
        found = urlsplit(address)
        _ = found.port  # looked at only now
    except ValueError:
        raise MalformedRequestError(part=part) from None
    return found


def is_allowed_host(host: str, allowed: Collection[str]) -> bool:
    """Whether requests may be addressed to this host name.

    Args:
        allowed: names; `*` allows any; none at all means this machine's own names and any
            address in numbers, since no name that somebody else controls is among them
            (DNS rebinding needs one).
    """
    if "*" in allowed:
        return True
    return host in allowed if allowed else is_own_host(host)


def is_own_host(host: str) -> bool:
    """True for an address in numbers, the names that this machine gives itself, and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not host or host in _own_names()
    return True


@cache
def _own_names() -> frozenset[str]:
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local", f"{name}.localhost"})
