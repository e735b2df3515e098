"""Sending an image: the answer, the waiting, the retries, and what a refusal leaves behind."""

import asyncio

import pytest
from fakes import FakeEngine, FakeIntake, png

from raiox.bundle.errors import BundleChecksumError
from raiox.inference.errors import ModelOutputInvalidError
from raiox.settings import IntakeSettings, RecordsSettings, WebSettings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}


def stored_files(tmp_path):
    return list((tmp_path / "var" / "images").iterdir())


async def test_an_upload_is_answered_with_its_result(start):
    async with start() as service:
        answer = await service.browser().post(ANALYSES, files={"file": ("a.png", png())})

    document = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ANALYSES}/{document['id']}"
    assert document["state"] == "done"
    assert document["finding"] == "no_finding"
    assert document["maps"]["covid19"] == f"{ANALYSES}/{document['id']}/heatmap/covid19.png"
    assert set(document["notice"]) == {"pt", "en"}


async def test_the_raw_body_is_an_upload_too(start):
    async with start() as service:
        answer = await service.browser().post(ANALYSES, content=png(), headers=OCTETS)

    assert answer.status_code == 201


async def test_an_image_the_filter_refuses_is_a_result_not_an_error(start):
    async with start() as service:
        answer = await service.browser().post(ANALYSES, content=png(mean=250), headers=OCTETS)

    document = answer.json()
    assert answer.status_code == 201
    assert (document["outcome"], document["rejection"]["code"]) == ("rejected", "document_image")
    assert document["maps"] is None
    assert document["scores"] is None


async def test_who_does_not_wait_gets_an_address_to_look_at(start):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine) as service:
        browser = service.browser()
        answer = await browser.post(ANALYSES, content=png(), headers=OCTETS | {"Prefer": "wait=0"})
        engine.go.set()
        later = await _finished(browser, answer.headers["Location"])

    assert answer.status_code == 202
    assert answer.json()["state"] in ("queued", "running")
    assert answer.headers["Retry-After"] == "1"
    assert later["state"] == "done"


async def test_a_waiting_upload_is_answered_at_once_when_the_engine_is_done(start):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine) as service:
        waiting = asyncio.create_task(
            service.browser().post(ANALYSES, content=png(), headers=OCTETS | {"Prefer": "wait=20"})
        )
        await asyncio.sleep(0.05)
        clock = asyncio.get_running_loop()
        released = clock.time()
        engine.go.set()
        answer = await waiting
        took_s = clock.time() - released

    assert answer.status_code == 201
    # Looking again would take half a second; the notification takes milliseconds.
    assert took_s < 0.4


async def test_waiting_uploads_are_read_together(start):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine) as service:
        browser = service.browser()
        sent = [
            await browser.post(
                ANALYSES, content=png(mark=n), headers=OCTETS | {"Prefer": "respond-async"}
            )
            for n in range(5)
        ]
        positions = [(await browser.get(a.headers["Location"])).json() for a in sent]
        engine.go.set()
        for answer in sent:
            await _finished(browser, answer.headers["Location"])

    assert engine.batches == [1, 4]
    assert [document.get("queue_position") for document in positions] == [None, 0, 1, 2, 3]
    # Nothing was finished yet, so no honest time is known.
    assert {document.get("estimated_wait_s") for document in positions} == {None}


async def test_a_waiting_analysis_shows_a_time_once_one_was_measured(start):
    engine = FakeEngine(delay_s=0.05)
    async with start(engine=engine) as service:
        browser = service.browser()
        await browser.post(ANALYSES, content=png(), headers=OCTETS)
        engine.go.clear()
        sent = [
            await browser.post(
                ANALYSES, content=png(mark=n), headers=OCTETS | {"Prefer": "respond-async"}
            )
            for n in range(1, 3)
        ]
        document = (await browser.get(sent[1].headers["Location"])).json()
        engine.go.set()
        for answer in sent:
            await _finished(browser, answer.headers["Location"])

    assert document["estimated_wait_s"] >= 1


@pytest.mark.parametrize("content", [b"", b"not an image", png()[:40]])
async def test_what_cannot_be_read_is_refused_and_leaves_nothing(start, tmp_path, content):
    async with start() as service:
        browser = service.browser()
        answer = await browser.post(ANALYSES, content=content, headers=OCTETS)
        history = (await browser.get(ANALYSES)).json()

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in ("empty_upload", "not_an_image")
    assert history["analyses"] == []
    assert stored_files(tmp_path) == []


async def test_nothing_of_the_original_is_kept(start, tmp_path):
    secret = b"SILVA^MARIA"
    upload = png() + secret
    async with start() as service:
        browser = service.browser()
        form = {"file": (f"{secret.decode()}.png", upload)}
        document = (await browser.post(ANALYSES, files=form)).json()
        image = await browser.get(document["image"])
        await browser.get(f"{ANALYSES}/export")
        kept = [p.read_bytes() for p in (tmp_path / "var").rglob("*") if p.is_file()]

    assert image.headers["content-type"] == "image/png"
    assert not any(secret in content for content in [*kept, image.content])


async def test_fifty_equal_requests_with_one_key_are_one_analysis(start, tmp_path):
    async with start(reader=FakeIntake(delay_s=0.05)) as service:
        browser = service.browser()
        await browser.get("/")
        headers = OCTETS | {"Idempotency-Key": "retry-1", "Prefer": "wait=20"}
        answers = await asyncio.gather(
            *(browser.post(ANALYSES, content=png(), headers=headers) for _ in range(50))
        )
        history = (await browser.get(ANALYSES)).json()

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(history["analyses"]) == 1
    assert service.intake.n_loaded == 1
    assert len(stored_files(tmp_path)) == 1


