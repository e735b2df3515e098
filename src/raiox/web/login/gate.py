"""Nothing behind the login is shown to whoever is not signed in and brings no key.

What stays open: the page's own files, which hold nothing of anybody, the login itself, whether the
service lives, and what a secret link opens.
"""

from collections.abc import Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from raiox.errors import RaioxError
from raiox.web.api.serializers import API
from raiox.web.api.shares import SHARED
from raiox.web.dependencies import key_of
from raiox.web.errors import LoginRequiredError
from raiox.web.http.problems import problem_response
from raiox.web.login.login import BACK_CHANNEL, CALLBACK, SIGN_IN, SIGN_OUT, Login

OPEN: Final = frozenset(
    {SIGN_IN, CALLBACK, SIGN_OUT, BACK_CHANNEL, "/healthz", "/readyz", "/metrics"}
)
PLAIN: Final = "/plain"


class LoginGate:
    """ASGI middleware around everything that the app answers."""

    def __init__(self, app: ASGIApp, *, login: Login, files: Collection[str]) -> None:
        """Wrap an app.

        Args:
            files: addresses of the page's own files.
        """
        self._app = app
        self._login = login
        self._open = OPEN | frozenset(files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = None if self._is_open(scope) else await self._refuse(request)
        await (refusal or self._app)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        path = _path(scope)
        return path in self._open or path == SHARED or path.startswith(f"{SHARED}/")

    async def _refuse(self, request: Request) -> Response | None:
        try:
            if await self._login.person(request):
                return None
            key = await key_of(request, request.app.state.web_context, request.app.state.service)
        except RaioxError as error:
            return problem_response(request, error)
        return None if key else _lead_to_login(request)


def _lead_to_login(request: Request) -> Response:
    """To the login for who opens a page; to a program, that there is one."""
    path = _path(request.scope)
    opens_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if path.startswith(API) or not opens_page:
        return problem_response(request, LoginRequiredError())
    after = "?next=plain" if path.startswith(PLAIN) else ""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{SIGN_IN}{after}", 303)


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
