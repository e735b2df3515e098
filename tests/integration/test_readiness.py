"""Readiness says at once why an upload would not be answered, and never hangs on what hangs."""

import asyncio
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import anyio
import pytest
from fakes import FakeEngine, FakeIntake, png

from raiox.inference.engine_process import EngineProcess
from raiox.inference.errors import ModelUnavailableError
from raiox.intake import Intake
from raiox.service.lifecycle import Factories, run_service
from raiox.settings import IntakeSettings, Settings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
SOON_S = 5.0
PATIENCE_S = 60.0


def open_unless(obstacle: Path) -> FakeEngine:
    """An engine, as long as no file stands in its way."""
    if obstacle.exists():
        raise ModelUnavailableError(reason="obstacle")
    return FakeEngine()


async def once(browser, path: str, is_so):
    """The answer, once it is so."""
    with anyio.fail_after(PATIENCE_S):
        while not is_so(answer := await browser.get(path)):  # noqa: ASYNC110  (nobody notifies)
            await anyio.sleep(0.05)
    return answer


async def ready(browser, status: int):
    return await once(browser, "/readyz", lambda answer: answer.status_code == status)


async def test_an_engine_that_died_and_cannot_start_is_not_ready_and_loses_nothing(start, tmp_path):
    obstacle = tmp_path / "obstacle"
    engine = EngineProcess(partial(open_unless, obstacle))
    async with start(open_engine=lambda: engine) as service:
        browser = service.browser()
        before = await browser.get("/readyz")
        obstacle.touch()
        os.kill(engine.pid, signal.SIGKILL)
        broken = await ready(browser, 503)
        started = time.monotonic()
        again = await browser.get("/readyz")
        took_s = time.monotonic() - started
        accepted = await browser.post(ANALYSES, content=png(), headers={"Prefer": "wait=0"})
        metrics = (await browser.get("/metrics")).text
        obstacle.unlink()
        healed = await ready(browser, 200)
        address = accepted.headers["Location"]
        await once(browser, address, lambda answer: answer.json()["state"] == "done")
    engine.close()

    assert (before.status_code, healed.status_code) == (200, 200)
    assert broken.json()["facts"] == again.json()["facts"] == {"reason": "engine_crashed"}
    assert took_s < SOON_S
    assert accepted.status_code == 202
    assert "raiox_ready 0" in metrics


class Hanging(FakeIntake):
    """Its decoders start, and start, and start."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = False
        self.go = threading.Event()
        self.n_asked = 0

    def require_confinement(self) -> None:
        if self.hangs:
            self.n_asked += 1
            self.go.wait()


async def test_decoders_that_never_start_keep_one_thread_and_nobody_else(start):
    intake = Hanging()
    async with start(reader=intake) as service:
        browser = service.browser()
        intake.hangs = True
        answers = await asyncio.gather(*(browser.get("/readyz") for _ in range(30)))
        alive = await browser.get("/healthz")
        listed = await browser.get(ANALYSES)
        n_asked = intake.n_asked
        intake.hangs = False
        intake.go.set()
        healed = await ready(browser, 200)

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.json()["code"] for answer in answers} == {"decoders_unavailable"}
    assert all("Retry-After" in answer.headers for answer in answers)
    assert (alive.status_code, listed.status_code, healed.status_code) == (200, 200, 200)
    assert n_asked == 1


@pytest.mark.parametrize("when", ["before the start", "while it serves"])
async def test_decoders_killed_at_once_are_started_anew_and_no_upload_is_an_error(start, when):
    with Intake(IntakeSettings(decoder_wall_s=30.0)) as intake:
        if when == "before the start":
            kill_zygote(intake)
        async with start(reader=intake) as service:
            browser = service.browser(timeout=120)
            if when == "while it serves":
                kill_zygote(intake)
            answers = await asyncio.gather(
                *(browser.post(ANALYSES, content=png(mark=mark)) for mark in range(6))
            )
            healed = await ready(browser, 200)

    assert {answer.status_code for answer in answers} == {201}
    assert healed.status_code == 200


def kill_zygote(intake: Intake) -> None:
    os.kill(intake._pictures.zygote_pid, signal.SIGKILL)


async def test_an_engine_that_still_loads_is_not_ready(tmp_path):
    go = threading.Event()

    def slowly() -> FakeEngine:
        go.wait()
        return FakeEngine()

    async with run_service(Settings(data_dir=tmp_path), Factories(slowly, FakeIntake)) as service:
        with pytest.raises(ModelUnavailableError) as loading:
            service.engine_holder.require_running()
        go.set()

    assert loading.value.facts == {"reason": "loading"}
