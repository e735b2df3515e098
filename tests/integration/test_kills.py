"""The process dies at the worst moments; nothing is lost, doubled or left lying about."""

import threading
import time
from contextlib import suppress

import httpx
import pytest
from fakes import png
from serving import Served
from sqlalchemy import func, select

from raiox.records.database import Database
from raiox.records.tables import idempotency_keys

ANALYSES = "/api/v1/analyses"
N_KILLS = 3


@pytest.fixture
def delay_s():
    return 0.05


@pytest.fixture
def served(tmp_path, delay_s, database_url):
    service = Served(
        tmp_path,
        records__database_url=database_url,
        files__shared=True,
        web__session_key="k",
        test_delay_s=delay_s,
        records__lease_s=1,
        inference__max_batch_size=3,
        web__analyses_per_minute=100_000,
        web__analyses_per_day=1_000_000,
    )
    yield service
    service.kill()


class Patient:
    """A client that retries every upload with its key until it is acknowledged."""

    def __init__(self, served: Served, cookies: dict[str, str], number: int) -> None:
        self._served = served
        self._cookies = cookies
        self._number = number
        self.ids: list[str] = []
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        count = 0
        while not self.stop.is_set():
            name = f"{self._number}-{count}"
            while not self._sent(name, self._number * 1_000 + count):
                time.sleep(0.05)
            count += 1

    def _sent(self, key: str, mark: int) -> bool:
        headers = {
            "Content-Type": "image/png",
            "Idempotency-Key": key,
            "Prefer": "wait=0",
        }
        with suppress(httpx.TransportError):
            response = httpx.post(
                self._served.url + ANALYSES,
                content=png(mark=mark),
                headers=headers,
                cookies=self._cookies,
                timeout=10,
                verify=False,  # else each reads all certificates, for nothing
            )
            if response.status_code in (201, 202):
                self.ids.append(response.json()["id"])
                return True
        return False

    def join(self) -> None:
        self.stop.set()
        self._thread.join()


def test_kills_under_load_lose_nothing_and_double_nothing(served, tmp_path, database_url):
    cookies = dict(httpx.get(f"{served.url}/plain").cookies)
    patients = [Patient(served, cookies, number) for number in range(1, 4)]
    for _ in range(N_KILLS):
        time.sleep(0.4)
        served.kill()
        served.start()
    for patient in patients:
        patient.join()
    acknowledged = [name for patient in patients for name in patient.ids]
    exported = _all_finished(served, cookies)

    assert len(acknowledged) > N_KILLS
    assert len(set(acknowledged)) == len(acknowledged)
    # One more may have been committed whose answer the kill took; its retry found it again.
    assert {analysis["id"] for analysis in exported} == set(acknowledged)
    assert {analysis["state"] for analysis in exported} == {"done"}
    served.kill()
    n_keys = select(func.count()).select_from(idempotency_keys)
    database = Database(database_url or f"sqlite:///{tmp_path / 'raiox.sqlite3'}")
    database.check_integrity()
    with database.reading() as connection:
        assert connection.scalar(n_keys) == len(acknowledged)
    database.close()


@pytest.mark.parametrize("delay_s", [1.0])
def test_a_polite_stop_answers_what_was_begun_and_is_quick(served, tmp_path):
    waiting = []

    def wait() -> None:
        headers = {"Content-Type": "image/png", "Prefer": "wait=20"}
        waiting.append(httpx.post(served.url + ANALYSES, content=png(), headers=headers))

    senders = [threading.Thread(target=wait, daemon=True) for _ in range(3)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 30
    while len(list((tmp_path / "images").glob("*.png"))) < len(senders):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    started = time.monotonic()
    code = served.stop()
    took_s = time.monotonic() - started
    for sender in senders:
        sender.join()

    assert [response.status_code for response in waiting] == [201] * 3
    assert code in (0, -15)
    assert took_s < 8
    assert "Traceback" not in served.log


def _all_finished(served: Served, cookies: dict[str, str]) -> list[dict]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        exported = httpx.get(f"{served.url}{ANALYSES}/export", cookies=cookies).json()["analyses"]
        if all(analysis["state"] in ("done", "failed") for analysis in exported):
            return exported
        time.sleep(0.2)
    raise AssertionError([analysis["state"] for analysis in exported])
