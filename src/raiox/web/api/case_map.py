"""The API of the map of cases: where they lie, what is known of each, files for the projector."""

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from raiox.bundle.embedding_map import EmbeddingMap
from raiox.web.api.projector import TSV, metadata_tsv, tensors_tsv
from raiox.web.api.reference_cases import ReferenceCases
from raiox.web.api.schemas import CaseMap, ReferenceCase, problems
from raiox.web.api.serializers import API
from raiox.web.dependencies import CasesDep, LangQuery, RootPathDep, ServiceDep
from raiox.web.errors import UnknownRouteError

PUBLIC = "public, max-age=300"
CASE = "/embedding-map/cases/{folder}/{file}"

router = APIRouter(prefix=API, tags=["map of cases"])


@router.get("/embedding-map", response_model=CaseMap, responses=problems())
async def embedding_map(service: ServiceDep, cases: CasesDep, lang: LangQuery = None) -> Response:
    """Where the reference cases lie; no cases where the bundle carries no map."""
    service.engine_holder.require()  # the map of a bundle that was not verified is not shown
    content = await service.executors.read(lambda: _case_map(cases.embedding_map))
    return Response(content, 200, {"Cache-Control": PUBLIC}, "application/json")


def _case_map(cases: EmbeddingMap | None) -> bytes:
    if cases is None:
        return CaseMap(cases=(), coordinates=(), explained_variance=()).model_dump_json().encode()
    document = CaseMap.model_validate(
        {
            "cases": [asdict(case) for case in cases.cases],
            "coordinates": cases.rounded_coordinates(),
            "explained_variance": cases.rounded_variances(),
        }
    )
    return document.model_dump_json().encode()


@router.get(CASE, responses=problems(404))
async def reference_case(
    response: Response,
    folder: str,
    file: str,
    service: ServiceDep,
    cases: CasesDep,
    root_path: RootPathDep,
    lang: LangQuery = None,
) -> ReferenceCase:
    """One reference case; `url` is null where its image is not at hand."""
    image = f"{folder}/{file}"
    found = await service.executors.read(lambda: cases.describe(image))
    response.headers["Cache-Control"] = PUBLIC
    return ReferenceCase(
        **asdict(found.case),
        licence=found.licence,
        origin=found.origin,
        url=f"{root_path}{API}/embedding-map/cases/{image}/image" if found.path else None,
    )


@router.get(
    f"{CASE}/image",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "JPEG."}, **problems(404)},
)
async def reference_image(
    folder: str, file: str, service: ServiceDep, cases: CasesDep, lang: LangQuery = None
) -> Response:
    """The image of a reference case, where `RAIOX_DATASETS` holds it."""
    content = await service.executors.read(lambda: cases.load_image(f"{folder}/{file}"))
    return Response(content, 200, {"Cache-Control": PUBLIC}, "image/jpeg")


@router.get(
    "/embedding-map/{part}.tsv",
    response_class=Response,
    responses={200: {"content": {TSV: {}}, "description": "Tab-separated."}, **problems(404)},
)
async def projector_file(
    part: Literal["tensors", "metadata"],
    service: ServiceDep,
    cases: CasesDep,
    lang: LangQuery = None,
) -> Response:
    """The embedding map for TensorBoard's projector: load both files there."""
    content = await service.executors.read(lambda: _table(cases, part))
    headers = {
        "Cache-Control": PUBLIC,
        "Content-Disposition": f'attachment; filename="raiox-{part}.tsv"',
    }
    return Response(content, 200, headers, f"{TSV}; charset=utf-8")


def _table(cases: ReferenceCases, part: Literal["tensors", "metadata"]) -> str:
    if cases.embedding_map is None:
        raise UnknownRouteError
    return (tensors_tsv if part == "tensors" else metadata_tsv)(cases.embedding_map)
