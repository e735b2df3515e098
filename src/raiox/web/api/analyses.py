"""The API of analyses: what HTTP means, and nothing else."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from raiox.records.errors import AnalysisNotFoundError
from raiox.records.rows import StoredAnalysis
from raiox.service.lifecycle import Service
from raiox.service.result_json import JsonObject
from raiox.vocabulary import Finding
from raiox.web.api.export import to_csv, to_json
from raiox.web.api.schemas import PNG, AnalysisDocument, AnalysisPage, problems
from raiox.web.api.serializers import API, address, analysis_document
from raiox.web.api.uploads import Uploads
from raiox.web.dependencies import LangQuery, OwnerDep, ServiceDep, WebContext, WebDep

MAX_PAGE = 100

router = APIRouter(prefix=f"{API}/analyses", tags=["analyses"])

AnalysisId = Annotated[str, Path(min_length=1, max_length=64, description="As given on upload.")]

FileFormat = Annotated[Literal["csv", "json"], Query()]

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file to keep.",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {}},
    }
}

_UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "",
    status_code=201,
    openapi_extra=_UPLOAD_BODY,
    responses={
        201: {"model": AnalysisDocument, "description": "Finished."},
        202: {"model": AnalysisDocument, "description": "Accepted; look at `Location` later."},
        **problems(408, 409, 429, 507),
    },
)
async def submit_analysis(
    request: Request,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
    prefer: Annotated[
        str | None, Header(description="`wait=N`: seconds to wait for the result.")
    ] = None,
    idempotency_key: Annotated[
        str | None, Header(description="Makes a retry the same upload, for 24 hours.")
    ] = None,
) -> Response:
    """Send one image, as the form part `file` or as the raw body."""
    analysis = await Uploads(web_context, service).take(request, owner)
    headers = {"Location": address(analysis.id)}
    if not analysis.finished:
        headers["Retry-After"] = "1"
    return await _tell(service, analysis, 201 if analysis.finished else 202, headers)


@router.get("", responses={200: {"model": AnalysisPage}, **problems()})
async def list_analyses(
    service: ServiceDep,
    owner: OwnerDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    lang: LangQuery = None,
) -> Response:
    """Your analyses, newest first."""
    page = await service.analyses.history(owner, limit=limit, cursor=cursor)
    documents = [analysis_document(analysis) for analysis in page.analyses]
    return _json({"analyses": documents, "next_cursor": page.next_cursor})


@router.get(
    "/export",
    responses={**_FILES, **problems()},
)
async def export_analyses(
    service: ServiceDep,
    owner: OwnerDep,
    format: FileFormat = "json",  # noqa: A002  (its name in the URL)
    lang: LangQuery = None,
) -> Response:
    """Your whole history as one file."""
    documents = [analysis_document(found) for found in await service.analyses.whole_history(owner)]
    return _file(documents, format)


@router.get("/{analysis_id}", responses={200: {"model": AnalysisDocument}, **problems(404, 429)})
async def get_analysis(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
) -> Response:
    """One analysis of yours."""
    return await _tell(service, await _find(request, analysis_id, web_context, service, owner), 200)


@router.get("/{analysis_id}/export", responses={**_FILES, **problems(404, 429)})
async def export_analysis(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    format: FileFormat = "json",  # noqa: A002  (its name in the URL)
    lang: LangQuery = None,
) -> Response:
    """One analysis of yours as a file."""
    return _file(
        [analysis_document(await _find(request, analysis_id, web_context, service, owner))], format
    )


@router.delete("/{analysis_id}", status_code=204, responses=problems(404, 429))
async def delete_analysis(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
) -> Response:
    """Remove it: image, result, heatmaps, everything."""
    try:
        await service.analyses.delete(analysis_id, owner)
    except AnalysisNotFoundError:
        web_context.limits.count_miss(request)
        raise
    return Response(status_code=204)


@router.get("/{analysis_id}/image", response_class=Response, responses=PNG | problems(404))
async def get_image(
    analysis_id: AnalysisId, service: ServiceDep, owner: OwnerDep, lang: LangQuery = None
) -> Response:
    """The kept image, re-encoded from its pixels."""
    return Response(await service.analyses.image(analysis_id, owner), media_type="image/png")


@router.get(
    "/{analysis_id}/heatmap/{finding}.png", response_class=Response, responses=PNG | problems(404)
)
async def get_heatmap(
    analysis_id: AnalysisId,
    finding: Finding,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
) -> Response:
    """What spoke for one finding, to lay over the image."""
    content = await service.analyses.heatmap(analysis_id, owner, finding)
    return Response(content, media_type="image/png")


async def _find(
    request: Request, analysis_id: str, web_context: WebContext, service: Service, owner: str
) -> StoredAnalysis:
    """An analysis of this owner; who asks for others too often is slowed down."""
    try:
        return await service.analyses.get(analysis_id, owner)
    except AnalysisNotFoundError:
        web_context.limits.count_miss(request)
        raise


def _file(documents: list[JsonObject], file_format: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="raiox-analyses.{file_format}"'}
    if file_format == "csv":
        return Response(to_csv(documents), 200, headers, "text/csv; charset=utf-8")
    return Response(to_json(documents), 200, headers, "application/json")


async def _tell(
    service: Service, analysis: StoredAnalysis, status: int, headers: dict[str, str] | None = None
) -> Response:
    waiting = await service.analyses.waiting(analysis)
    return _json(analysis_document(analysis, waiting), status, headers)


def _json(
    document: JsonObject, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status, headers, "application/json")
