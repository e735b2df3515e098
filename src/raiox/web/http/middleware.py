"""What every response gets: request id, security headers, one log line, one count.

An error that nobody foresaw ends here as a problem document; a client that leaves
ends here as one status in the log. HEAD is answered wherever GET is.
"""

import random
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from raiox.errors import InternalError, RaioxError
from raiox.settings import WebSettings
from raiox.web.http.problems import problem_response
from raiox.web.http.request_checks import check_request_head
from raiox.web.metrics import Metrics, method_name
from raiox.web.sessions import Sessions

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        # WebAssembly alone may be compiled at run time: the networks that read on the device.
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: a plain form would then send `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # With the one before: the page is isolated, so that its networks may compute in several threads.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PRIVATE = "private, no-store"
HSTS = "max-age=31536000; includeSubDomains"
"""Over HTTPS only: browsers ignore it elsewhere (RFC 6797, section 8.1)."""
CLIENT_LEFT = 499
"""As nginx counts it: the client closed before the answer."""
UNMATCHED = "unmatched"


def new_request_id() -> str:
    """128 random bits to find a request by; no secret, so no system call is made for them."""
    return f"{random.getrandbits(128):032x}"


Gate = Callable[[], Awaitable[None]]
"""What a request has to pass before anything of its body is received; raises a RaioxError."""


class RequestMiddleware:
    """ASGI middleware around the whole app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Sessions,
        metrics: Metrics,
        max_upload_bytes: int,
        settings: WebSettings,
        gates: Mapping[str, Gate],
    ) -> None:
        """Wrap an app.

        Args:
            gates: by the path of the POST requests that have to pass it.
        """
        self._app = app
        self._sessions = sessions
        self._metrics = metrics
        self._max_upload_bytes = max_upload_bytes
        self._settings = settings
        self._gates = gates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._sessions)
        started = time.perf_counter()
        try:
            await self._respond(scope, exchange)
        except ClientDisconnect:
            exchange.status = CLIENT_LEFT
        except Exception:  # noqa: BLE001  (logged, and answered as a problem)
            structlog.get_logger().exception("unforeseen", request_id=exchange.request_id)
            if exchange.status == 0:
                await exchange.refuse(InternalError())
        finally:
            self._log_and_count(scope, exchange, time.perf_counter() - started)

    async def _respond(self, scope: Scope, exchange: "_Exchange") -> None:
        try:
            check_request_head(
                scope, max_upload_bytes=self._max_upload_bytes, settings=self._settings
            )
            await self._pass_gate(scope, exchange)
        except RaioxError as error:
            await exchange.refuse(error)
            return
        if scope["method"] == "HEAD":
            # The same routes answer both; `_Exchange` leaves the body out (RFC 9110, 9.3.2).
            scope["method"] = "GET"
        await self._app(scope, exchange.receive, exchange.send)

    async def _pass_gate(self, scope: Scope, exchange: "_Exchange") -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        gate = self._gates.get(path) if scope["method"] == "POST" else None
        if gate is not None:
            exchange.route = path
            await gate()

    def _log_and_count(self, scope: Scope, exchange: "_Exchange", duration_s: float) -> None:
        route = getattr(scope.get("route"), "path", exchange.route)
        refusals = scope["state"].get("refusals", [])
        self._metrics.count_request(exchange.method, route, exchange.status, duration_s)
        for code in refusals:
            self._metrics.count_refusal(code)
        structlog.get_logger().info(
            "request",
            method=method_name(exchange.method),
            route=route,
            status=exchange.status,
            ms=round(duration_s * 1000, 1),
            request_id=exchange.request_id,
            **({"codes": refusals} if refusals else {}),
        )


class _Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, sessions: Sessions) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sessions = sessions
        self.status = 0
        self.route = UNMATCHED
        self.method: str = scope["method"]
        self.request_id = new_request_id()
        scope.setdefault("state", {})["request_id"] = self.request_id
        headers = HTTPConnection(scope).headers
        announced = headers.get("content-length", "0") != "0"
        self._must_close = announced or "transfer-encoding" in headers

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._must_close = bool(message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        elif self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def refuse(self, error: RaioxError) -> None:
        """Respond without the app, and expect nothing more from this connection."""
        self._must_close = True
        response = problem_response(Request(self._scope), error)
        await response(self._scope, self.receive, self.send)

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers.update(SECURITY_HEADERS)
        headers["X-Request-ID"] = self.request_id
        if self._scope.get("scheme") == "https":
            headers["Strict-Transport-Security"] = HSTS
        headers.setdefault("Cache-Control", PRIVATE)
        if self._must_close:
            # Nobody will read the rest, so the connection cannot be used again.
            headers["Connection"] = "close"
        rate_limit_headers = self._scope["state"].get("rate_limit_headers")
        if rate_limit_headers:
            headers.update(rate_limit_headers())
        token = self._scope["state"].get("new_session")
        if token:
            cookie = self._sessions.set_cookie(token, self._scope)
            headers.append("Set-Cookie", cookie.decode("latin-1"))
