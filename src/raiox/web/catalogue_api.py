"""The API of what does not belong to anybody: models, embedding map, examples."""

import json
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.bundle.manifest import EMBEDDING_MAP_FILE
from raiox.inference.local import SHIPPED_MODELS
from raiox.settings import InferenceSettings
from raiox.web import examples
from raiox.web.documents import API
from raiox.web.face import FaceDep, LangQuery, RuntimeDep
from raiox.web.projector import TSV, metadata_tsv, tensors_tsv
from raiox.web.reference_cases import ReferenceCases
from raiox.web.schemas import CurrentModels, Examples, ReferenceCase, problems

PUBLIC = "public, max-age=300"

router = APIRouter(prefix=API, tags=["catalogue"])


def embedding_map_path(settings: InferenceSettings) -> Path:
    """Where the classifier's bundle keeps its embedding map."""
    return (settings.models_dir or SHIPPED_MODELS) / settings.classifier_bundle / EMBEDDING_MAP_FILE


@router.get("/models/current", responses={200: {"model": CurrentModels}, **problems()})
async def current_models(runtime: RuntimeDep, face: FaceDep, lang: LangQuery = None) -> Response:
    """Which networks answer now, and what the service promises of uploads."""
    answering = runtime.models.engine.models
    models = {
        role: {"id": identity.id, "sha256": identity.sha256} for role, identity in answering.items()
    }
    points = answering["covid_classifier"].operating_points
    promises = {
        "operating_points": {name: point.threshold for name, point in points.items()},
        "operating_figures": {
            name: {"sensitivity": point.sensitivity, "specificity": point.specificity}
            for name, point in points.items()
        },
        "max_upload_bytes": face.settings.intake.max_upload_bytes,
        "keep_images_h": face.settings.records.keep_images_h,
        "keep_results_h": face.settings.records.keep_results_h,
    }
    return Response(json.dumps({"models": models} | promises), media_type="application/json")


@router.get("/embedding-map", responses=problems())
async def embedding_map(request: Request, runtime: RuntimeDep, lang: LangQuery = None) -> Response:
    """Where the reference cases lie; no cases where the bundle carries no map."""
    _ = runtime.models.engine  # a map of a bundle that was not verified is not shown
    path: Path = request.app.state.embedding_map_path
    content = await runtime.threads.read(lambda: _read_or_empty(path))
    return Response(content, 200, {"Cache-Control": PUBLIC}, "application/json")


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
    request: Request, folder: str, file: str, runtime: RuntimeDep, lang: LangQuery = None
) -> Response:
    """One reference case; `url` is null where its image is not at hand."""
    cases: ReferenceCases = request.app.state.reference_cases
    found = await runtime.threads.read(lambda: cases.describe(f"{folder}/{file}"))
    address = f"{API}/embedding-map/cases/{folder}/{file}/image" if found.path else None
    told = {
        "image": found.image,
        "finding": found.finding,
        "source": found.source,
        "licence": found.licence,
        "origin": found.origin,
        "url": address,
    }
    return Response(
        json.dumps(told, ensure_ascii=False), 200, {"Cache-Control": PUBLIC}, "application/json"
    )


@router.get(
    "/embedding-map/cases/{folder}/{file}/image",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "JPEG."}, **problems(404)},
)
async def reference_image(
    request: Request, folder: str, file: str, runtime: RuntimeDep, lang: LangQuery = None
) -> Response:
    """The image of a reference case, where `RAIOX_DATA` holds it."""
    cases: ReferenceCases = request.app.state.reference_cases
    content = await runtime.threads.read(lambda: cases.read(f"{folder}/{file}"))
    return Response(content, 200, {"Cache-Control": PUBLIC}, "image/jpeg")


@router.get(
    "/embedding-map/{part}.tsv",
    response_class=Response,
    responses={200: {"content": {TSV: {}}, "description": "Tab-separated."}, **problems(404)},
)
async def projector_file(
    request: Request,
    part: Literal["tensors", "metadata"],
    runtime: RuntimeDep,
    lang: LangQuery = None,
) -> Response:
    """The embedding map for TensorBoard's projector: load both files there."""
    path: Path = request.app.state.embedding_map_path
    content = await runtime.threads.read(lambda: _read_or_empty(path))
    lines = tensors_tsv(content) if part == "tensors" else metadata_tsv(content)
    headers = {
        "Cache-Control": PUBLIC,
        "Content-Disposition": f'attachment; filename="raiox-{part}.tsv"',
    }
    return Response(lines, 200, headers, f"{TSV}; charset=utf-8")


@router.get("/examples", responses={200: {"model": Examples}, **problems()})
async def list_examples(request: Request, lang: LangQuery = None) -> Response:
    """Images to try, with their attribution."""
    folder: examples.Examples = request.app.state.examples
    told = {"examples": folder.describe(f"{API}/examples")}
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")


@router.get("/examples/{example_id}", response_class=Response, responses=problems(404))
async def get_example(
    request: Request, example_id: str, runtime: RuntimeDep, lang: LangQuery = None
) -> Response:
    """One example image."""
    folder: examples.Examples = request.app.state.examples
    found = await runtime.threads.read(lambda: folder.read(example_id))
    return Response(found.content, 200, {"Cache-Control": PUBLIC}, found.media_type)
