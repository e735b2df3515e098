"""What the routes need: the running service and the web's own parts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from raiox.service.lifecycle import Service
from raiox.settings import Settings
from raiox.vocabulary import Language
from raiox.web.admission import Admission
from raiox.web.api.reference_cases import ReferenceCases
from raiox.web.caller import Caller, address_of
from raiox.web.http.receipts import Receipts
from raiox.web.metrics import Metrics
from raiox.web.rate_limits import RateLimits
from raiox.web.sessions import Sessions
from raiox.web.site.examples import Examples
from raiox.web.turns import FairTurns


@dataclass(frozen=True, slots=True)
class WebContext:
    """The web's own parts; one of each per app."""

    settings: Settings
    sessions: Sessions
    limits: RateLimits
    admission: Admission
    receipts: Receipts
    decoding: FairTurns
    """Whose upload is decoded next."""
    rendering: FairTurns
    """Whose heatmap is painted, or history exported, next."""
    metrics: Metrics
    examples: Examples
    reference_cases: ReferenceCases
    classifier_folder: Path
    """The bundle whose report and embedding map are shown."""


async def _context(request: Request) -> WebContext:
    web_context: WebContext = request.app.state.web_context
    return web_context


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _owner(request: Request) -> str:
    web_context: WebContext = request.app.state.web_context
    return web_context.sessions.owner_of(request)


async def _caller(request: Request) -> Caller:
    return Caller(await _owner(request), address_of(request))


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
