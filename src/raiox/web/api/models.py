"""The API of what belongs to nobody: the models, what they were measured at, examples."""

from fastapi import APIRouter
from starlette.responses import Response

from raiox.bundle.manifest import REPORT_FILE
from raiox.pdf import is_available
from raiox.web.api.case_map import PUBLIC
from raiox.web.api.schemas import (
    CurrentModels,
    Example,
    Examples,
    ReportDocument,
    problems,
)
from raiox.web.api.serializers import API, describe_models
from raiox.web.dependencies import ExamplesDep, LangQuery, RootPathDep, ServiceDep, WebDep
from raiox.web.errors import ReportNotFoundError

router = APIRouter(prefix=API, tags=["models and examples"])


@router.get("/models/current", responses=problems())
async def current_models(
    service: ServiceDep, web_context: WebDep, lang: LangQuery = None
) -> CurrentModels:
    """Which networks answer now, and what the service promises of uploads."""
    settings = web_context.settings
    models = service.engine_holder.require().models
    return describe_models(
        models, settings, share_h=settings.web.share_h, writes_pdf=is_available()
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
