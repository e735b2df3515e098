"""Somebody else holds the database: reading goes on, writing waits its time and says when to retry."""

import asyncio
import sqlite3
import time

import pytest
from fakes import png

from raiox.records import sqlite

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}
SLACK_S = 20.0
"""A busy machine counts its seconds late."""


async def test_under_a_foreign_lock_reads_are_answered_and_uploads_learn_when_to_return(
    start, tmp_path
):
    async with start() as service:
        browser = service.browser(timeout=60)
        kept = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        lock = sqlite3.connect(tmp_path / "var" / "raiox.sqlite3", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        upload = asyncio.create_task(browser.post(ANALYSES, content=png(mark=1), headers=OCTETS))
        await asyncio.sleep(0.2)
        paths = (ANALYSES, f"{ANALYSES}/{kept['id']}", kept["image"], "/healthz")
        reads = [(await browser.get(path)).status_code for path in paths]
        read_s = time.monotonic() - started
        was_waiting = not upload.done()
        refused = await upload
        took_s = time.monotonic() - started
        lock.execute("ROLLBACK")
        lock.close()
        healed = await browser.post(ANALYSES, content=png(mark=1), headers=OCTETS)
        listed = (await browser.get(ANALYSES)).json()["analyses"]
    images = list((tmp_path / "var" / "images").iterdir())

    assert reads == [200] * len(paths)
    assert was_waiting
    assert read_s < sqlite.BUSY_TIMEOUT_S
    assert (refused.status_code, refused.json()["code"]) == (503, "records_unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert took_s < sqlite.BUSY_TIMEOUT_S + SLACK_S
    assert healed.status_code == 201
    assert len(listed) == len(images) == 2
