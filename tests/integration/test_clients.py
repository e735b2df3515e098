"""Uploads and requests as programs and pages really send them."""

import pytest
from fakes import png

from raiox.settings import WebSettings
from raiox.web.http.body import MAX_FILES

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
PACS = "https://pacs.hospital.test"


@pytest.mark.parametrize("field", ["image", "upload[]", "arquivo", "file"])
async def test_a_file_may_have_any_field_name(start, field):
    async with start() as service:
        response = await service.browser().post(ANALYSES, files={field: ("a.png", png())})

    assert (response.status_code, response.json()["outcome"]) == (201, "analysed")


@pytest.mark.parametrize(
    "content_type",
    [None, "application/x-www-form-urlencoded", "text/plain", "application/json", "junk"],
)
async def test_the_content_of_a_body_decides_whatever_its_type(start, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    async with start() as service:
        browser = service.browser()
        image = await browser.post(ANALYSES, content=png(), headers=headers)
        text = await browser.post(ANALYSES, content=b"no image", headers=headers)

    assert image.status_code == 201
    assert (text.status_code, text.json()["code"]) == (415, "not_an_image")


async def test_several_files_are_answered_in_their_order_each_for_itself(start):
    files = [
        ("file", ("a.png", png(mark=1))),
        ("file", ("b.txt", b"no image")),
        ("other", ("c.png", png(mean=250))),
        ("empty", ("", b"")),
    ]
    async with start() as service:
        browser = service.browser()
        response = await browser.post(ANALYSES, files=files, headers={"Prefer": "wait=10"})
        history = (await browser.get(ANALYSES)).json()["analyses"]

    first, second, third = response.json()["items"]
    assert response.status_code == 207
    assert (first["status"], first["analysis"]["outcome"]) == (201, "analysed")
    assert (second["status"], second["problem"]["code"]) == (415, "not_an_image")
    assert (third["status"], third["analysis"]["outcome"]) == (201, "rejected")
    assert {analysis["id"] for analysis in history} == {
        first["analysis"]["id"],
        third["analysis"]["id"],
    }


async def test_a_retry_of_several_files_gives_the_same_analyses(start):
    files = [("file", (f"{mark}.png", png(mark=mark))) for mark in range(3)]
    headers = {"Idempotency-Key": "key"}
    async with start() as service:
        browser = service.browser()
        responses = [await browser.post(ANALYSES, files=files, headers=headers) for _ in range(2)]

    first, again = (
        [item["analysis"]["id"] for item in response.json()["items"]] for response in responses
    )
    assert first == again
    assert len(set(first)) == 3
    assert service.intake.n_loaded == 3


async def test_each_of_several_files_counts_as_an_upload(start):
    files = [("file", (f"{mark}.png", png(mark=mark))) for mark in range(4)]
    async with start(web=WebSettings(analyses_per_minute=2)) as service:
        response = await service.browser().post(ANALYSES, files=files)

    assert [item["status"] for item in response.json()["items"]] == [201, 201, 429, 429]


async def test_too_many_files_are_refused_with_the_limit(start):
    files = [("file", (f"{mark}.png", png(mark=mark))) for mark in range(MAX_FILES + 1)]
    async with start(web=WebSettings(limits=False)) as service:
        response = await service.browser().post(ANALYSES, files=files)

    assert (response.status_code, response.json()["code"]) == (413, "too_many_files")
    assert response.json()["facts"] == {"max_files": MAX_FILES}
    assert str(MAX_FILES) in response.json()["detail"]


@pytest.mark.parametrize("value", ["text", "x" * 5_000])
async def test_a_form_without_a_file_says_which_part_is_one(start, value):
    async with start() as service:
        response = await service.browser().post(ANALYSES, files={"text": (None, value)})

    assert (response.status_code, response.json()["code"]) == (400, "no_file_in_request")
    assert "`file`" in response.json()["translations"]["en"]["detail"]


async def test_a_body_that_holds_no_files_names_the_types_that_do(start):
    headers = {"Content-Type": "multipart/related; boundary=b"}
    async with start() as service:
        response = await service.browser().post(ANALYSES, content=b"--b--", headers=headers)

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert "multipart/form-data" in response.json()["detail"]


async def test_head_is_answered_wherever_get_is(start):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png())).json()
        paths = [
            "/",
            "/plain",
            "/healthz",
            ANALYSES,
            document["image"],
            document["maps"]["covid19"],
        ]
        paths += [f"{ANALYSES}/{document['id']}", "/api/v1/models/current", "/nowhere"]
        pairs = [(await browser.get(path), await browser.head(path)) for path in paths]

    for get, head in pairs:
        assert head.status_code == get.status_code, get.url
        assert head.headers["content-length"] == get.headers["content-length"], get.url
        assert head.headers.get("content-type") == get.headers.get("content-type"), get.url
        assert head.content == b""


