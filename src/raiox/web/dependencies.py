"""What the routes reach for: the running service and the web's own pieces."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from raiox.service.lifecycle import Service
from raiox.settings import Settings
from raiox.vocabulary import Language
from raiox.web.metrics import Metrics
from raiox.web.rate_limits import RateLimits, UploadGate
from raiox.web.sessions import Sessions


@dataclass(frozen=True, slots=True)
class WebContext:
    """The web's pieces; one for each app."""

    settings: Settings
    sessions: Sessions
    limits: RateLimits
    gate: UploadGate
    metrics: Metrics


async def _context(request: Request) -> WebContext:
    web_context: WebContext = request.app.state.web_context
    return web_context


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _owner(request: Request) -> str:
    web_context: WebContext = request.app.state.web_context
    return web_context.sessions.owner_of(request)


WebDep = Annotated[WebContext, Depends(_context)]
ServiceDep = Annotated[Service, Depends(_service)]
OwnerDep = Annotated[str, Depends(_owner)]
LangQuery = Annotated[
    Language | str | None,
    Query(description="Language of the answer, `pt` or `en`; others fall back.", max_length=35),
]
