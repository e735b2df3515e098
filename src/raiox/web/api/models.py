"""The API of what belongs to nobody: the models, what they were measured at, examples."""

from fastapi import APIRouter
from starlette.responses import Response

from raiox.bundle.manifest import REPORT_FILE
from raiox.entities import ModelIdentity
from raiox.pdf import is_available
from raiox.web.api.case_map import PUBLIC
from raiox.web.api.schemas import (
    CurrentModel,
    CurrentModels,
    Example,
    Examples,
    OperatingFigures,
    ReportDocument,
    problems,
)
from raiox.web.api.serializers import API
from raiox.web.dependencies import ExamplesDep, LangQuery, RootPathDep, ServiceDep, WebDep
from raiox.web.errors import ReportNotFoundError

router = APIRouter(prefix=API, tags=["models and examples"])


@router.get("/models/current", responses=problems())
async def current_models(
    service: ServiceDep, web_context: WebDep, lang: LangQuery = None
) -> CurrentModels:
    """Which networks answer now, and what the service promises of uploads."""
    models, settings = service.engine_holder.require().models, web_context.settings
    points = models["classifier"].operating_points
    return CurrentModels(
        models={role: _current_model(identity) for role, identity in models.items()},
        labels=models["classifier"].labels,
        operating_points={label: point.threshold for label, point in points.items()},
        operating_figures={
            label: OperatingFigures(sensitivity=point.sensitivity, specificity=point.specificity)
            for label, point in points.items()
        },
        max_upload_bytes=settings.intake.max_upload_bytes,
        max_pixels=settings.intake.max_pixels,
        keep_images_h=settings.records.keep_images_h,
        keep_results_h=settings.records.keep_results_h,
        share_h=settings.web.share_h,
        writes_pdf=is_available(),
    )


def _current_model(identity: ModelIdentity) -> CurrentModel:
    return CurrentModel(
        id=identity.id,
        sha256=identity.sha256,
        labels=identity.labels,
        multi_label=identity.multi_label,
        architecture=identity.architecture,
        preprocessing=dict(identity.preprocessing),
    )


@router.get("/models/current/report", response_model=ReportDocument, responses=problems(404))
async def current_report(
    web_context: WebDep, service: ServiceDep, lang: LangQuery = None
) -> Response:
    """What the classifier that answers was measured at, with its limits."""
    service.engine_holder.require()  # the report of a bundle that was not verified is not shown
    file = web_context.models.folder_of("classifier") / REPORT_FILE
    content = await service.executors.read(lambda: file.read_bytes() if file.is_file() else None)
    if content is None:
        raise ReportNotFoundError
    return Response(content, 200, {"Cache-Control": PUBLIC}, "application/json")


@router.get("/examples", responses=problems())
async def list_examples(
    examples: ExamplesDep, root_path: RootPathDep, lang: LangQuery = None
) -> Examples:
    """Images to try, with their attribution."""
    described = examples.describe(f"{root_path}{API}/examples")
    return Examples(examples=tuple(Example.model_validate(example) for example in described))


@router.get("/examples/{example_id}", response_class=Response, responses=problems(404))
async def get_example(
    example_id: str, service: ServiceDep, examples: ExamplesDep, lang: LangQuery = None
) -> Response:
    """One example image."""
    found = await service.executors.read(lambda: examples.load_file(example_id))
    return Response(found.content, 200, {"Cache-Control": PUBLIC}, found.media_type)
