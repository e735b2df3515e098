"""One's own analyses: seen, exported, deleted; and never anybody else's."""

import csv
import io
import sqlite3
import uuid

import anyio
import pytest
from fakes import BRIGHT, FakeEngine, png

from raiox.settings import WebSettings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
ERASURE_TRIES = 100
"""Ten seconds, well below the time between two sweeps."""
OCTETS = {"Content-Type": "application/octet-stream"}
NO_SHARE = "00000000-0000-4000-8000-000000000000"
OWNED = [
    ("GET", "/api/v1/analyses/{id}"),
    ("GET", "/api/v1/analyses/{id}/export"),
    ("GET", "/api/v1/analyses/{id}/image"),
    ("GET", "/api/v1/analyses/{id}/values"),
    ("GET", "/api/v1/analyses/{id}/heatmap/no_finding.png"),
    ("GET", "/api/v1/analyses/{id}/heatmap/lung_opacity.png"),
    ("GET", "/api/v1/analyses/{id}/heatmap/covid19.png"),
    ("GET", "/api/v1/analyses/{id}/lungs.png"),
    ("GET", "/api/v1/analyses/{id}/shortcuts"),
    ("GET", "/api/v1/analyses/{id}/report.pdf"),
    ("DELETE", "/api/v1/analyses/{id}"),
    ("GET", "/api/v1/analyses/{id}/shares"),
    ("POST", "/api/v1/analyses/{id}/shares"),
    ("DELETE", f"/api/v1/analyses/{{id}}/shares/{NO_SHARE}"),
    ("GET", "/plain/{id}"),
]


async def upload(browser, mark: int = 0) -> dict:
    return (await browser.post(ANALYSES, content=png(mark=mark), headers=OCTETS)).json()


async def test_every_route_with_an_id_is_in_the_matrix(start):
    async with start() as service:
        paths = (await service.browser().get("/openapi.json")).json()["paths"]

    documented = {
        (method.upper(), path)
        for path in paths
        if "{analysis_id}" in path
        for method in paths[path]
    }
    named = {"{id}": "{analysis_id}", "covid19.png": "{finding}.png", NO_SHARE: "{share_id}"}
    covered = set()
    for method, owned in OWNED:
        path = owned
        for one, name in named.items():
            path = path.replace(one, name)
        covered.add((method, path))
    assert documented <= covered


@pytest.mark.parametrize(("method", "path"), OWNED)
async def test_a_stranger_finds_nothing_of_others(start, method, path):
    async with start(web=WebSettings(share_h=1)) as service:
        document = await upload(service.browser())
        stranger = service.browser()
        await upload(stranger, mark=1)
        foreign = await stranger.request(method, path.format(id=document["id"]))
        unknown = await stranger.request(method, path.format(id=uuid.uuid4()))
        fresh = await service.browser().request(method, path.format(id=document["id"]))

    assert {foreign.status_code, unknown.status_code, fresh.status_code} == {404}


async def test_what_is_left_without_the_lungs_is_measured_of_what_was_scored(start):
    async with start() as service:
        browser = service.browser()
        scored = await upload(browser)
        refused = (await browser.post(ANALYSES, content=png(BRIGHT + 20), headers=OCTETS)).json()
        answer = await browser.get(f"{ANALYSES}/{scored['id']}/shortcuts")
        refusal = await browser.get(f"{ANALYSES}/{refused['id']}/shortcuts")

    document = answer.json()
    assert document["scores"] == scored["scores"]
    assert document["finding"] == max(scored["scores"], key=scored["scores"].get)
    assert document["share_left"] == pytest.approx(0.25)
    assert set(document["reading"]["messages"]) == {"pt", "en"}
    assert (refusal.status_code, refusal.json()["code"]) == (404, "scores_not_available")


async def test_one_analysis_is_exported_to_its_owner_alone(start):
    async with start() as service:
        mine, yours = service.browser(), service.browser()
        address = f"{ANALYSES}/{(await upload(mine))['id']}/export"
        as_json, as_csv = await mine.get(address), await mine.get(f"{address}?format=csv")
        foreign = await yours.get(address)

    assert len(as_json.json()["analyses"]) == 1
    assert len(list(csv.DictReader(io.StringIO(as_csv.text)))) == 1
    assert "attachment" in as_csv.headers["content-disposition"]
    assert foreign.status_code == 404


async def test_lists_and_exports_show_only_ones_own(start):
    async with start() as service:
        mine, yours = service.browser(), service.browser()
        ids = [(await upload(mine, n))["id"] for n in range(2)]
        other = (await upload(yours))["id"]
        listed = (await mine.get(ANALYSES)).json()["analyses"]
        exported = (await mine.get(f"{ANALYSES}/export")).json()["analyses"]
        table = (await mine.get(f"{ANALYSES}/export?format=csv")).text

    assert sorted(a["id"] for a in listed) == sorted(a["id"] for a in exported) == sorted(ids)
    assert other not in table
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["finding"] for row in rows} == {"no_finding"}
    assert float(rows[0]["score_no_finding"]) > 0.5


@pytest.mark.parametrize("cookie", ["x", "a" * 32, "a" * 32 + "." + "b" * 64, "a.b.c", "é"])
async def test_a_cookie_we_did_not_sign_is_no_session(start, cookie):
    async with start() as service:
        document = await upload(service.browser())
        raw = f"raiox_session={cookie}".encode()
        answer = await service.browser().get(
            f"{ANALYSES}/{document['id']}", headers=[(b"cookie", raw)]
        )

    assert answer.status_code == 404
    assert "raiox_session=" in answer.headers["set-cookie"]


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(start):
    async with start(web=WebSettings(secure_cookies=True)) as service:
        answer = await service.browser().get("/")

    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "secure", "path=/"} <= attributes


