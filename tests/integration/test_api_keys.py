"""Keys of the API: whose analyses they see, what each may do, and what is kept of them."""

import re

import pytest
from fakes import png
from typer.testing import CliRunner

from raiox.cli.app import app as command_line
from raiox.records.errors import ApiKeyNotFoundError
from raiox.settings import WebSettings
from raiox.vocabulary import Scope

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
BOTH = (Scope.READ, Scope.WRITE)


def made(service, *scopes: Scope, keep_s: float | None = None):
    """A key of a running service: its header and what is known of it."""
    secret, key = service.service.records.api_keys.add("test", scopes or BOTH, keep_s)
    return {"Authorization": f"Bearer {secret}"}, key


async def test_what_a_key_sends_belongs_to_the_key_alone(start):
    async with start() as service:
        mine, _ = made(service)
        others, _ = made(service)
        browser = service.browser()
        upload = await browser.post(ANALYSES, content=png(), headers=mine)
        address = upload.headers["location"]
        seen = [await browser.get(address, headers=headers) for headers in (mine, others, {})]
        listed = await service.browser().get(ANALYSES, headers=mine)

    assert upload.status_code == 201
    assert "set-cookie" not in upload.headers
    assert [answer.status_code for answer in seen] == [200, 404, 404]
    assert len(listed.json()["analyses"]) == 1


@pytest.mark.parametrize(
    ("scope", "may"), [(Scope.READ, "GET"), (Scope.WRITE, "POST"), (Scope.ADMIN, "")]
)
async def test_a_key_may_do_what_its_scopes_say_and_nothing_else(start, scope, may):
    async with start() as service:
        headers, _ = made(service, scope)
        browser = service.browser()
        read = await browser.get(ANALYSES, headers=headers)
        write = await browser.post(ANALYSES, content=png(), headers=headers)

    assert read.status_code == (200 if may == "GET" else 403)
    assert write.status_code == (201 if may == "POST" else 403)
    refused = write if may == "GET" else read
    assert refused.json()["code"] == "key_scope"


@pytest.mark.parametrize("secret", ["raiox_wrong", "", "é", "x" * 8_000])
async def test_what_is_no_key_is_refused_and_never_becomes_a_session(start, secret):
    async with start() as service:
        headers = {"Authorization": f"Bearer {secret}".encode()}
        answer = await service.browser().get(ANALYSES, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.headers


async def test_a_key_ends_when_it_is_revoked_or_its_time_has_come(start):
    async with start() as service:
        short, _ = made(service, keep_s=60.0)
        revoked, key = made(service)
        browser = service.browser()
        before = [(await browser.get(ANALYSES, headers=h)).status_code for h in (short, revoked)]
        service.service.records.api_keys.revoke(key.id)
        service.clock.now += 61
        after = [(await browser.get(ANALYSES, headers=h)).status_code for h in (short, revoked)]
        with pytest.raises(ApiKeyNotFoundError):
            service.service.records.api_keys.revoke(key.id)

    assert (before, after) == ([200, 200], [401, 401])


async def test_guessing_keys_is_slowed_down(start):
    async with start(web=WebSettings(analyses_per_minute=1)) as service:
        headers = {"Authorization": "Bearer raiox_guess"}
        statuses = [
            (await service.browser().get(ANALYSES, headers=headers)).status_code for _ in range(12)
        ]

    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_where_keys_are_required_a_browser_gets_none_of_it(start):
    async with start(web=WebSettings(require_key=True)) as service:
        headers, _ = made(service)
        browser = service.browser()
        without = await browser.post(ANALYSES, content=png())
        form = await browser.post("/plain", files={"file": ("a.png", png())})
        with_key = await browser.post(ANALYSES, content=png(), headers=headers)
        public = await browser.get("/api/v1/models/current")

    assert (without.status_code, without.json()["code"]) == (401, "key_required")
    assert form.status_code == 401
    assert (with_key.status_code, public.status_code) == (201, 200)


async def test_the_password_of_a_proxy_is_no_key(start):
    async with start() as service:
        answer = await service.browser().get(ANALYSES, headers={"Authorization": "Basic YTpi"})

    assert answer.status_code == 200


def test_a_key_is_printed_once_and_only_its_hash_is_kept(tmp_path):
    run = CliRunner().invoke
    options = ["--data-dir", str(tmp_path)]

    added = run(command_line, ["keys", "add", "PACS", "--scope", "write", "--days", "2", *options])
    secret = added.stdout.strip()
    listed = run(command_line, ["keys", "list", *options])
    key_id = listed.stdout.split()[0]
    revoked = run(command_line, ["keys", "revoke", key_id, *options])
    again = run(command_line, ["keys", "revoke", key_id, *options])
    after = run(command_line, ["keys", "list", *options], env={"LC_ALL": "pt_BR"})

    assert re.fullmatch(r"raiox_[\w-]{43}", secret)
    assert key_id in added.stderr
    assert listed.stdout.split()[1] == "write"
    assert "PACS" in listed.stdout
    assert (revoked.exit_code, again.exit_code) == (0, 2)
    assert "revogada" in after.stdout
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert secret.encode() not in kept
