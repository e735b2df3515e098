"""The API of secret links: made and taken back by the owner, followed by whoever has one.

A token comes in a header of its own, never in an address: addresses stand in the logs of proxies
and in the history of browsers, and `Authorization` may hold a proxy's password. A link opens its
one analysis for reading and nothing else; it makes no session.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from raiox.records.errors import ShareNotFoundError
from raiox.records.shares import SharedWith
from raiox.web.api.analyses import CREATED, AnalysisId, FindingName
from raiox.web.api.report_pdf import PAGE, print_analysis
from raiox.web.api.schemas import (
    PNG,
    NewShare,
    SharedAnalysis,
    ShareDocument,
    SharePage,
    problems,
)
from raiox.web.api.serializers import API, analysis_document, instant
from raiox.web.caller import Caller, address_of
from raiox.web.dependencies import LangQuery, OwnerDep, RootPathDep, ServiceDep, WebDep
from raiox.web.errors import SharingOffError

HOUR_S = 3_600.0
SHARED = f"{API}/shared"
NO_INDEX = {"X-Robots-Tag": "noindex, nofollow"}

router = APIRouter(prefix=API, tags=["sharing"])


@router.post(
    "/analyses/{analysis_id}/shares", status_code=CREATED, responses=problems(401, 404, 429)
)
async def share_analysis(
    analysis_id: AnalysisId,
    web_context: WebDep,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
) -> NewShare:
    """Make a secret link to an analysis of yours; its token is said once."""
    keep_s = web_context.settings.web.share_h * HOUR_S
    if keep_s == 0:
        raise SharingOffError
    token, share = await service.executors.write(
        lambda: service.records.shares.add(analysis_id, owner, keep_s)
    )
    return NewShare(
        id=share.id,
        created_at=instant(share.created_at),
        expires_at=instant(share.expires_at),
        token=token,
    )


@router.get("/analyses/{analysis_id}/shares", responses=problems(401, 404, 429))
async def list_shares(
    analysis_id: AnalysisId, service: ServiceDep, owner: OwnerDep, lang: LangQuery = None
) -> SharePage:
    """The links to an analysis of yours that are still valid."""
    await service.analyses.get(analysis_id, owner)  # a stranger learns nothing, not even "none"
    found = await service.executors.read(lambda: service.records.shares.list(analysis_id, owner))
    return SharePage(
        shares=tuple(
            ShareDocument(
                id=share.id,
                created_at=instant(share.created_at),
                expires_at=instant(share.expires_at),
            )
            for share in found
        )
    )


@router.delete(
    "/analyses/{analysis_id}/shares/{share_id}",
    status_code=204,
    responses=problems(401, 404, 429),
)
async def revoke_share(
    analysis_id: AnalysisId,
    share_id: AnalysisId,
    service: ServiceDep,
    owner: OwnerDep,
    lang: LangQuery = None,
) -> Response:
    """Take a link back, at once."""
    await service.executors.write(
        lambda: service.records.shares.revoke(share_id, analysis_id, owner)
    )
    return Response(status_code=204)


async def _shared(
    request: Request,
    web_context: WebDep,
    service: ServiceDep,
    share_token: Annotated[str, Header(max_length=200, description="Of a secret link.")] = "",
) -> SharedWith:
    """What the link leads to. Raises: ShareNotFoundError; TooManyRequestsError for who guesses."""
    on = web_context.settings.web.share_h > 0
    try:
        return await service.executors.read(
            lambda: service.records.shares.find(share_token if on else "")
        )
    except ShareNotFoundError:
        web_context.limits.count_miss(request)
        raise


SharedDep = Annotated[SharedWith, Depends(_shared)]


@router.get("/shared", responses=problems(404, 429))
async def get_shared(
    response: Response,
    service: ServiceDep,
    shared: SharedDep,
    root_path: RootPathDep,
    lang: LangQuery = None,
) -> SharedAnalysis:
    """The analysis that a secret link leads to."""
    response.headers.update(NO_INDEX)
    analysis = await service.analyses.get(shared.analysis_id, shared.owner)
    document = analysis_document(analysis, root_path, address=SHARED)
    return SharedAnalysis(analysis=document, expires_at=instant(shared.expires_at))


@router.get("/shared/image", response_class=Response, responses=PNG | problems(404, 429))
async def get_shared_image(
    service: ServiceDep, shared: SharedDep, lang: LangQuery = None
) -> Response:
    """Its image."""
    return _png(await service.analyses.image(shared.analysis_id, shared.owner))


@router.get("/shared/values", response_class=Response, responses=PNG | problems(404, 429))
async def get_shared_values(
    service: ServiceDep, shared: SharedDep, lang: LangQuery = None
) -> Response:
    """Its values, of a file of more than 8 bits."""
    return _png(await service.analyses.values(shared.analysis_id, shared.owner))


@router.get("/shared/lungs.png", response_class=Response, responses=PNG | problems(404, 429))
async def get_shared_lungs(
    request: Request,
    web_context: WebDep,
    service: ServiceDep,
    shared: SharedDep,
    lang: LangQuery = None,
) -> Response:
    """Where its lungs are."""
    async with web_context.rendering.turn(Caller(shared.owner, address_of(request))):
        content = await service.analyses.lungs(shared.analysis_id, shared.owner)
    return _png(content)


@router.get(
    "/shared/heatmap/{finding}.png", response_class=Response, responses=PNG | problems(404, 429)
)
async def get_shared_heatmap(
    request: Request,
    finding: FindingName,
    web_context: WebDep,
    service: ServiceDep,
    shared: SharedDep,
    lang: LangQuery = None,
) -> Response:
    """The evidence for one finding."""
    async with web_context.rendering.turn(Caller(shared.owner, address_of(request))):
        content = await service.analyses.heatmap(shared.analysis_id, shared.owner, finding)
    return _png(content)


@router.get("/shared/report.pdf", response_class=Response, responses=PAGE | problems(404, 429))
async def get_shared_report_pdf(
    request: Request,
    web_context: WebDep,
    service: ServiceDep,
    shared: SharedDep,
    lang: LangQuery = None,
) -> Response:
    """The analysis as one page of A4."""
    analysis = await service.analyses.get(shared.analysis_id, shared.owner)
    async with web_context.rendering.turn(Caller(shared.owner, address_of(request))):
        page = await print_analysis(request, web_context, service, analysis, shared.owner)
    page.headers.update(NO_INDEX)
    return page


def _png(content: bytes) -> Response:
    return Response(content, media_type="image/png", headers=NO_INDEX)
