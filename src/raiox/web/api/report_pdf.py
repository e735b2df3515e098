"""The API of one analysis on paper: a page as PDF, set when it is requested."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.entities import GrayArray
from raiox.pdf import Evaluation, Printed, write_pdf
from raiox.records.rows import StoredAnalysis
from raiox.service.errors import ImageNotKeptError
from raiox.service.lifecycle import Service
from raiox.service.png import from_png
from raiox.service.stored_maps import StoredMaps
from raiox.web.api.analyses import AnalysisId, find_analysis
from raiox.web.api.schemas import problems
from raiox.web.api.serializers import API, analysis_document, instant
from raiox.web.dependencies import CallerDep, LangQuery, ServiceDep, WebContext, WebDep
from raiox.web.http.language import language_of

PDF: Final = "application/pdf"
PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {PDF: {}}, "description": "A page."}
}

router = APIRouter(prefix=f"{API}/analyses", tags=["analyses"])


@router.get(
    "/{analysis_id}/report.pdf",
    response_class=Response,
    responses=PAGE | problems(401, 404, 429),
)
async def get_report_pdf(
    request: Request,
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    caller: CallerDep,
    lang: LangQuery = None,
) -> Response:
    """A finished analysis as one page of A4, with structure for assistive technology (PDF/UA-1)."""
    analysis = await find_analysis(request, analysis_id, web_context, service, caller.owner)
    async with web_context.rendering.turn(caller):
        return await print_analysis(request, web_context, service, analysis, caller.owner)


async def print_analysis(
    request: Request,
    web_context: WebContext,
    service: Service,
    analysis: StoredAnalysis,
    owner: str,
) -> Response:
    """A finished analysis as PDF, in the language of the request."""
    language = language_of(request)
    content, maps = await _pictures(service, analysis, owner)
    printed = await service.executors.read(
        lambda: write_pdf(
            Printed(
                document=analysis_document(analysis, ""),
                analysed_at=instant(analysis.finished_at or analysis.created_at),
                evaluation=_evaluation(web_context, service),
                pixels=None if content is None else _pixels(content, analysis),
                activation_maps=maps.findings if maps else None,
                lungs=maps.lungs if maps else None,
            ),
            language,
        )
    )
    name = f"raiox-{analysis.id[:8]}.pdf"
    return Response(printed, 200, {"Content-Disposition": f'inline; filename="{name}"'}, PDF)


async def _pictures(
    service: Service, analysis: StoredAnalysis, owner: str
) -> tuple[bytes | None, StoredMaps | None]:
    """The image, while it is kept, and what supports each finding in it."""
    maps = await service.analyses.maps(analysis, owner)
    try:
        return await service.analyses.image(analysis.id, owner), maps
    except ImageNotKeptError:
        return None, maps


def _pixels(content: bytes, analysis: StoredAnalysis) -> GrayArray:
    return from_png(
        content, sha256=analysis.sha256, source_format=analysis.source_format, notes=analysis.notes
    ).pixels


def _evaluation(web_context: WebContext, service: Service) -> Evaluation | None:
    """Of the classifier that answers now; none while there is no engine."""
    if service.engine_holder.unavailable_reason:
        return None
    classifier = service.engine_holder.require().models["classifier"]
    return Evaluation.read(web_context.models.folder_of("classifier"), classifier)
