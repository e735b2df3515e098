"""What is watched over the service: each limit, refusal, stage and outcome; alerts name what exists."""

import json
import re
from pathlib import Path

import pytest
from fakes import FakeClock, FakeEngine, png

from raiox.service.drift import Drift
from raiox.settings import RecordsSettings
from raiox.web.drift_watch import EVERY_S, DriftWatch
from raiox.web.metrics import Metrics

pytestmark = pytest.mark.anyio

DEPLOY = Path(__file__).parents[2] / "deploy" / "monitoring"
ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}


async def metrics_after(start, *uploads: bytes, **options) -> str:
    async with start(**options) as service:
        browser = service.browser()
        for content in uploads:
            await browser.post(ANALYSES, content=content, headers=OCTETS)
        return (await browser.get("/metrics")).text


def value(page: str, name: str) -> float:
    return float(re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)[1])


async def test_outcomes_stages_and_refusals_are_counted(start):
    page = await metrics_after(start, png(), png(mean=240), b"no image")

    assert value(page, 'raiox_outcomes_total{finding="no_finding",outcome="analysed"}') == 1
    assert value(page, 'raiox_outcomes_total{finding="none",outcome="rejected"}') == 1
    assert value(page, 'raiox_refusals_total{code="not_an_image"}') == 1
    assert value(page, 'raiox_stage_seconds_count{stage="submit"}') == 2
    assert value(page, "raiox_frontal_probability_count") == 2


async def test_the_age_of_the_queue_is_shown(start):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine, records=RecordsSettings(max_queued=10)) as service:
        browser = service.browser()
        for mark in range(12):
            headers = OCTETS | {"Prefer": "wait=0"}
            await browser.post(ANALYSES, content=png(mark=mark), headers=headers)
        service.clock.pass_s(90)
        page = (await browser.get("/metrics")).text
        engine.go.set()

    assert value(page, "raiox_queued") > 0
    assert value(page, "raiox_queue_age_seconds") == pytest.approx(90)


async def test_every_metric_of_alerts_and_dashboard_exists(start):
    page = await metrics_after(start, png(), b"no image")
    known = {name for line in page.splitlines() for name in re.findall(r"^raiox_\w+", line)}
    texts = [path.read_text() for path in DEPLOY.iterdir()]
    named = {name for text in texts for name in re.findall(r"\braiox_\w+", text)}

    assert len(named) > 10
    assert named <= known


async def test_drift_is_shown_of_enough_results_and_is_no_number_of_too_few(start):
    few = await metrics_after(start, png())
    drift = Drift(200, {"covid19": 0.31}, {"x": None})
    shown = Metrics()
    page = shown.page(n_queued=0, oldest_s=0.0, ready=True, drift=drift).decode()

    assert re.search(r'^raiox_drift_index{name="\w+",of="scores"} NaN$', few, re.MULTILINE)
    assert value(page, 'raiox_drift_index{name="covid19",of="scores"}') == 0.31
    assert "raiox_engine_running 1" in few


def test_drift_is_not_measured_at_every_look():
    clock, measured = FakeClock(0), []
    watch = DriftWatch(clock)
    for _ in range(3):
        watch.look(lambda: measured.append(1))
    clock.pass_s(EVERY_S)
    watch.look(lambda: measured.append(1))

    assert len(measured) == 2


def test_the_dashboard_is_one():
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())

    assert all(panel["targets"] for panel in dashboard["panels"])
