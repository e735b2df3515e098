"""The API for whoever runs the service: how it does, of nobody's analyses in particular.

For programs of this machine, for keys with the scope `admin`, and for people whom the settings name.
"""

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request

from raiox.records.statistics import Statistics
from raiox.result import Document, ModelDocument
from raiox.service.drift import Drift, measure_drift
from raiox.service.lifecycle import Service
from raiox.vocabulary import AnalysisState, Scope
from raiox.web.api.health import is_of_this_machine
from raiox.web.api.schemas import problems
from raiox.web.api.serializers import API
from raiox.web.dependencies import (
    BearerDep,
    LangQuery,
    ServiceDep,
    WebContext,
    WebDep,
    key_of,
    require_scope,
)
from raiox.web.errors import KeyRequiredError

DAY_S = 86_400.0
PERIOD_DAYS = 7

router = APIRouter(prefix=API, tags=["administration"])


class QueueStatus(Document):
    """Analyses that are kept, by state."""

    queued: int
    running: int
    done: int
    failed: int
    oldest_queued_s: float = Field(description="How long the first has waited; 0 if none waits.")


class DiskStatus(Document):
    """Space, in bytes; null where a bucket holds the images."""

    free_bytes: int | None
    n_images: int
    images_bytes: int | None


class RecentAnalyses(Document):
    """Of the period."""

    days: int
    n_analyses: int
    per_day: float
    without_result: dict[str, int] = Field(description="Rejections and failures by code.")


class DriftStatus(Document):
    """Population stability indices: below 0.1 alike, above 0.25 very different; null: too few."""

    n_results: int = Field(description="Results of the classifier that answers now.")
    scores: dict[str, float | None] = Field(description="By finding, against the report.")
    inputs: dict[str, float | None] = Field(description="By axis of the map of cases.")


class AdminStatus(Document):
    """How the service does."""

    ready: bool
    queue: QueueStatus
    disk: DiskStatus
    recent: RecentAnalyses
    requests: dict[str, int] = Field(description="Since the start, by HTTP status.")
    refusals: dict[str, int] = Field(description="Since the start, by code.")
    drift: DriftStatus | None = Field(description="Null while no network answers.")
    models: dict[str, ModelDocument] = Field(description="The networks that answer, by role.")
    keep_images_h: float
    keep_results_h: float


async def _administrator(
    request: Request, web_context: WebDep, service: ServiceDep, _bearer: BearerDep
) -> None:
    """Raises: KeyRequiredError, KeyInvalidError, KeyScopeError."""
    key = await key_of(request, web_context, service)
    if key is not None:
        require_scope(key, Scope.ADMIN)
    elif not (await _is_administrator(request, web_context) or is_of_this_machine(request)):
        raise KeyRequiredError


async def _is_administrator(request: Request, web_context: WebContext) -> bool:
    person = await web_context.login.person(request) if web_context.login else None
    return person is not None and person.is_admin


@router.get(
    "/admin",
    responses=problems(401, 429),
    dependencies=[Depends(_administrator)],
)
async def admin_status(
    web_context: WebDep, service: ServiceDep, lang: LangQuery = None
) -> AdminStatus:
    """Queue, disk, rates, refusals, drift, networks and retention."""
    return await service.executors.read(lambda: _status(web_context, service))


def _status(web_context: WebContext, service: Service) -> AdminStatus:
    records = service.records
    statistics = records.statistics.read(PERIOD_DAYS * DAY_S)
    engine = None if service.engine_holder.unavailable_reason else service.engine_holder.require()
    models = engine.models if engine else {}
    drift = (
        measure_drift(
            web_context.models.folder_of("classifier"),
            models["classifier"].sha256,
            statistics.results,
        )
        if models
        else None
    )
    keep = web_context.settings.records
    return AdminStatus(
        ready=engine is not None,
        queue=_queue(statistics),
        disk=DiskStatus(
            free_bytes=records.files.free_bytes(),
            n_images=statistics.n_images,
            images_bytes=records.files.n_bytes(),
        ),
        recent=RecentAnalyses(
            days=PERIOD_DAYS,
            n_analyses=statistics.n_recent,
            per_day=round(statistics.n_recent / PERIOD_DAYS, 2),
            without_result=statistics.without_result,
        ),
        requests=web_context.metrics.n_requests_by_status(),
        refusals=web_context.metrics.n_refusals_by_code(),
        drift=_drift(drift),
        models={role: ModelDocument.of(identity) for role, identity in models.items()},
        keep_images_h=keep.keep_images_h,
        keep_results_h=keep.keep_results_h,
    )


def _queue(statistics: Statistics) -> QueueStatus:
    by_state = {str(state): statistics.by_state.get(str(state), 0) for state in AnalysisState}
    return QueueStatus(**by_state, oldest_queued_s=round(statistics.oldest_queued_s, 1))


def _drift(drift: Drift | None) -> DriftStatus | None:
    if drift is None:
        return None
    return DriftStatus(n_results=drift.n_results, scores=drift.scores, inputs=drift.inputs)
