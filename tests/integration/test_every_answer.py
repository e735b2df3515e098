"""What every answer has in common: headers, problem documents, languages."""

import pytest
from fakes import FakeIntake, png

from raiox.intake.errors import SandboxTooWeakError
from raiox.settings import WebSettings
from raiox.vocabulary import LANGUAGES
from raiox.web.http.middleware import SECURITY_HEADERS

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}
PROBLEMS = [
    ("GET", "/nowhere", {}, 404, "not_found"),
    ("PUT", ANALYSES, {}, 405, "method_not_allowed"),
    ("GET", f"{ANALYSES}?limit=0", {}, 422, "malformed_request"),
    ("GET", f"{ANALYSES}?cursor=junk", {}, 422, "invalid_cursor"),
    ("GET", f"{ANALYSES}/export?format=xls", {}, 422, "malformed_request"),
    ("GET", f"{ANALYSES}/x/heatmap/covid19.png", {}, 404, "analysis_not_found"),
    ("GET", f"{ANALYSES}/x", {}, 404, "analysis_not_found"),
    ("GET", "/" + "a" * 9_000, {}, 414, "malformed_request"),
    ("GET", "/", {"X-Long": "a" * 17_000}, 431, "malformed_request"),
    ("POST", ANALYSES, {"Content-Type": "text/plain"}, 400, "empty_upload"),
    ("POST", ANALYSES, {"Content-Type": "multipart/related"}, 415, "unsupported_media_type"),
    ("POST", ANALYSES, OCTETS | {"Content-Encoding": "gzip"}, 415, "malformed_request"),
    ("POST", ANALYSES, OCTETS | {"Content-Length": "99999999999"}, 413, "upload_too_large"),
    ("POST", ANALYSES, OCTETS | {"Idempotency-Key": "k" * 300}, 400, "malformed_request"),
    ("POST", ANALYSES, OCTETS | {"Sec-Fetch-Site": "cross-site"}, 403, "foreign_origin"),
    ("POST", ANALYSES, OCTETS | {"Origin": "https://evil.test"}, 403, "foreign_origin"),
    ("DELETE", f"{ANALYSES}/x", {"Origin": "null"}, 403, "foreign_origin"),
]


async def test_every_route_has_the_security_headers(start):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        paths = (await browser.get("/openapi.json")).json()["paths"]
        names = {
            "finding": "covid19",
            "example_id": "x",
            "folder": "x",
            "file": "x",
            "part": "tensors",
            "share_id": "x",
        }
        addresses = [
            path.format(analysis_id=document["id"], **names)
            for path in [*paths, "/", "/plain", "/plain/{analysis_id}", "/openapi.json", "/nope"]
        ]
        answers = [
            await browser.request(method, address)
            for address in addresses
            for method in ("GET", "OPTIONS", "POST", "DELETE")
        ]

    assert len(answers) > 40
    for answer in answers:
        assert SECURITY_HEADERS.items() <= dict(_named(answer)).items(), answer.url
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-request-id"]
        assert answer.status_code < 500


async def test_nothing_of_the_api_is_cached(start):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        addresses = [ANALYSES, f"{ANALYSES}/{document['id']}", document["image"], "/api/v1/nope"]
        answers = [await browser.get(a) for a in [*addresses, document["maps"]["covid19"]]]

    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-store"}


@pytest.mark.parametrize(("method", "path", "headers", "status", "code"), PROBLEMS)
async def test_every_refusal_is_a_problem_document(start, method, path, headers, status, code):
    async with start() as service:
        answer = await service.browser().request(method, path, headers=headers, content=b"")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"].endswith(code)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert set(problem["translations"]) == set(LANGUAGES)
    for sentences in (problem, *problem["translations"].values()):
        assert all(sentences[part] for part in ("title", "detail", "action"))


async def test_a_wrong_method_is_answered_with_all_right_ones(start):
    async with start() as service:
        answer = await service.browser().put(ANALYSES)

    assert {name.strip() for name in answer.headers["allow"].split(",")} == {
        *("DELETE", "GET", "HEAD", "POST")
    }


async def test_a_programming_error_is_reported_without_its_trace(start):
    class Broken(FakeIntake):
        def load(self, content, sha256=None):
            raise ZeroDivisionError("secret detail")

        def close(self):
            pass

    async with start(reader=Broken()) as service:
        answer = await service.browser().post(ANALYSES, content=png(), headers=OCTETS)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "pt"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "de, en;q=0.5, pt;q=0.8", "pt"),
        ("?lang=en", "pt", "en"),
        ("?lang=pt", "en", "pt"),
        ("?lang=xx", "", "pt"),
        ("", ";;;q=x,,\t" * 50, "pt"),
        ("", "en;q=0, *;q=0.5", "pt"),
    ],
)
async def test_answers_in_the_requested_language(start, query, header, language):
    async with start() as service:
        answer = await service.browser().get(f"/nope{query}", headers={"Accept-Language": header})

    problem = answer.json()
    assert problem["title"] == problem["translations"][language]["title"]


@pytest.mark.parametrize("origin", ["http://localhost", None])
async def test_pages_of_our_own_and_programs_may_change_things(start, origin):
    headers = OCTETS | ({"Origin": origin} if origin else {})
    async with start() as service:
        answer = await service.browser().post(ANALYSES, content=png(), headers=headers)

    assert answer.status_code == 201


class Weak(FakeIntake):
    """Its decoders could get out."""

    weak = True

    def require_confinement(self):
        if self.weak:
            raise SandboxTooWeakError(breaches="files, network", layers="landlock")


async def test_with_a_sandbox_that_is_too_weak_nothing_is_served(start):
    with pytest.raises(SandboxTooWeakError):
        async with start(reader=Weak()):
            pass


async def test_a_sandbox_that_becomes_too_weak_is_not_ready_and_says_why(start):
    intake = Weak()
    intake.weak = False
    async with start(reader=intake) as service:
        intake.weak = True
        answer = await service.browser().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["code"] == "sandbox_too_weak"
    assert answer.json()["facts"] == {"breaches": "files, network", "layers": "landlock"}


async def test_metrics_are_for_this_machine(start):
    async with start() as service:
        near = await service.browser().get("/metrics")
        far = await service.browser(address="192.0.2.1").get("/metrics")

    assert "raiox_requests_total" in near.text
    assert far.status_code == 404


def _named(answer):
    return [(name, answer.headers.get(name)) for name in SECURITY_HEADERS]


async def test_over_https_browsers_are_kept_there(start):
    settings = WebSettings(trusted_proxies=("127.0.0.1",))
    async with start(web=settings) as service:
        browser = service.browser()
        plain = await browser.get("/")
        proxied = await browser.get("/", headers={"X-Forwarded-Proto": "https"})

    assert "Strict-Transport-Security" not in plain.headers
    assert "max-age=31536000" in proxied.headers["Strict-Transport-Security"]
    assert proxied.headers["Set-Cookie"].startswith("__Host-raiox_session=")
    assert "Secure" in proxied.headers["Set-Cookie"]
