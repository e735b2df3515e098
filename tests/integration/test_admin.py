"""How the service does is said to its administrator and nobody else."""

import pytest
from fakes import png

from raiox.vocabulary import Scope

pytestmark = pytest.mark.anyio

ADMIN = "/api/v1/admin"
HERE = {"Host": "127.0.0.1"}


async def test_it_counts_what_was_sent_refused_and_rejected(start):
    async with start() as service:
        browser = service.browser()
        for content in (png(), png(), png(mean=250), b"no image"):
            await browser.post("/api/v1/analyses", content=content)
        status = (await browser.get(ADMIN, headers=HERE)).json()

    assert status["ready"]
    assert (status["queue"]["done"], status["queue"]["queued"]) == (3, 0)
    assert status["recent"]["n_analyses"] == 3
    assert status["recent"]["without_result"] == {"document_image": 1}
    assert status["requests"] == {"201": 3, "415": 1}
    assert status["refusals"] == {"not_an_image": 1}
    assert status["disk"]["n_images"] == 3
    assert status["disk"]["images_bytes"] > 0
    assert status["drift"]["n_results"] == 2
    assert status["models"]["classifier"]["sha256"] == "c" * 64


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", HERE),
        ("127.0.0.1", {"Host": "evil.example"}),
        ("127.0.0.1", HERE | {"X-Forwarded-For": "192.0.2.7"}),
    ],
)
async def test_nobody_else_is_answered_without_a_key_of_that_scope(start, address, headers):
    async with start(web={"allowed_hosts": ("*",)}) as service:
        api_keys = service.service.records.api_keys
        browser = service.browser(address)
        secrets = [api_keys.add("x", (scope,))[0] for scope in (Scope.WRITE, Scope.ADMIN)]
        without = await browser.get(ADMIN, headers=headers)
        answers = [
            await browser.get(ADMIN, headers=headers | {"Authorization": f"Bearer {secret}"})
            for secret in secrets
        ]

    assert (without.status_code, without.json()["code"]) == (401, "key_required")
    assert [answer.status_code for answer in answers] == [403, 200]


async def test_nothing_of_a_single_analysis_is_said(start):
    async with start() as service:
        browser = service.browser()
        upload = (await browser.post("/api/v1/analyses", content=png())).json()
        status = (await browser.get(ADMIN, headers=HERE)).text

    assert upload["id"] not in status
    assert upload["sha256"] not in status
