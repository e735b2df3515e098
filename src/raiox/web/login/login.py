"""Who is signed in, by a sealed cookie of its own that says whose history is shown, and no name.

Each login makes a new cookie; no anonymous session becomes one. Nothing is kept of a person on the
server but what the history keeps: a keyed hash of issuer and subject.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from raiox.settings import OidcSettings
from raiox.web.errors import LoginDeniedError
from raiox.web.login.provider import Provider, has_any
from raiox.web.sessions import COOKIE, Sessions

SIGN_IN: Final = "/login"
CALLBACK: Final = "/login/callback"
SIGN_OUT: Final = "/logout"
PERSON_COOKIE: Final = "raiox_person"
ATTEMPT_COOKIE: Final = "raiox_login"
ATTEMPT_S: Final = 600
HOUR_S: Final = 3_600
LANDINGS: Final = {"plain": "/plain"}
"""Where to go after a login, by `next`; the page itself otherwise."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    owner: str
    """The keyed hash under which their analyses are kept."""
    is_admin: bool


class Login:
    """The way in and out."""

    def __init__(self, settings: OidcSettings, sessions: Sessions) -> None:
        """Prepare.

        Raises: LoginPackagesMissingError.
        """
        self._settings = settings
        self._sessions = sessions
        self._provider = Provider(settings)

    def person(self, request: HTTPConnection) -> Person | None:
        """Who sends a request; None if nobody is signed in."""
        note = self._read(PERSON_COOKIE, request)
        return Person(note["owner"], note["is_admin"]) if note else None

    async def begin(self, request: Request) -> Response:
        """Lead to the provider. Raises: LoginUnavailableError."""
        request.scope["session"] = {"next": request.query_params.get("next", "")}
        callback = str(request.url.replace(path=_path(request.scope, CALLBACK), query=""))
        response = await self._provider.authorize(request, callback)
        self._write(response, ATTEMPT_COOKIE, request.session, request.scope, ATTEMPT_S)
        return response

    async def finish(self, request: Request) -> Response:
        """Let whoever comes back from the provider in.

        Raises: LoginFailedError, LoginDeniedError, LoginUnavailableError.
        """
        request.scope["session"] = self._read(ATTEMPT_COOKIE, request) or {}
        landing = LANDINGS.get(request.session.get("next", ""), "/")
        claims = await self._provider.claims(request)
        if self._settings.allow and not has_any(claims, self._settings.allow):
            raise LoginDeniedError
        note = {
            "owner": self._sessions.owner_of_person(claims["iss"], claims["sub"]),
            "is_admin": has_any(claims, self._settings.admins),
            "id": secrets.token_hex(16),
        }
        response = RedirectResponse(_path(request.scope, landing), 303)
        keep_s = round(self._settings.session_h * HOUR_S)
        self._write(response, PERSON_COOKIE, note, request.scope, keep_s)
        self._drop(response, request.scope, ATTEMPT_COOKIE, COOKIE)
        return response

    async def logout_address(self) -> str | None:
        """Where the person may leave the provider as well."""
        return await self._provider.logout_address()

    def end(self, response: Response, scope: Scope) -> None:
        """Let the answer end the session of its receiver."""
        self._drop(response, scope, PERSON_COOKIE, ATTEMPT_COOKIE)

    def _read(self, name: str, request: HTTPConnection) -> dict[str, Any] | None:
        sealed = request.cookies.get(self._sessions.full_name(name, request.scope), "")
        return self._sessions.unseal(name, sealed)

    def _write(
        self, response: Response, name: str, note: dict[str, Any], scope: Scope, keep_s: int
    ) -> None:
        sealed = self._sessions.seal(name, note, keep_s)
        response.headers.append("Set-Cookie", self._sessions.cookie(name, sealed, scope, keep_s))

    def _drop(self, response: Response, scope: Scope, *names: str) -> None:
        for name in names:
            response.headers.append("Set-Cookie", self._sessions.cookie(name, "", scope, 0))


def _path(scope: Scope, path: str) -> str:
    return f"{scope.get('root_path', '')}{path}"