async def test_neither_cookie_nor_key_lies_in_the_database(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        headers = OCTETS | {"Idempotency-Key": "patient-0815"}
        await browser.post(ANALYSES, content=png(), headers=headers)
        token = browser.cookies["raiox_session"]
        kept = b"".join(p.read_bytes() for p in (tmp_path / "var").glob("raiox.sqlite3*"))

    assert token.partition(".")[0].encode() not in kept
    assert b"patient-0815" not in kept


async def test_deleting_leaves_nothing(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        document = await upload(browser)
        answer = await browser.delete(f"{ANALYSES}/{document['id']}")
        again = await browser.delete(f"{ANALYSES}/{document['id']}")
        gone = [
            await browser.get(path.format(id=document["id"])) for m, path in OWNED if m == "GET"
        ]
        kept = b"".join(p.read_bytes() for p in (tmp_path / "var").rglob("*") if p.is_file())

    assert (answer.status_code, again.status_code) == (204, 404)
    assert {found.status_code for found in gone} == {404}
    assert list((tmp_path / "var" / "images").iterdir()) == []
    assert document["id"].encode() not in kept
    assert document["sha256"].encode() not in kept


async def test_deleting_the_whole_history_leaves_nothing_of_it_and_all_of_others(start, tmp_path):
    async with start(web=WebSettings(share_h=1)) as service:
        mine, yours = service.browser(), service.browser()
        gone = [await upload(mine, mark) for mark in range(3)]
        await mine.post(f"{ANALYSES}/{gone[0]['id']}/shares")
        other = await upload(yours, 3)
        unsaid = await mine.delete(ANALYSES)
        still = (await mine.get(ANALYSES)).json()["analyses"]
        answer = await mine.delete(f"{ANALYSES}?state=any")
        listed = (await mine.get(ANALYSES)).json()["analyses"]
        image = await yours.get(f"{ANALYSES}/{other['id']}/image")
        kept = b"".join(p.read_bytes() for p in (tmp_path / "var").rglob("*") if p.is_file())

    assert (unsaid.status_code, len(still)) == (422, 3)
    assert (answer.status_code, listed, image.status_code) == (204, [], 200)
    assert len(list((tmp_path / "var" / "images").iterdir())) == 1
    for document in gone:
        assert document["id"].encode() not in kept
        assert document["sha256"].encode() not in kept


async def test_deleting_what_waits_keeps_what_is_done(start):
    engine = FakeEngine()
    async with start(engine=engine) as service:
        mine, yours = service.browser(), service.browser()
        done = await upload(mine)
        engine.go.clear()
        headers = OCTETS | {"Prefer": "wait=0"}
        for mark in range(1, 4):
            await mine.post(ANALYSES, content=png(mark=mark), headers=headers)
        other = (await yours.post(ANALYSES, content=png(mark=4), headers=headers)).json()
        answer = await mine.delete(f"{ANALYSES}?state=queued")
        states = {one["id"]: one["state"] for one in (await mine.get(ANALYSES)).json()["analyses"]}
        engine.go.set()
        found = await yours.get(f"{ANALYSES}/{other['id']}")

    assert answer.status_code == 204
    assert states.pop(done["id"]) == "done"
    assert list(states.values()) in ([], ["running"])
    assert found.status_code == 200


async def test_what_a_reader_kept_in_the_log_is_gone_soon_after_it_left(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        document = await upload(browser)
        with sqlite3.connect(tmp_path / "var" / "raiox.sqlite3", isolation_level=None) as backup:
            backup.execute("BEGIN")
            backup.execute("SELECT count(*) FROM analyses").fetchone()
            await browser.delete(f"{ANALYSES}/{document['id']}")
            lingers = document["id"].encode() in log_of(tmp_path)
        backup.close()
        for _ in range(ERASURE_TRIES):
            await anyio.sleep(0.1)
            if gone := document["id"].encode() not in log_of(tmp_path):
                break

    assert lingers
    assert gone


def log_of(tmp_path) -> bytes:
    return (tmp_path / "var" / "raiox.sqlite3-wal").read_bytes()


async def test_deleting_while_it_runs_leaves_nothing_either(start, tmp_path):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine) as service:
        browser = service.browser()
        sent = await browser.post(ANALYSES, content=png(), headers=OCTETS | {"Prefer": "wait=0"})
        await browser.delete(sent.headers["Location"])
        engine.go.set()
        await upload(browser, mark=1)
        answer = await browser.get(sent.headers["Location"])

    assert answer.status_code == 404
    assert len(list((tmp_path / "var" / "images").iterdir())) == 1


async def test_who_guesses_ids_is_slowed_down(start):
    async with start(web=WebSettings(analyses_per_minute=2)) as service:
        browser = service.browser()
        codes = [(await browser.get(f"{ANALYSES}/{uuid.uuid4()}")).status_code for _ in range(25)]

    assert set(codes[:20]) == {404}
    assert codes[-1] == 429


async def test_pages_of_the_history_follow_the_cursor(start):
    async with start() as service:
        browser = service.browser()
        ids = [(await upload(browser, n))["id"] for n in range(3)]
        first = (await browser.get(f"{ANALYSES}?limit=2")).json()
        second = (await browser.get(f"{ANALYSES}?limit=2&cursor={first['next_cursor']}")).json()

    found = [analysis["id"] for analysis in first["analyses"] + second["analyses"]]
    assert sorted(found) == sorted(ids)
    assert second["next_cursor"] is None


async def test_the_history_outlives_a_restart(start):
    async with start() as service:
        browser = service.browser()
        document = await upload(browser)
        cookies = dict(browser.cookies)
    async with start() as service:
        again = await service.browser(cookies=cookies).get(f"{ANALYSES}/{document['id']}")

    assert again.json() == document
