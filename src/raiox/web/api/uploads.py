"""Sending an image over HTTP: limits, body, use case, and how long to wait for the result."""

import re
from dataclasses import dataclass

from starlette.requests import Request

from raiox.records.rows import StoredAnalysis
from raiox.service.lifecycle import Service
from raiox.web.dependencies import WebContext
from raiox.web.errors import MalformedRequestError
from raiox.web.http.body import read_upload

DEFAULT_WAIT_S = 5.0
MAX_KEY_CHARS = 255
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)
_AT_ONCE = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes uploads for one app."""

    web_context: WebContext
    service: Service

    async def take(self, request: Request, owner: str) -> StoredAnalysis:
        """Receive one image, have it analysed, wait as long as the caller wishes.

        Raises: RaioxError, for every reason not to.
        """
        web, intake = self.web_context.settings.web, self.web_context.settings.intake
        key = idempotency_key(request)
        # Asked first: without a model there is no use in receiving anything.
        _ = self.service.models.engine
        self.web_context.limits.count_upload(owner, request)
        with self.web_context.gate.upload() as count:
            content = await read_upload(
                request,
                max_bytes=intake.max_upload_bytes,
                timeout_s=web.body_timeout_s,
                count=count,
            )
            analysis_id = await self.service.analyses.submit(content, owner, key)
        wait_s = wait_asked(request, web.max_wait_s)
        return await self.service.analyses.wait(analysis_id, owner, wait_s)


def idempotency_key(request: Request) -> str | None:
    """The caller's key for retries. Raises: MalformedRequestError if it is too long."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARS:
        raise MalformedRequestError(part="Idempotency-Key")
    return key


def wait_asked(request: Request, longest_s: float) -> float:
    """Seconds from `Prefer: wait=N` or `respond-async` (RFC 7240); junk is ignored."""
    prefer = request.headers.get("prefer", "")
    found = _WAIT.search(prefer)
    if found:
        return min(float(found[1]), longest_s)
    return 0.0 if _AT_ONCE.search(prefer) else min(DEFAULT_WAIT_S, longest_s)
