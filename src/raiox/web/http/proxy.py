"""What a proxy in front of the service says of a request: the caller, the scheme, the prefix.

Believed only from the addresses that the settings trust. The prefix is the path under which
a proxy publishes the service (`X-Forwarded-Prefix`); a fixed one can be set instead.
"""

import re
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from raiox.settings import WebSettings

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
"""Whole segments only: an address that begins with `//` would lead to another host."""


class ProxyMiddleware:
    """Sets client, scheme and `root_path` of each request; the outermost layer."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        # Any: uvicorn and starlette name the types of ASGI differently.
        inner: Any = app
        self._app: Any = ProxyHeadersMiddleware(inner, list(settings.trusted_proxies))
        self._root_path = settings.root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] == "http":
            scope = {**scope, "root_path": self._prefix_of(scope)}
        await self._app(scope, receive, send)

    def _prefix_of(self, scope: Scope) -> str:
        client = scope.get("client")
        forwarded = Headers(scope=scope).get("x-forwarded-prefix", "").rstrip("/")
        trusted = client is not None and client[0] in self._app.trusted_hosts
        if trusted and _PREFIX.fullmatch(forwarded):
            return forwarded
        return self._root_path
