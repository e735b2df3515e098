"""Errors as RFC 9457 problem documents: the one place where a refusal becomes a status.

Every error answer of the service comes from here, the framework's own included.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from raiox.errors import ErrorKind, Fact, InternalError, RaioxError
from raiox.messages import messages_in_all_languages
from raiox.result import Document, Sentences
from raiox.vocabulary import Language
from raiox.web.errors import (
    MethodNotAllowedError,
    ProtocolError,
    UnknownRouteError,
)
from raiox.web.http.language import language_of

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:raiox:problem:"

_STATUS_OF_KIND: Final = {
    ErrorKind.INVALID_INPUT: 422,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.INTERNAL: 500,
}

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

_STATUS_OF_CODE: Final = {
    "malformed_request": 400,
    "no_file_in_request": 400,
    "too_many_files": 413,
    "unsupported_media_type": 415,
    "empty_upload": 400,
    "foreign_origin": 403,
    "key_required": 401,
    "key_invalid": 401,
    "key_scope": 403,
    "login_required": 401,
    "login_failed": 400,
    "login_denied": 403,
    "sharing_off": 403,
    "host_not_allowed": 421,
    "method_not_allowed": 405,
    "request_too_slow": 408,
    "upload_too_large": 413,
    "not_an_image": 415,
    "unsupported_format": 415,
    "archive": 415,
    "unsupported_transfer_syntax": 415,
    "too_many_requests": 429,
    "storage_full": 507,
    "storage_quota_reached": 507,
}
"""Where HTTP has a more precise status than the kind."""


def status_of(error: RaioxError) -> int:
    """The HTTP status of a refusal."""
    if isinstance(error, ProtocolError):
        return error.status
    return _STATUS_OF_CODE.get(error.code, _STATUS_OF_KIND[error.kind])


class Problem(Document):
    """RFC 9457, with raiox's own members."""

    type: str = Field(examples=["urn:raiox:problem:not_an_image"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; decide by this.", examples=["not_an_image"])
    action: str = Field(description="What to do now.")
    request_id: str
    facts: dict[str, Fact]
    translations: dict[str, Sentences] = Field(description="By language.")


def make_problem(
    error: RaioxError, *, language: Language, instance: str, request_id: str
) -> Problem:
    """The problem document of a refusal."""
    translations = messages_in_all_languages(error.code, error.facts)
    return Problem(
        type=TYPE_PREFIX + error.code,
        status=status_of(error),
        **translations[language],
        instance=instance,
        code=error.code,
        request_id=request_id,
        facts=error.facts,
        translations={name: Sentences(**texts) for name, texts in translations.items()},
    )


def problem_of(request: Request, error: RaioxError) -> Problem:
    """The problem document of a refused request, or of one of its files."""
    if not hasattr(request.state, "refusals"):
        request.state.refusals = []
    request.state.refusals.append(error.code)
    return make_problem(
        error,
        language=language_of(request),
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", ""),
    )


def problem_headers(error: RaioxError) -> dict[str, str]:
    """`Retry-After` where the refusal says when to come back, `WWW-Authenticate` with a 401."""
    retry_after_s = error.facts.get("retry_after_s")
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    if status_of(error) == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def problem_response(
    request: Request, error: RaioxError, headers: Mapping[str, str] | None = None
) -> Response:
    """The response to a request that was refused."""
    return Response(
        problem_of(request, error).model_dump_json(),
        status_of(error),
        {**problem_headers(error), **(headers or {})},
        MEDIA_TYPE,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every refusal of the app and of the framework a problem document."""
    app.add_exception_handler(RaioxError, _respond_to_raiox_error)
    app.add_exception_handler(HTTPException, respond_to_http_exception)
    app.add_exception_handler(RequestValidationError, _respond_to_validation_error)


async def _respond_to_raiox_error(request: Request, error: Exception) -> Response:
    return problem_response(request, _to_raiox_error(error))


async def respond_to_http_exception(request: Request, error: Exception) -> Response:
    """The problem document of a refusal by the framework."""
    headers = dict(getattr(error, "headers", None) or {})
    if getattr(error, "status_code", 0) == HTTPStatus.METHOD_NOT_ALLOWED:
        # The router only knows the methods of the first route with this address.
        headers["Allow"] = ", ".join(sorted(_methods_at(request.app, request.scope)))
    return problem_response(request, _to_raiox_error(error), headers)


def _methods_at(app: FastAPI, scope: Scope) -> set[str]:
    methods = {
        method
        for method in _METHODS
        for route in app.router.routes
        if route.matches({**scope, "method": method})[0] is Match.FULL
    }
    return methods | {"HEAD"} if "GET" in methods else methods


async def _respond_to_validation_error(request: Request, error: Exception) -> Response:
    return problem_response(request, _to_raiox_error(error))


def _to_raiox_error(error: Exception) -> RaioxError:
    if isinstance(error, RaioxError):
        return error
    if isinstance(error, RequestValidationError):
        # Only names of our own parameters, never what was sent.
        names = sorted({str(found["loc"][-1]) for found in error.errors() if found["loc"]})
        return ProtocolError(422, ", ".join(names))
    if isinstance(error, HTTPException):
        return _from_status(error.status_code)
    return InternalError()


def _from_status(status: int) -> RaioxError:
    if status == HTTPStatus.NOT_FOUND:
        return UnknownRouteError()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodNotAllowedError()
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProtocolError(status, "request")
    return InternalError()
