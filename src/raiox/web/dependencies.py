"""What the routes reach for: the running service and the web's own pieces."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from raiox.service.lifecycle import Runtime
from raiox.settings import Settings
from raiox.vocabulary import Language
from raiox.web.metrics import Metrics
from raiox.web.rate_limits import Limits, UploadGate
from raiox.web.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Face:
    """The web's pieces; one for each app."""

    settings: Settings
    sessions: Sessions
    limits: Limits
    gate: UploadGate
    metrics: Metrics


async def _face(request: Request) -> Face:
    face: Face = request.app.state.face
    return face


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _owner(request: Request) -> str:
    face: Face = request.app.state.face
    return face.sessions.owner_of(request)


FaceDep = Annotated[Face, Depends(_face)]
RuntimeDep = Annotated[Runtime, Depends(_runtime)]
OwnerDep = Annotated[str, Depends(_owner)]
LangQuery = Annotated[
    Language | str | None,
    Query(description="Language of the answer, `pt` or `en`; others fall back.", max_length=35),
]
