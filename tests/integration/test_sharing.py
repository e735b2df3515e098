"""A secret link shows one analysis to whoever has it, and nothing to anybody else."""

import uuid

import pytest
from fakes import deep_png, png

from raiox.settings import WebSettings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
SHARED = "/api/v1/shared"
ON = {"share_h": 72}
HOUR_S = 3_600.0
READ = ("", "/image", "/values", "/heatmap/covid19.png", "/report.pdf")


async def share(browser, content: bytes | None = None) -> tuple[dict, dict]:
    """An analysis and a link to it."""
    document = (await browser.post(ANALYSES, content=content or deep_png())).json()
    answer = await browser.post(f"{ANALYSES}/{document['id']}/shares")
    assert answer.status_code == 201
    return document, answer.json()


def with_token(token: str) -> dict[str, str]:
    return {"Share-Token": token}


async def test_whoever_has_the_link_reads_the_analysis_without_a_session(start):
    async with start(web=ON) as service:
        document, link = await share(service.browser())
        guest = service.browser()
        answers = [
            await guest.get(SHARED + path, headers=with_token(link["token"])) for path in READ
        ]
        addresses = answers[0].json()["analysis"]

    assert [answer.status_code for answer in answers] == [200] * len(READ)
    assert addresses["id"] == document["id"]
    assert addresses["image"] == f"{SHARED}/image"
    assert addresses["values"]["address"] == f"{SHARED}/values"
    assert addresses["maps"]["covid19"] == f"{SHARED}/heatmap/covid19.png"
    for answer in answers:
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers


async def test_there_are_no_links_unless_a_setting_allows_them(start):
    async with start(web=ON) as service:
        _, link = await share(service.browser())
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png())).json()
        refused = await browser.post(f"{ANALYSES}/{document['id']}/shares")
        read = await browser.get(SHARED, headers=with_token(link["token"]))

    assert (refused.status_code, refused.json()["code"]) == (403, "sharing_off")
    assert (read.status_code, read.json()["code"]) == (404, "share_not_found")


@pytest.mark.parametrize("path", READ)
async def test_a_link_that_is_over_taken_back_or_of_a_deleted_analysis_shows_nothing(start, path):
    async with start(web=ON) as service:
        browser = service.browser()
        ends = [await share(browser) for _ in range(3)]
        (revoked, revoked_link), (deleted, _), _ = ends
        await browser.delete(f"{ANALYSES}/{revoked['id']}/shares/{revoked_link['id']}")
        await browser.delete(f"{ANALYSES}/{deleted['id']}")
        first_two = [
            await browser.get(SHARED + path, headers=with_token(link["token"]))
            for _, link in ends[:2]
        ]
        alive = await browser.get(SHARED + path, headers=with_token(ends[2][1]["token"]))
        service.clock.pass_s(72 * HOUR_S + 1)
        over = await browser.get(SHARED + path, headers=with_token(ends[2][1]["token"]))

    assert alive.status_code == 200
    answers = [*first_two, over]
    assert [answer.json()["code"] for answer in answers] == ["share_not_found"] * 3
    assert len({answer.json()["detail"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "forged",
    [
        "", "x", "%", "' OR 1=1 --", "\t", "a" * 200,
        lambda link: link["id"],
        lambda link: link["token"][:-1],
        lambda link: link["token"] + "A",
        lambda link: link["token"].swapcase(),
        lambda link: f" {link['token']}x",
    ],
)  # fmt: skip
async def test_a_token_that_is_not_whole_and_exact_opens_nothing(start, forged):
    async with start(web=ON) as service:
        _, link = await share(service.browser())
        token = forged(link) if callable(forged) else forged
        answer = await service.browser().get(SHARED, headers=with_token(token))

    assert answer.status_code == 404


async def test_who_guesses_is_slowed_down(start):
    async with start(web=WebSettings(share_h=72, analyses_per_minute=2)) as service:
        guesser = service.browser("192.0.2.7")
        statuses = [
            (await guesser.get(SHARED, headers=with_token(str(uuid.uuid4())))).status_code
            for _ in range(30)
        ]

    assert statuses[0] == 404
    assert statuses[-1] == 429


async def test_a_token_opens_nothing_but_reading_its_own_analysis(start):
    async with start(web=ON) as service:
        browser = service.browser()
        document, link = await share(browser)
        other, _ = await share(browser)
        guest, headers = service.browser(), with_token(link["token"])
        mine = f"{ANALYSES}/{document['id']}"
        tries = [
            await guest.request(method, path, headers=headers)
            for method, path in (
                ("GET", mine), ("GET", f"{mine}/image"), ("GET", f"{mine}/export"),
                ("DELETE", mine), ("GET", f"{mine}/shares"), ("POST", f"{mine}/shares"),
                ("DELETE", f"{mine}/shares/{link['id']}"),
                ("GET", f"{ANALYSES}/{other['id']}"), ("GET", f"{SHARED}/{other['id']}"),
                ("GET", f"{SHARED}/../analyses/{other['id']}"),
                ("GET", f"{SHARED}/heatmap/..%2f..%2fimage.png"),
                ("DELETE", SHARED), ("PUT", SHARED),
            )
        ]  # fmt: skip
        bearer = await guest.get(mine, headers={"Authorization": f"Bearer {link['token']}"})
        in_address = await guest.get(f"{SHARED}?Share-Token={link['token']}")
        still_there = await browser.get(mine)

    assert all(answer.status_code in (404, 405) for answer in tries)
    assert bearer.status_code == 401
    assert in_address.status_code == 404
    assert still_there.status_code == 200


async def test_nobody_shares_what_is_not_theirs_or_takes_back_what_they_did_not_make(start):
    async with start(web=ON) as service:
        browser, stranger = service.browser(), service.browser()
        document, link = await share(browser)
        await share(stranger)
        made = await stranger.post(f"{ANALYSES}/{document['id']}/shares")
        taken = await stranger.delete(f"{ANALYSES}/{document['id']}/shares/{link['id']}")
        foreign = await stranger.post(
            f"{ANALYSES}/{document['id']}/shares", headers={"Origin": "https://evil.example"}
        )
        read = await stranger.get(SHARED, headers=with_token(link["token"]))

    assert (made.status_code, taken.status_code, foreign.status_code) == (404, 404, 403)
    assert read.status_code == 200


async def test_neither_the_database_nor_the_log_of_it_holds_a_token(start, tmp_path):
    async with start(web=ON) as service:
        _, link = await share(service.browser())
        stored = b"".join(path.read_bytes() for path in (tmp_path / "var").glob("raiox.sqlite3*"))

    assert link["id"].encode() in stored
    assert link["token"].encode() not in stored


async def test_its_owner_sees_when_links_end_and_never_after_the_analysis(start):
    async with start(web=ON, records={"keep_results_h": 24}) as service:
        browser = service.browser()
        document, link = await share(browser)
        listed = (await browser.get(f"{ANALYSES}/{document['id']}/shares")).json()["shares"]
        service.clock.pass_s(25 * HOUR_S)
        service.service.records.sweep()
        read = await browser.get(SHARED, headers=with_token(link["token"]))

    assert listed == [{key: link[key] for key in ("id", "created_at", "expires_at")}]
    assert link["expires_at"] == document["expires_at"]
    assert read.status_code == 404
