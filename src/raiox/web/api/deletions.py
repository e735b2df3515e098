"""The API that deletes analyses: one, or many at once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from raiox.records.errors import AnalysisNotFoundError
from raiox.vocabulary import AnalysisState
from raiox.web.api.analyses import AnalysisId
from raiox.web.api.schemas import problems
from raiox.web.api.serializers import API
from raiox.web.dependencies import LangQuery, OwnerDep, ServiceDep, WebDep

router = APIRouter(prefix=f"{API}/analyses", tags=["analyses"])


@router.delete("", status_code=204, responses=problems(401, 429))
async def delete_analyses(
    service: ServiceDep,
    owner: OwnerDep,
    state: Annotated[
        Literal["queued", "any"], Query(description="What still waits, or your whole history.")
    ],
    lang: LangQuery = None,
) -> Response:
    """Remove many of yours at once, each as `DELETE` of it would."""
    await service.deletion.delete_all(owner, AnalysisState(state) if state != "any" else None)
    return Response(status_code=204)


@router.delete("/{analysis_id}", status_code=204, responses=problems(401, 404, 429))
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
        await service.deletion.delete(analysis_id, owner)
    except AnalysisNotFoundError:
        web_context.limits.count_miss(request)
        raise
    return Response(status_code=204)
