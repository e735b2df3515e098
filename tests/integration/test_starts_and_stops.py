"""Killed in its first start, stopped in a hurry, put to sleep: nothing is lost and nobody waits."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import httpx
from fakes import png
from serving import Served

ANALYSES = "/api/v1/analyses"
HEADERS = {"Content-Type": "image/png"}
HALF_UPLOAD = (
    b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx"
)
PATIENCE_S = 60.0
ORDERLY_S = 8.0
"""How long an orderly stop waits for an upload whose body does not end."""


def finished(served: Served, cookies: dict[str, str]) -> list[dict]:
    """The whole history, once nothing of it is waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = httpx.get(f"{served.url}{ANALYSES}/export", cookies=cookies).json()["analyses"]
        if all(one["state"] in ("done", "failed") for one in found):
            return found
        time.sleep(0.2)
    raise AssertionError(found)


def accepted(served: Served, cookies: dict[str, str], n: int) -> set[str]:
    headers = HEADERS | {"Prefer": "wait=0"}
    answers = [
        httpx.post(served.url + ANALYSES, content=png(mark=mark), headers=headers, cookies=cookies)
        for mark in range(n)
    ]
    return {answer.json()["id"] for answer in answers}


def test_a_second_signal_ends_at_once_and_loses_nothing(tmp_path):
    served = Served(tmp_path, web__session_key="k")
    cookies = dict(httpx.get(f"{served.url}/plain").cookies)
    names = accepted(served, cookies, 5)
    with served.connect() as half:
        half.sendall(HALF_UPLOAD)
        time.sleep(0.2)
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        waited = served.process.poll() is None
        started = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(PATIENCE_S)
        took_s = time.monotonic() - started
    served.start()
    found = finished(served, cookies)
    served.stop()

    assert waited
    assert took_s < 0.8 * ORDERLY_S  # an orderly end would have waited for the half upload
    assert {one["id"] for one in found if one["state"] == "done"} == names
    assert "Traceback" not in served.log


def test_a_service_killed_in_its_first_start_starts_the_next_time(tmp_path):
    environment = os.environ | {"RAIOX_DATA_DIR": str(tmp_path)}
    program = "from raiox.records.store import open_records; from raiox.settings import Settings;"
    program += "s = Settings(); print('begun', flush=True);"
    program += "open_records(s.records, s.data_dir).close()"
    for delay_s in (0.0, 0.03, 0.06, 0.12):
        with subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE
        ) as first:
            first.stdout.readline()
            time.sleep(delay_s)
            first.kill()
    served = Served(tmp_path)
    answer = httpx.post(served.url + ANALYSES, content=png(), headers=HEADERS)
    served.stop()
    with sqlite3.connect(tmp_path / "raiox.sqlite3") as database:
        [intact] = database.execute("PRAGMA integrity_check").fetchone()
    database.close()

    assert answer.status_code == 201
    assert intact == "ok"


def test_a_service_that_was_put_to_sleep_loses_and_doubles_nothing(tmp_path):
    served = Served(tmp_path, records__lease_s=1, test_delay_s=0.3, inference__max_batch_size=2)
    cookies = dict(httpx.get(f"{served.url}/plain").cookies)
    names = accepted(served, cookies, 8)
    served.process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    served.process.send_signal(signal.SIGCONT)
    found = finished(served, cookies)
    served.stop()

    assert len(found) == len(names)
    assert {one["id"] for one in found if one["state"] == "done"} == names
