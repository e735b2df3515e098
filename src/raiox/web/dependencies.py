"""What the routes need: the running service and the web's own parts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from raiox.inference.installed_models import InstalledModels
from raiox.records.api_keys import ApiKey
from raiox.service.lifecycle import Service
from raiox.settings import Settings
from raiox.vocabulary import Language, Scope
from raiox.web.admission import Admission
from raiox.web.api.reference_cases import ReferenceCases
from raiox.web.caller import Caller, address_of
from raiox.web.drift_watch import DriftWatch
from raiox.web.errors import (
    KeyInvalidError,
    KeyRequiredError,
    KeyScopeError,
    LoginRequiredError,
)
from raiox.web.http.connections import Connections
from raiox.web.http.receipts import Receipts
from raiox.web.http.request_checks import SAFE_METHODS
from raiox.web.login.login import Login
from raiox.web.metrics import Metrics
from raiox.web.rate_limits import RateLimits
from raiox.web.sessions import Sessions
from raiox.web.site.examples import Examples
from raiox.web.turns import FairTurns

BearerDep = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(auto_error=False, description="A key made by `raiox keys add`.")),
]
"""Only for the description of the API; `key_of` reads the header."""


@dataclass(frozen=True, slots=True)
class WebContext:
    """The web's own parts; one of each per app."""

    settings: Settings
    sessions: Sessions
    login: Login | None
    """Where people sign in."""
    limits: RateLimits
    admission: Admission
    connections: Connections
    receipts: Receipts
    decoding: FairTurns
    """Whose upload is decoded next."""
    rendering: FairTurns
    """Whose heatmap is painted, or history exported, next."""
    metrics: Metrics
    drift: DriftWatch
    examples: Examples
    reference_cases: ReferenceCases
    models: InstalledModels
    """Where the bundle lies whose report and embedding map are shown."""


async def _context(request: Request) -> WebContext:
    web_context: WebContext = request.app.state.web_context
    return web_context


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _owner(request: Request, _bearer: BearerDep) -> str:
    """Whose analyses a request is about: those of its key, of its person, or of its session.

    Raises: KeyRequiredError, KeyInvalidError, KeyScopeError, LoginRequiredError,
        RecordsUnavailableError.
    """
    web_context: WebContext = request.app.state.web_context
    service: Service = request.app.state.service
    key = await key_of(request, web_context, service)
    if key is not None:
        require_scope(key, Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)
        return web_context.sessions.owner_of_key(key.id)
    if web_context.login is not None:
        person = await web_context.login.person(request)
        if person is None:
            raise LoginRequiredError
        return person.owner
    if web_context.settings.web.require_key:
        raise KeyRequiredError
    return web_context.sessions.owner_of(request)


async def key_of(request: Request, web_context: WebContext, service: Service) -> ApiKey | None:
    """The key that a request brings; None if it brings none.

    Raises: KeyInvalidError; TooManyRequestsError for one who guesses.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":  # a proxy's own password, for one
        return None
    key = await service.executors.read(lambda: service.records.api_keys.find(secret.strip()))
    if key is None:
        web_context.limits.count_miss(request)
        raise KeyInvalidError
    return key


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raises: KeyScopeError."""
    if scope not in key.scopes:
        raise KeyScopeError(scope=str(scope))


async def _caller(request: Request, owner: Annotated[str, Depends(_owner)]) -> Caller:
    return Caller(owner, address_of(request))


async def _root_path(request: Request) -> str:
    root_path: str = request.scope.get("root_path", "")
    return root_path


async def _examples(request: Request) -> Examples:
    web_context: WebContext = request.app.state.web_context
    return web_context.examples


async def _reference_cases(request: Request) -> ReferenceCases:
    web_context: WebContext = request.app.state.web_context
    return web_context.reference_cases


WebDep = Annotated[WebContext, Depends(_context)]
ServiceDep = Annotated[Service, Depends(_service)]
OwnerDep = Annotated[str, Depends(_owner)]
CallerDep = Annotated[Caller, Depends(_caller)]
RootPathDep = Annotated[str, Depends(_root_path)]
"""What a proxy puts before every address of the service; mostly empty."""
ExamplesDep = Annotated[Examples, Depends(_examples)]
CasesDep = Annotated[ReferenceCases, Depends(_reference_cases)]
LangQuery = Annotated[
    Language | str | None,
    Query(description="Language of the answer, `pt` or `en`; others fall back.", max_length=35),
]
