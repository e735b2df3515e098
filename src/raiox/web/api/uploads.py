"""Sending images over HTTP: limits, body, use case, and how long to wait for the result."""

import re
import time

from pydantic import BaseModel, Field
from starlette.requests import Request

from raiox.errors import RaioxError
from raiox.records.errors import RecordsUnavailableError
from raiox.records.rows import Accepted, StoredAnalysis
from raiox.service.lifecycle import Service
from raiox.web.caller import Caller
from raiox.web.dependencies import WebContext
from raiox.web.errors import MalformedRequestError
from raiox.web.http.body import read_files

DEFAULT_WAIT_S = 5.0
MAX_KEY_CHARS = 255
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)
_RESPOND_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


class UploadHeaders(BaseModel):
    """The headers of an upload that the service understands."""

    prefer: str = Field("", description="`wait=N`: seconds to wait for the result.")
    idempotency_key: str | None = Field(
        None, description="Makes a retry the same upload, for 24 hours."
    )


async def receive_upload(
    web_context: WebContext,
    service: Service,
    request: Request,
    headers: UploadHeaders,
    caller: Caller,
) -> list[StoredAnalysis | RaioxError]:
    """Receive the images of a request, submit each, and wait as long as the caller wishes.

    Returns: for each file, in order, its analysis or why it was refused; never empty.
    Raises: RaioxError if the request as a whole is refused. Files that were complete
        before that are accepted already.
    """
    settings, owner = web_context.settings, caller.owner
    key = _checked_key(headers.idempotency_key)
    submitted: list[Accepted | RaioxError] = []
    web_context.limits.count_upload(owner, request)
    await require_place(web_context, service)
    with web_context.receipts.receive(caller.address, settings.web.body_timeout_s) as receipt:
        async for content in read_files(
            request, max_bytes=settings.intake.max_upload_bytes, receipt=receipt
        ):
            try:
                if submitted:
                    web_context.limits.count_upload(owner, request)
                with (
                    receipt.used(),
                    web_context.admission.admit(),
                    web_context.metrics.timed("submit"),
                ):
                    async with web_context.decoding.turn(caller):
                        accepted = await service.analyses.submit(
                            content, owner, _key_of(key, len(submitted))
                        )
                submitted.append(accepted)
                if accepted.claim is None:
                    web_context.admission.count_waiting()
            except RaioxError as error:
                submitted.append(error)
            receipt.count(-len(content))
    deadline = time.monotonic() + wait_of(headers.prefer, settings.web.max_wait_s)
    received: list[StoredAnalysis | RaioxError] = []
    for item in submitted:
        if isinstance(item, RaioxError):
            received.append(item)
            continue
        analysis = await _waited_for(service, item, owner, deadline)
        web_context.limits.count_stored(request, analysis.n_pixels_stored)
        web_context.metrics.count_outcome(analysis)
        received.append(analysis)
    return received


async def require_place(web_context: WebContext, service: Service) -> None:
    """Raises: QueueFullError if an upload that begins now would find no place in the queue."""
    await web_context.admission.look(lambda: service.executors.read(service.records.queue.n_queued))
    web_context.admission.require_place()


async def _waited_for(
    service: Service, accepted: Accepted, owner: str, deadline: float
) -> StoredAnalysis:
    left_s = max(0.0, deadline - time.monotonic())
    if accepted.analysis is not None and not left_s:
        return accepted.analysis
    try:
        return await service.analyses.wait(accepted.id, owner, left_s)
    except RecordsUnavailableError:
        if accepted.analysis is None:
            raise
        return accepted.analysis  # it is accepted, whatever became of the database since


def _checked_key(key: str | None) -> str | None:
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARS:
        raise MalformedRequestError(part="Idempotency-Key")
    return key


def _key_of(key: str | None, index: int) -> str | None:
    """One key per file: that of the request and, from the second file on, its number."""
    return key if key is None or index == 0 else f"{key} {index}"


def wait_of(prefer: str, longest_s: float) -> float:
    """Seconds from `Prefer: wait=N` or `respond-async` (RFC 7240); junk is ignored."""
    found = _WAIT.search(prefer)
    if found:
        return min(float(found[1]), longest_s)
    return 0.0 if _RESPOND_ASYNC.search(prefer) else min(DEFAULT_WAIT_S, longest_s)