async def test_a_key_is_remembered_after_a_restart(start):
    async with start() as service:
        browser = service.browser()
        headers = OCTETS | {"Idempotency-Key": "retry-1"}
        first = (await browser.post(ANALYSES, content=png(), headers=headers)).json()
        cookies = dict(browser.cookies)
    async with start() as service:
        browser = service.browser(cookies=cookies)
        second = (await browser.post(ANALYSES, content=png(), headers=headers)).json()

    assert second["id"] == first["id"]


async def test_a_key_used_with_other_content_is_refused(start):
    async with start() as service:
        browser = service.browser()
        headers = OCTETS | {"Idempotency-Key": "retry-1"}
        await browser.post(ANALYSES, content=png(), headers=headers)
        answer = await browser.post(ANALYSES, content=png(mark=1), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_key_of_a_refused_upload_may_be_used_again(start):
    async with start() as service:
        browser = service.browser()
        headers = OCTETS | {"Idempotency-Key": "retry-1"}
        refused = await browser.post(ANALYSES, content=b"broken", headers=headers)
        answer = await browser.post(ANALYSES, content=png(), headers=headers)

    assert (refused.status_code, answer.status_code) == (415, 201)


async def test_the_same_image_twice_without_a_key_is_two_analyses(start):
    async with start() as service:
        browser = service.browser()
        answers = [await browser.post(ANALYSES, content=png(), headers=OCTETS) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert len({answer.json()["id"] for answer in answers}) == 2


async def test_too_many_uploads_of_a_session_learn_when_to_come_back(start):
    async with start(web=WebSettings(analyses_per_minute=2)) as service:
        browser = service.browser()
        answers = [await browser.post(ANALYSES, content=png(), headers=OCTETS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].json()["code"] == "too_many_requests"


async def test_dropping_the_cookie_does_not_lift_the_limit_of_an_address(start):
    async with start(web=WebSettings(analyses_per_minute=1)) as service:
        spoof = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(11)]
        answers = [
            await service.browser().post(ANALYSES, content=png(), headers=OCTETS | headers)
            for headers in spoof
        ]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


async def test_a_full_queue_sheds_uploads(start, tmp_path):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine, records=RecordsSettings(max_queued=2)) as service:
        browser = service.browser()
        headers = OCTETS | {"Prefer": "wait=0"}
        await browser.post(ANALYSES, content=png(), headers=headers)
        await asyncio.sleep(0.1)
        answers = [await browser.post(ANALYSES, content=png(), headers=headers) for _ in range(3)]
        n_files = len(stored_files(tmp_path))
        engine.go.set()

    assert [answer.status_code for answer in answers] == [202, 202, 503]
    assert answers[2].json()["code"] == "queue_full"
    assert "Retry-After" in answers[2].headers
    assert n_files == 3


async def test_too_many_bytes_are_refused_before_they_arrive(start):
    read = []

    async def endless():
        for _ in range(1_000):
            read.append(1)
            yield bytes(10_000)

    async with start(intake=IntakeSettings(max_upload_bytes=20_000)) as service:
        browser = service.browser()
        announced = await browser.post(ANALYSES, content=bytes(200_000), headers=OCTETS)
        streamed = await browser.post(ANALYSES, content=endless(), headers=OCTETS)

    assert announced.status_code == streamed.status_code == 413
    assert announced.json()["code"] == streamed.json()["code"] == "upload_too_large"
    assert announced.headers["Connection"] == "close"
    assert len(read) < 10


async def test_without_a_verified_model_nothing_is_answered(start):
    def refuse() -> FakeEngine:
        raise BundleChecksumError(bundle="densenet", file="model.onnx")

    async with start(open_engine=refuse) as service:
        browser = service.browser()
        upload = await browser.post(ANALYSES, content=png(), headers=OCTETS)
        ready = await browser.get("/readyz")
        alive = await browser.get("/healthz")
        models = await browser.get("/api/v1/models/current")

    assert (upload.status_code, upload.json()["code"]) == (503, "model_unavailable")
    assert (ready.status_code, ready.json()["facts"]["reason"]) == (503, "bundle_checksum")
    assert models.status_code == 503
    assert alive.status_code == 200


@pytest.mark.parametrize(
    ("error", "code"),
    [(ModelOutputInvalidError(), "model_output_invalid"), (ZeroDivisionError(), "internal_error")],
)
async def test_an_engine_that_breaks_gives_a_reason_and_never_a_finding(start, error, code):
    async with start(engine=FakeEngine(error=error)) as service:
        document = (await service.browser().post(ANALYSES, content=png(), headers=OCTETS)).json()

    assert (document["state"], document["error"]["code"]) == ("failed", code)
    assert document["finding"] is None


async def test_an_image_need_not_be_kept_longer_than_its_analysis(start, tmp_path):
    async with start(records=RecordsSettings(keep_images_h=0)) as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        await asyncio.sleep(0.1)
        image = await browser.get(f"{ANALYSES}/{document['id']}/image")
        heatmap = await browser.get(document["maps"]["covid19"])

    assert document["state"] == "done"
    assert (image.status_code, image.json()["code"]) == (404, "image_not_kept")
    assert heatmap.status_code == 200
    assert stored_files(tmp_path) == []


async def _finished(browser, address):
    for _ in range(200):
        document = (await browser.get(address)).json()
        if document["state"] in ("done", "failed"):
            return document
        await asyncio.sleep(0.02)
    raise AssertionError(document)
