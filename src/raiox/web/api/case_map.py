"""The API of the map of cases: where they lie, what is known of each, files for the projector."""

import json
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.bundle.manifest import EMBEDDING_MAP_FILE
from raiox.web.api.models import JSON, PUBLIC
from raiox.web.api.projector import TSV, metadata_tsv, tensors_tsv
from raiox.web.api.reference_cases import ReferenceCases
from raiox.web.api.schemas import ReferenceCase, problems
from raiox.web.api.serializers import API
from raiox.web.dependencies import LangQuery, ServiceDep

router = APIRouter(prefix=API, tags=["map of cases"])


@router.get("/embedding-map", responses=problems())
async def embedding_map(request: Request, service: ServiceDep, lang: LangQuery = None) -> Response:
    """Where the reference cases lie; no cases where the bundle carries no map."""
    _ = service.models.engine  # a map of a bundle that was not verified is not shown
    content = await service.executors.read(lambda: _read_or_empty(_map_file(request)))
    return Response(content, 200, {"Cache-Control": PUBLIC}, JSON)


def _map_file(request: Request) -> Path:
    folder: Path = request.app.state.classifier_folder
    return folder / EMBEDDING_MAP_FILE


def _read_or_empty(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b'{"cases": [], "coordinates": []}'


@router.get(
    "/embedding-map/cases/{folder}/{file}",
    responses={200: {"model": ReferenceCase}, **problems(404)},
)
async def reference_case(
    request: Request, folder: str, file: str, service: ServiceDep, lang: LangQuery = None
) -> Response:
    """One reference case; `url` is null where its image is not at hand."""
    cases: ReferenceCases = request.app.state.reference_cases
    found = await service.executors.read(lambda: cases.describe(f"{folder}/{file}"))
    address = f"{API}/embedding-map/cases/{folder}/{file}/image" if found.path else None
    told = {
        "image": found.image,
        "finding": found.finding,
        "source": found.source,
        "licence": found.licence,
        "origin": found.origin,
        "url": address,
    }
    return Response(json.dumps(told, ensure_ascii=False), 200, {"Cache-Control": PUBLIC}, JSON)


@router.get(
    "/embedding-map/cases/{folder}/{file}/image",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "JPEG."}, **problems(404)},
)
async def reference_image(
    request: Request, folder: str, file: str, service: ServiceDep, lang: LangQuery = None
) -> Response:
    """The image of a reference case, where `RAIOX_DATASETS` holds it."""
    cases: ReferenceCases = request.app.state.reference_cases
    content = await service.executors.read(lambda: cases.read(f"{folder}/{file}"))
    return Response(content, 200, {"Cache-Control": PUBLIC}, "image/jpeg")


@router.get(
    "/embedding-map/{part}.tsv",
    response_class=Response,
    responses={200: {"content": {TSV: {}}, "description": "Tab-separated."}, **problems(404)},
)
async def projector_file(
    request: Request,
    part: Literal["tensors", "metadata"],
    service: ServiceDep,
    lang: LangQuery = None,
) -> Response:
    """The embedding map for TensorBoard's projector: load both files there."""
    content = await service.executors.read(lambda: _read_or_empty(_map_file(request)))
    lines = tensors_tsv(content) if part == "tensors" else metadata_tsv(content)
    headers = {
        "Cache-Control": PUBLIC,
        "Content-Disposition": f'attachment; filename="raiox-{part}.tsv"',
    }
    return Response(lines, 200, headers, f"{TSV}; charset=utf-8")
