"""The API of analyses: what HTTP means, and nothing else."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from raiox.errors import RaioxError
from raiox.records.errors import AnalysisNotFoundError
from raiox.records.rows import StoredAnalysis
from raiox.result import LungOcclusionDocument
from raiox.service.lifecycle import Service
from raiox.web.api.export import FileFormat, write_file
from raiox.web.api.history_export import HistoryExport
from raiox.web.api.schemas import PNG, Analysis, AnalysisPage, UploadBatch, UploadItem, problems
from raiox.web.api.serializers import API, address_of, analysis_document
from raiox.web.api.uploads import UploadHeaders, receive_upload
from raiox.web.dependencies import (
    CallerDep,
    LangQuery,
    OwnerDep,
    RootPathDep,
    ServiceDep,
    WebContext,
    WebDep,
)
from raiox.web.http.body import MAX_FILES
from raiox.web.http.problems import problem_of, status_of

CREATED, ACCEPTED, MULTI_STATUS = 201, 202, 207
MAX_PAGE = 100

router = APIRouter(prefix=f"{API}/analyses", tags=["analyses"])

AnalysisId = Annotated[str, Path(min_length=1, max_length=64, description="As given on upload.")]

FindingName = Annotated[str, Path(min_length=1, max_length=64, description="A key of the scores.")]

FormatQuery = Annotated[FileFormat, Query()]

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
                    "properties": {
                        "file": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MAX_FILES,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "",
    status_code=CREATED,
    openapi_extra=_UPLOAD_BODY,
    response_model=Analysis | UploadBatch,
    responses={
        CREATED: {"model": Analysis, "description": "Finished."},
        ACCEPTED: {"model": Analysis, "description": "Accepted; look at `Location` later."},
        MULTI_STATUS: {"model": UploadBatch, "description": "Several files: one item for each."},
        **problems(401, 408, 409, 429, 507),
    },
)
async def submit_analysis(
    request: Request,
    response: Response,
    headers: Annotated[UploadHeaders, Header()],
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    root_path: RootPathDep,
    lang: LangQuery = None,
) -> Analysis | UploadBatch:
    """Send an image, as a form part with a file name or as the raw body; or several as parts."""
    received = await receive_upload(web_context, service, request, headers, caller)
    if len(received) > 1:
        response.status_code = MULTI_STATUS
        items = [await _item(request, service, item, root_path) for item in received]
        return UploadBatch(items=tuple(items))
    [analysis] = received
    if isinstance(analysis, RaioxError):
        raise analysis
    response.status_code = _status(analysis)
    response.headers["Location"] = f"{root_path}{address_of(analysis.id)}"
    if not analysis.finished:
        response.headers["Retry-After"] = "1"
    return await _document(service, analysis, root_path)


@router.get("", responses=problems(401, 429))
async def list_analyses(
    service: ServiceDep,
    owner: OwnerDep,
    root_path: RootPathDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    lang: LangQuery = None,
) -> AnalysisPage:
    """Your analyses, newest first."""
    page = await service.analyses.history(owner, limit=limit, cursor=cursor)
    documents = tuple(analysis_document(analysis, root_path) for analysis in page.analyses)
    return AnalysisPage(analyses=documents, next_cursor=page.next_cursor)


@router.get("/export", response_class=Response, responses={**_FILES, **problems(401, 429)})
async def export_analyses(
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    root_path: RootPathDep,
    format: FormatQuery = "json",  # noqa: A002  (its name in the URL)
    lang: LangQuery = None,
) -> Response:
    """Your whole history as one file."""
    export = HistoryExport(service, web_context.rendering, caller, root_path)
    file, text = await export.open(format)
    return StreamingResponse(text, 200, _attachment(format), file.media_type)


@router.get("/{analysis_id}", responses=problems(401, 404, 429))
async def get_analysis(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    root_path: RootPathDep,
    lang: LangQuery = None,
) -> Analysis:
    """One analysis of yours."""
    analysis = await find_analysis(request, analysis_id, web_context, service, owner)
    return await _document(service, analysis, root_path)


@router.get(
    "/{analysis_id}/export",
    response_class=Response,
    responses={**_FILES, **problems(401, 404, 429)},
)
async def export_analysis(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    root_path: RootPathDep,
    format: FormatQuery = "json",  # noqa: A002  (its name in the URL)
    lang: LangQuery = None,
) -> Response:
    """One analysis of yours as a file."""
    analysis = await find_analysis(request, analysis_id, web_context, service, owner)
    text, media_type = write_file((analysis_document(analysis, root_path),), format)
    return Response(text, 200, _attachment(format), media_type)


@router.get(
    "/{analysis_id}/image", response_class=Response, responses=PNG | problems(401, 404, 429)
)
async def get_image(
    analysis_id: AnalysisId, service: ServiceDep, owner: OwnerDep, lang: LangQuery = None
) -> Response:
    """The kept image, re-encoded from its pixels."""
    return Response(await service.analyses.image(analysis_id, owner), media_type="image/png")


@router.get(
    "/{analysis_id}/values", response_class=Response, responses=PNG | problems(401, 404, 429)
)
async def get_values(
    analysis_id: AnalysisId, service: ServiceDep, owner: OwnerDep, lang: LangQuery = None
) -> Response:
    """The values of the kept image, of a file of more than 8 bits."""
    return Response(await service.analyses.values(analysis_id, owner), media_type="image/png")


@router.get(
    "/{analysis_id}/heatmap/{finding}.png",
    response_class=Response,
    responses=PNG | problems(401, 404, 429),
)
async def get_heatmap(
    analysis_id: AnalysisId,
    finding: FindingName,
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    lang: LangQuery = None,
) -> Response:
    """The evidence for one finding, to lay over the image."""
    async with web_context.rendering.turn(caller):
        content = await service.analyses.heatmap(analysis_id, caller.owner, finding)
    return Response(content, media_type="image/png")


@router.get(
    "/{analysis_id}/lungs.png", response_class=Response, responses=PNG | problems(401, 404, 429)
)
async def get_lungs(
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    lang: LangQuery = None,
) -> Response:
    """Where the lungs are, as the network sees them: over the whole image, in few pixels."""
    async with web_context.rendering.turn(caller):
        content = await service.analyses.lungs(analysis_id, caller.owner)
    return Response(content, media_type="image/png")


@router.get("/{analysis_id}/shortcuts", responses=problems(401, 404, 429))
async def get_shortcuts(
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    lang: LangQuery = None,
) -> LungOcclusionDocument:
    """What is left of the scores with the lungs hidden; computed at each request."""
    async with web_context.rendering.turn(caller):
        occlusion = await service.analyses.occlude_lungs(analysis_id, caller.owner)
    return LungOcclusionDocument.of(occlusion)


async def find_analysis(
    request: Request, analysis_id: str, web_context: WebContext, service: Service, owner: str
) -> StoredAnalysis:
    """An analysis of this owner; too many requests for others' are slowed down."""
    try:
        return await service.analyses.get(analysis_id, owner)
    except AnalysisNotFoundError:
        web_context.limits.count_miss(request)
        raise


def _attachment(file_format: FileFormat) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="raiox-analyses.{file_format}"'}


async def _item(
    request: Request, service: Service, received: StoredAnalysis | RaioxError, root_path: str
) -> UploadItem:
    if isinstance(received, RaioxError):
        return UploadItem(status=status_of(received), problem=problem_of(request, received))
    document = await _document(service, received, root_path)
    return UploadItem(status=_status(received), analysis=document)


async def _document(service: Service, analysis: StoredAnalysis, root_path: str) -> Analysis:
    return analysis_document(analysis, root_path, await service.analyses.waiting(analysis))


def _status(analysis: StoredAnalysis) -> int:
    return CREATED if analysis.finished else ACCEPTED
