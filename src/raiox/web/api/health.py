"""Whether the process lives, whether it can answer, and what it has counted."""

import ipaddress

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from raiox.inference.errors import ModelUnavailableError
from raiox.records.errors import StorageFullError
from raiox.records.store import Records
from raiox.service.lifecycle import Service
from raiox.web.api.schemas import Status, problems
from raiox.web.dependencies import ServiceDep, WebDep
from raiox.web.drift_watch import measure
from raiox.web.errors import UnknownRouteError
from raiox.web.http.request_checks import is_own_host

MIN_FREE_BYTES = 64_000_000
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=problems())
async def healthz() -> Status:
    """The process lives."""
    return Status(status="ok")


@router.get("/readyz", responses=problems(507))
async def readyz(service: ServiceDep) -> Status:
    """An upload sent now would be answered; if not, the reason."""
    await _require_ready(service)
    return Status(status="ready")


async def _require_ready(service: Service) -> None:
    if service.stopping:
        raise ModelUnavailableError(reason="stopping")
    service.engine_holder.require_running()
    await service.decoder_watch.require_ready()
    await service.executors.read(lambda: _check_records(service.records))


def _check_records(records: Records) -> None:
    records.queue.n_queued()
    records.files.probe()
    free_bytes = records.files.free_bytes()
    if free_bytes is not None and free_bytes < MIN_FREE_BYTES:
        raise StorageFullError


@router.get("/metrics", response_class=Response, responses=problems(404))
async def metrics(request: Request, web_context: WebDep, service: ServiceDep) -> Response:
    """Counts for Prometheus; for this machine only, unless the settings say otherwise."""
    if not (web_context.settings.web.public_metrics or is_of_this_machine(request)):
        raise UnknownRouteError
    queue = service.records.queue
    n_queued, oldest_s = await service.executors.read(lambda: (queue.n_queued(), queue.oldest_s()))
    drift = await service.executors.read(
        lambda: web_context.drift.look(lambda: measure(web_context.models, service))
    )
    page = web_context.metrics.page(
        n_queued=n_queued,
        oldest_s=oldest_s,
        ready=service.engine_holder.is_running,
        drift=drift,
    )
    return Response(page, media_type=CONTENT_TYPE_LATEST)


def is_of_this_machine(request: Request) -> bool:
    """True if a program of this machine asked for this very machine.

    Not if a page of another site did, through a name that it has bound to 127.0.0.1, nor if
    a proxy on this machine that the settings do not name passed on somebody else's request.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    client = request.client.host if request.client else ""
    return is_loopback(client) and is_own_host(request.url.hostname or "")


def is_loopback(address: str) -> bool:
    """True for an address of this machine that no other reaches."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
