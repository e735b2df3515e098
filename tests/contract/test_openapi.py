"""The API does what its description says, also with nonsense requests."""

import runpy
from pathlib import Path
from typing import Any

import anyio
import httpx
import jsonschema_rs
import pytest
import schemathesis
from fakes import FakeEngine, FakeIntake, png
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from serving import Served

from raiox.entities import Radiograph
from raiox.errors import ErrorKind, InternalError, RaioxError
from raiox.service.lifecycle import Factories
from raiox.settings import Settings, WebSettings
from raiox.vocabulary import FINDINGS, LANGUAGES
from raiox.web.app import create_app
from raiox.web.http.problems import MEDIA_TYPE, Problem

CONTRACT = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "docs" / "contract.py"))
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    service = Served(tmp_path_factory.mktemp("served"), web__limits="false")
    yield service
    service.kill()


def every_error() -> list[type[RaioxError]]:
    """The classes that are raised below the API: each has a code of its own."""
    script = Path(__file__).parents[2] / "scripts" / "docs" / "reference.py"
    errors = runpy.run_path(str(script))["raised_errors"]()
    return [error for error in errors if not error.__module__.startswith("raiox.cli.")]


class RefusingIntake(FakeIntake):
    """Meets every upload with the error at hand."""

    error: type[RaioxError] = InternalError

    def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
        raise self.error


@pytest.fixture(scope="module")
def refusals(tmp_path_factory) -> dict[str, httpx.Response]:
    """What an upload is answered when the intake refuses it, by the code of the error."""
    folder = tmp_path_factory.mktemp("refusing")
    # There are more errors than uploads a minute.
    settings = Settings(data_dir=folder, web=WebSettings(limits=False))
    intake = RefusingIntake()
    app = create_app(settings, Factories(FakeEngine, lambda: intake))

    async def ask() -> dict[str, httpx.Response]:
        transport = httpx.ASGITransport(app)
        browser = httpx.AsyncClient(transport=transport, base_url=HERE)
        async with app.router.lifespan_context(app), browser:
            while (await browser.get("/readyz")).status_code != 200:  # noqa: ASYNC110  (nobody notifies)
                await anyio.sleep(0.005)
            return {error.code: await upload(browser, error) for error in every_error()}

    async def upload(browser: httpx.AsyncClient, error: type[RaioxError]) -> httpx.Response:
        intake.error = error
        return await browser.post("/api/v1/analyses", files={"file": ("a.png", png())})

    return anyio.run(ask)


@pytest.fixture(scope="module")
def described(served) -> set[str]:
    """Every status in the description."""
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"].values()
    return {status for ways in paths for way in ways.values() for status in way["responses"]}


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.code)
def test_an_error_anywhere_below_reaches_the_client_as_the_problem_it_is(
    refusals, described, error
):
    answer = refusals[error.code]

    problem = Problem.model_validate(answer.json())
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (problem.code, problem.status) == (error.code, answer.status_code)
    assert set(problem.translations) == set(LANGUAGES)
    assert str(answer.status_code) in described
    is_callers = answer.status_code < 500 and answer.status_code != 429
    assert is_callers == (error.kind not in (ErrorKind.UNAVAILABLE, ErrorKind.INTERNAL))


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """Every schema of the description, by name."""
    return CONTRACT["openapi"]()["components"]["schemas"]


@pytest.fixture(scope="module")
def answers(served):
    """What ordinary requests return."""
    with httpx.Client(base_url=served.url) as client:
        files = [("file", ("a.png", png())), ("file", ("b.txt", b"no image"))]
        responses = {
            "analysed": client.post("/api/v1/analyses", files={"file": ("a.png", png())}),
            "rejected": client.post("/api/v1/analyses", files={"file": ("a.png", png(mean=250))}),
            "batch": client.post("/api/v1/analyses", files=files),
            "page": client.get("/api/v1/analyses"),
            "models": client.get("/api/v1/models/current"),
            "report": client.get("/api/v1/models/current/report"),
            "map": client.get("/api/v1/embedding-map"),
            "examples": client.get("/api/v1/examples"),
            "admin": client.get("/api/v1/admin"),
            "health": client.get("/healthz"),
            "problem": client.get("/api/v1/nowhere"),
        }
    return {name: response.json() for name, response in responses.items()}


DESCRIBED = {
    "analysed": "Analysis",
    "rejected": "Analysis",
    "batch": "UploadBatch",
    "page": "AnalysisPage",
    "models": "CurrentModels",
    "report": "ReportDocument",
    "map": "CaseMap",
    "examples": "Examples",
    "admin": "AdminStatus",
    "health": "Status",
    "problem": "Problem",
}


@pytest.mark.parametrize(("name", "schema"), DESCRIBED.items(), ids=DESCRIBED)
def test_an_answer_is_what_its_schema_describes_and_would_not_be_with_more_or_less(
    answers, schemas, name, schema
):
    answer = answers[name]
    validator = jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": schemas}}
    )

    validator.validate(answer)
    assert set(answer) == set(schemas[schema]["required"])
    assert not validator.is_valid(answer | {"another": 1})
    for key in answer:
        assert not validator.is_valid({k: value for k, value in answer.items() if k != key})


def test_no_schema_allows_what_it_does_not_describe(schemas):
    assert [name for name, schema in schemas.items() if schema.get("additionalProperties")] == []


def test_the_contract_of_the_page_is_what_the_api_describes():
    assert CONTRACT["FILE"].read_text(encoding="utf-8") == CONTRACT["contract"]()


def test_an_analysed_and_a_rejected_image_have_different_results(answers):
    analysed, rejected = answers["analysed"], answers["rejected"]

    assert (analysed["outcome"], rejected["outcome"]) == ("analysed", "rejected")
    assert set(analysed["scores"]) == set(FINDINGS)
    assert rejected["rejection"]["code"] == "document_image"
    assert not rejected["scores"]
    assert not analysed["rejection"]


def test_several_files_are_answered_one_by_one(answers):
    read, refused = answers["batch"]["items"]

    assert (read["status"], read["analysis"]["outcome"], read["problem"]) == (201, "analysed", None)
    assert (refused["status"], refused["problem"]["code"]) == (415, "not_an_image")


def test_every_operation_documents_its_refusals(served):
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for method, operation in operations.items():
            refusals = {
                status: result for status, result in operation["responses"].items() if status > "4"
            }
            assert {"400", "500", "503"} <= set(refusals), (method, path)
            for status, result in refusals.items():
                assert "application/problem+json" in result["content"], (method, path, status)


def test_nonsense_never_breaks_the_service(served):
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    checks = [
        CHECKS.get_one(name)
        for name in ("not_a_server_error", "content_type_conformance", "status_code_conformance")
    ]
    for found in schema.get_all_operations():
        _ask_nonsense(found.ok(), checks)


def _ask_nonsense(operation, checks) -> None:
    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case) -> None:
        case.call_and_validate(checks=checks)

    ask()
