"""The API does what its description says, also when it is asked nonsense."""

import httpx
import pytest
import schemathesis
from fakes import png
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from serving import Served

from raiox import errors
from raiox.errors import RaioxError
from raiox.web.problems import status_of
from raiox.web.schemas import AnalysisDocument, AnalysisPage, CurrentModels, Problem


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    service = Served(tmp_path_factory.mktemp("served"), web__limits="false")
    yield service
    service.kill()


def every_error() -> list[type[RaioxError]]:
    found = vars(errors).values()
    return [e for e in found if isinstance(e, type) and issubclass(e, RaioxError)]


@pytest.mark.parametrize("error", every_error())
def test_every_error_has_a_status_of_its_kind(error):
    status = status_of(error())

    blame = 4 if error.kind in ("invalid_input", "not_found", "conflict") else 5
    assert status // 100 == blame or error.code == "too_many_requests"


def test_answers_are_what_the_schemas_describe(served):
    with httpx.Client(base_url=served.url) as client:
        upload = client.post("/api/v1/analyses", files={"file": ("a.png", png())})
        rejected = client.post("/api/v1/analyses", files={"file": ("a.png", png(mean=250))})
        page = client.get("/api/v1/analyses")
        models = client.get("/api/v1/models/current")
        problem = client.get("/nowhere")

    AnalysisDocument.model_validate(upload.json(), strict=False)
    AnalysisDocument.model_validate(rejected.json(), strict=False)
    AnalysisPage.model_validate(page.json(), strict=False)
    CurrentModels.model_validate(models.json(), strict=False)
    Problem.model_validate(problem.json(), strict=False)


def test_every_operation_documents_its_refusals(served):
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for method, operation in operations.items():
            refusals = {
                status: told for status, told in operation["responses"].items() if status > "4"
            }
            assert {"400", "500", "503"} <= set(refusals), (method, path)
            for status, told in refusals.items():
                assert "application/problem+json" in told["content"], (method, path, status)


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