async def test_a_fixed_path_prefix_is_in_every_address(start):
    async with start(web=WebSettings(root_path="/hospital/raiox")) as service:
        browser = service.browser()
        stripped = await browser.post(ANALYSES, content=png())
        kept = await browser.get(f"/hospital/raiox{ANALYSES}/{stripped.json()['id']}")
        plain = await browser.get("/plain")

    document = kept.json()
    address = f"/hospital/raiox{ANALYSES}/{document['id']}"
    assert stripped.headers["location"] == address
    assert "; Path=/hospital/raiox;" in stripped.headers["set-cookie"]
    assert document["image"] == f"{address}/image"
    assert document["maps"]["covid19"] == f"{address}/heatmap/covid19.png"
    assert 'action="/hospital/raiox/plain?' in plain.text


@pytest.mark.parametrize(
    ("address", "prefix", "root"),
    [
        ("10.0.0.1", "/raiox", "/raiox"),
        ("10.0.0.1", "/raiox/", "/raiox"),
        ("10.0.0.2", "/raiox", ""),
        ("10.0.0.1", "//evil.test", ""),
        ("10.0.0.1", '/a"><script>', ""),
        ("10.0.0.1", "", ""),
    ],
)
async def test_only_a_trusted_proxy_may_name_the_path_prefix(start, address, prefix, root):
    async with start(web=WebSettings(trusted_proxies=("10.0.0.1",))) as service:
        browser = service.browser(address=address)
        headers = {"X-Forwarded-Prefix": prefix, "X-Forwarded-For": "192.0.2.7"}
        response = await browser.post(ANALYSES, content=png(), headers=headers)

    assert response.headers["location"].startswith(f"{root}{ANALYSES}/")


async def test_pages_of_listed_origins_may_call_the_api_and_read_the_answer(start):
    async with start(web=WebSettings(cors_origins=(PACS,))) as service:
        browser = service.browser()
        preflight_headers = {"Origin": PACS, "Access-Control-Request-Method": "POST"}
        preflight_headers["Access-Control-Request-Headers"] = "idempotency-key"
        preflight = await browser.options(ANALYSES, headers=preflight_headers)
        headers = {"Origin": PACS, "Sec-Fetch-Site": "cross-site"}
        response = await browser.post(ANALYSES, content=png(), headers=headers)
        problem = await browser.get("/api/v1/nowhere", headers={"Origin": PACS})

    assert preflight.status_code == 200
    assert response.status_code == 201
    for answer in (preflight, response, problem):
        assert answer.headers["access-control-allow-origin"] == PACS
        assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origin", ["https://evil.test", "null", f"{PACS}.evil.test"])
async def test_pages_of_other_origins_may_not(start, origin):
    async with start(web=WebSettings(cors_origins=(PACS,))) as service:
        browser = service.browser()
        preflight_headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = await browser.options(ANALYSES, headers=preflight_headers)
        response = await browser.post(ANALYSES, content=png(), headers={"Origin": origin})

    assert "access-control-allow-origin" not in preflight.headers
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers
