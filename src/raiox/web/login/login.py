"""Who is signed in, by a sealed cookie of its own that says whose history is shown, and no name.

Each login makes a new cookie; no anonymous session becomes one. Nothing is kept of a person on the
server but what the history keeps: a keyed hash of issuer and subject. What is kept of a session is
that it was ended, where it was, until it would have ended by itself.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from raiox.service.lifecycle import Service
from raiox.settings import OidcSettings
from raiox.web.errors import LoginDeniedError
from raiox.web.login.provider import Provider, has_any
from raiox.web.sessions import COOKIE, Sessions

SIGN_IN: Final = "/login"
CALLBACK: Final = "/login/callback"
SIGN_OUT: Final = "/logout"
BACK_CHANNEL: Final = "/logout/back-channel"
PERSON_COOKIE: Final = "raiox_person"
ATTEMPT_COOKIE: Final = "raiox_login"
ATTEMPT_S: Final = 600
HOUR_S: Final = 3_600
N_ID_BYTES: Final = 16
LANDINGS: Final = {"plain": "/plain"}
"""Where to go after a login, by `next`; the page itself otherwise."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    owner: str
    """The keyed hash under which their analyses are kept."""
    is_admin: bool
    began_at: float
    """When the provider let them in, by its clock."""
    names: tuple[str, ...]
    """By any of which their session may be ended; the first is its own."""


class Login:
    """The way in and out."""

    def __init__(self, settings: OidcSettings, sessions: Sessions) -> None:
        """Prepare.

        Raises: LoginPackagesMissingError.
        """
        self._settings = settings
        self._sessions = sessions
        self._provider = Provider(settings)
        self._session_s = round(settings.session_h * HOUR_S)
        self._keep_s = {PERSON_COOKIE: self._session_s, ATTEMPT_COOKIE: ATTEMPT_S}

    async def person(self, request: HTTPConnection) -> Person | None:
        """Who sends a request; None if nobody is signed in.

        Raises: RecordsUnavailableError.
        """
        if not hasattr(request.state, "person"):
            request.state.person = await self._person(request)
        found: Person | None = request.state.person
        return found

    async def begin(self, request: Request) -> Response:
        """Lead to the provider. Raises: LoginUnavailableError."""
        request.scope["session"] = {"next": request.query_params.get("next", "")}
        callback = str(request.url.replace(path=_path(request.scope, CALLBACK), query=""))
        response = await self._provider.authorize(request, callback)
        self._write(response, ATTEMPT_COOKIE, request.session, request.scope)
        return response

    async def finish(self, request: Request) -> Response:
        """Let whoever comes back from the provider in.

        Raises: LoginFailedError, LoginDeniedError, LoginUnavailableError, RecordsUnavailableError.
        """
        request.scope["session"] = self._read(ATTEMPT_COOKIE, request) or {}
        landing = LANDINGS.get(request.session.get("next", ""), "/")
        claims = await self._provider.claims(request)
        if self._settings.allow and not has_any(claims, self._settings.allow):
            raise LoginDeniedError
        owner, *others = self._names_of(claims)
        note = {
            "owner": owner,
            "is_admin": has_any(claims, self._settings.admins),
            "began_at": claims["iat"],
            "names": [secrets.token_hex(N_ID_BYTES), owner, *others],
        }
        await self._end_session(request)
        response = RedirectResponse(_path(request.scope, landing), 303)
        self._write(response, PERSON_COOKIE, note, request.scope)
        self._drop(response, request.scope, ATTEMPT_COOKIE, COOKIE)
        return response

    async def logout_address(self) -> str | None:
        """Where the person may leave the provider as well."""
        return await self._provider.logout_address()

    async def end(self, request: Request, response: Response) -> None:
        """End the session of a request, of whose cookie copies may be about, for good.

        Raises: RecordsUnavailableError.
        """
        await self._end_session(request)
        self._drop(response, request.scope, PERSON_COOKIE, ATTEMPT_COOKIE)

    async def end_by_provider(self, request: Request, token: str) -> None:
        """End what the provider says has ended: a session there, or all those of a person.

        Raises: LoginFailedError, LoginUnavailableError, RecordsUnavailableError.
        """
        claims = await self._provider.logout_claims(token)
        # The narrower of both: whoever leaves one computer stays signed in on another.
        await self._note_end(request, self._names_of(claims)[-1], claims["iat"])

    async def _person(self, request: HTTPConnection) -> Person | None:
        note = self._read(PERSON_COOKIE, request)
        if note is None:
            return None
        names, began_at = tuple(note["names"]), note["began_at"]
        service: Service = request.app.state.service
        ended = await service.executors.read(
            lambda: service.records.ended_sessions.holds(names, began_at=began_at)
        )
        return None if ended else Person(note["owner"], note["is_admin"], began_at, names)

    def _names_of(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """Of a person, and of their session at the provider, as far as it says."""
        issuer, subject, session = claims["iss"], claims.get("sub"), claims.get("sid")
        return (
            *((self._sessions.owner_of_person(issuer, subject),) if subject else ()),
            *((self._sessions.name_at_provider(issuer, session),) if session else ()),
        )

    async def _end_session(self, request: Request) -> None:
        person = await self.person(request)
        if person is not None:
            await self._note_end(request, person.names[0], person.began_at)

    async def _note_end(self, request: Request, name: str, began_by: float) -> None:
        service: Service = request.app.state.service
        await service.executors.write(
            lambda: service.records.ended_sessions.end(
                name, began_by=began_by, keep_s=self._session_s
            )
        )

    def _read(self, name: str, request: HTTPConnection) -> dict[str, Any] | None:
        sealed = request.cookies.get(self._sessions.full_name(name, request.scope), "")
        return self._sessions.unseal(name, sealed, self._keep_s[name])

    def _write(self, response: Response, name: str, note: Mapping[str, Any], scope: Scope) -> None:
        sealed, keep_s = self._sessions.seal(name, note), self._keep_s[name]
        response.headers.append("Set-Cookie", self._sessions.cookie(name, sealed, scope, keep_s))

    def _drop(self, response: Response, scope: Scope, *names: str) -> None:
        for name in names:
            response.headers.append("Set-Cookie", self._sessions.cookie(name, "", scope, 0))


def _path(scope: Scope, path: str) -> str:
    return f"{scope.get('root_path', '')}{path}"
