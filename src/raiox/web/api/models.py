"""The API of what does not belong to anybody: models, what they were measured at, examples."""

import json
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.bundle.manifest import REPORT_FILE
from raiox.inference.local import SHIPPED_MODELS
from raiox.settings import InferenceSettings
from raiox.web.api.schemas import CurrentModels, Examples, ReportDocument, problems
from raiox.web.api.serializers import API
from raiox.web.dependencies import LangQuery, ServiceDep, WebDep
from raiox.web.errors import ReportNotFoundError
from raiox.web.site import examples

PUBLIC = "public, max-age=300"
JSON = "application/json"

router = APIRouter(prefix=API, tags=["catalogue"])


def classifier_folder(settings: InferenceSettings) -> Path:
    """The bundle whose embedding map and report are shown."""
    return (settings.models_dir or SHIPPED_MODELS) / settings.classifier_bundle


@router.get("/models/current", responses={200: {"model": CurrentModels}, **problems()})
async def current_models(
    service: ServiceDep, web_context: WebDep, lang: LangQuery = None
) -> Response:
    """Which networks answer now, and what the service promises of uploads."""
    answering = service.models.engine.models
    models = {
        role: {"id": identity.id, "sha256": identity.sha256} for role, identity in answering.items()
    }
    points = answering["classifier"].operating_points
    promises = {
        "operating_points": {name: point.threshold for name, point in points.items()},
        "operating_figures": {
            name: {"sensitivity": point.sensitivity, "specificity": point.specificity}
            for name, point in points.items()
        },
        "max_upload_bytes": web_context.settings.intake.max_upload_bytes,
        "keep_images_h": web_context.settings.records.keep_images_h,
        "keep_results_h": web_context.settings.records.keep_results_h,
    }
    return Response(json.dumps({"models": models} | promises), media_type="application/json")


@router.get("/models/current/report", responses={200: {"model": ReportDocument}, **problems(404)})
async def current_report(request: Request, service: ServiceDep, lang: LangQuery = None) -> Response:
    """What the classifier that answers was measured at, with its limits."""
    _ = service.models.engine  # the report of a bundle that was not verified is not shown
    file: Path = request.app.state.classifier_folder / REPORT_FILE
    content = await service.executors.read(lambda: file.read_bytes() if file.is_file() else None)
    if content is None:
        raise ReportNotFoundError
    return Response(content, 200, {"Cache-Control": PUBLIC}, JSON)


@router.get("/examples", responses={200: {"model": Examples}, **problems()})
async def list_examples(request: Request, lang: LangQuery = None) -> Response:
    """Images to try, with their attribution."""
    folder: examples.Examples = request.app.state.examples
    told = {"examples": folder.describe(f"{API}/examples")}
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")


@router.get("/examples/{example_id}", response_class=Response, responses=problems(404))
async def get_example(
    request: Request, example_id: str, service: ServiceDep, lang: LangQuery = None
) -> Response:
    """One example image."""
    folder: examples.Examples = request.app.state.examples
    found = await service.executors.read(lambda: folder.read(example_id))
    return Response(found.content, 200, {"Cache-Control": PUBLIC}, found.media_type)
