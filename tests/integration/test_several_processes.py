"""A service of several processes: what one accepts, another analyses; what one loses, another finds."""

import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from fakes import png
from postgres import PostgresServer
from relay import Relay
from serving import Served

ANALYSES = "/api/v1/analyses"
LEASE_S = 2
SOON_S = 4.0
"""Far less than the five seconds after which a process would look by itself."""


class Processes:
    """Those of one service."""

    def __init__(self, folder: Path, postgres: PostgresServer, variables: dict[str, str]) -> None:
        self._folder, self._variables = folder, variables
        self.postgres = postgres
        self.url = postgres.empty()
        self.running: list[Served] = []

    def start(self, role: str, *, url: str | None = None, **settings: object) -> Served:
        """One more; every process has a folder of its own."""
        defaults = {
            "test_role": role,
            "records__database_url": url or self.url,
            "records__lease_s": LEASE_S,
            "files__url": "s3://images/several",
            "web__session_key": "of all",
            "web__analyses_per_minute": 100_000,
            "web__analyses_per_day": 1_000_000,
        }
        served = Served(
            self._folder / str(len(self.running)),
            variables=self._variables,
            **(defaults | settings),
        )
        self.running.append(served)
        return served

    def states(self) -> dict[str, int]:
        """Rows by state."""
        return dict(self.postgres.run("SELECT state, count(*) FROM analyses GROUP BY state"))

    def wait_until_done(self, n: int, timeout_s: float = 60.0) -> float:
        """Seconds until so many are done."""
        began = time.monotonic()
        while time.monotonic() - began < timeout_s:
            if self.states() == {"done": n}:
                return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(self.states())


@pytest.fixture
def processes(tmp_path, postgres, seaweed):
    several = Processes(tmp_path, postgres, seaweed.variables)
    yield several
    for one in several.running:
        one.kill()


def send(served: Served, mark: int, wait_s: int = 0, **more: str) -> httpx.Response:
    headers = {"Content-Type": "image/png", "Prefer": f"wait={wait_s}", **more}
    return httpx.post(served.url + ANALYSES, content=png(mark=mark), headers=headers, timeout=40)


def test_one_accepts_another_analyses_and_the_result_comes_at_once(processes):
    web = processes.start("web")
    processes.start("worker")
    send(web, 0, wait_s=20)
    began = time.monotonic()
    answers = [send(web, mark, wait_s=20) for mark in (1, 2)]
    took_s = (time.monotonic() - began) / len(answers)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert took_s < SOON_S
    image = answers[0].json()["image"]
    assert httpx.get(web.url + image, cookies=answers[0].cookies).status_code == 200


def test_a_session_of_one_web_process_is_known_to_another(processes):
    first, second = processes.start("all"), processes.start("web")
    accepted = send(first, 1, wait_s=20)
    name = accepted.json()["id"]

    there = httpx.get(f"{second.url}{ANALYSES}/{name}", cookies=accepted.cookies)
    assert there.json()["state"] == "done"


def test_equal_keys_at_two_processes_at_once_make_one_analysis(processes):
    webs = [processes.start("web"), processes.start("web")]
    cookies = dict(httpx.get(f"{webs[0].url}/plain").cookies)
    answers: list[httpx.Response] = []

    def upload(served: Served, key: str) -> None:
        headers = {"Content-Type": "image/png", "Prefer": "wait=0", "Idempotency-Key": key}
        answers.append(
            httpx.post(served.url + ANALYSES, content=png(), headers=headers, cookies=cookies)
        )

    keys = [uuid.uuid4().hex for _ in range(5)]
    for key in keys:
        senders = [threading.Thread(target=upload, args=(web, key)) for web in webs]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    assert {answer.status_code for answer in answers} == {202}
    assert processes.states() == {"queued": len(keys)}
    assert len({answer.json()["id"] for answer in answers}) == len(keys)


def test_what_a_killed_worker_held_goes_to_another_soon_after_its_lease(processes):
    web = processes.start("web")
    doomed = processes.start("worker", test_delay_s=30)
    sent = [send(web, mark).json()["id"] for mark in range(6)]
    while processes.states().get("running", 0) == 0:
        time.sleep(0.05)
    processes.start("worker")
    doomed.kill()

    assert processes.wait_until_done(len(sent)) < LEASE_S + 8
    [(most,)] = processes.postgres.run("SELECT max(attempt) FROM analyses")
    assert most == 2


def test_a_host_whose_clock_is_wrong_takes_nobody_s_work(processes):
    web = processes.start("web", test_clock_skew_s=-86_000)
    processes.start("worker", test_delay_s=0.5)
    processes.start("worker", test_clock_skew_s=7_200, test_delay_s=0.5)
    sent = [send(web, mark).json()["id"] for mark in range(4)]

    processes.wait_until_done(len(sent))
    [(most,)] = processes.postgres.run("SELECT max(attempt) FROM analyses")
    assert most == 1


def test_a_database_that_dies_under_load_loses_nothing_that_was_accepted(processes, postgres):
    web = processes.start("web")
    processes.start("worker")
    accepted: list[str] = []
    stop = threading.Event()

    def upload() -> None:
        mark = 0
        while not stop.is_set():
            mark += 1
            with suppress(httpx.TransportError):
                answer = send(web, mark)
                if answer.status_code in (201, 202):
                    accepted.append(answer.json()["id"])
                else:
                    assert answer.status_code == 503
                    assert "retry-after" in answer.headers
            time.sleep(0.05)

    sender = threading.Thread(target=upload)
    sender.start()
    time.sleep(1)
    postgres.stop()
    time.sleep(1)
    postgres.start()
    time.sleep(1)
    stop.set()
    sender.join()

    [(n_rows,)] = postgres.run("SELECT count(*) FROM analyses")
    processes.wait_until_done(n_rows)
    known = {name for (name,) in postgres.run("SELECT id FROM analyses")}
    assert len(accepted) == len(set(accepted)) > 0
    assert set(accepted) <= known


def test_an_upload_whose_commit_was_not_confirmed_is_found_and_accepted(processes, postgres):
    relay = Relay(postgres.address, postgres.port)
    web = processes.start("web", url=f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    send(web, 0)
    relay.lose_answer(b"COMMIT\0")
    answer = send(web, 1)
    relay.refuse()

    assert (relay.n_lost, answer.status_code) == (1, 202)
    [(n_rows,)] = postgres.run(f"SELECT count(*) FROM analyses WHERE id = '{answer.json()['id']}'")
    assert n_rows == 1
    assert processes.states() == {"queued": 2}


def test_without_its_store_a_service_is_not_ready_and_accepts_nothing(processes, seaweed):
    web = processes.start("web")
    seaweed.stop()
    ready = httpx.get(f"{web.url}/readyz", timeout=30)
    refused = send(web, 1)
    seaweed.start()

    assert (ready.status_code, refused.status_code) == (503, 503)
    assert processes.states() == {}
    assert send(web, 1).status_code == 202
    assert httpx.get(f"{web.url}/readyz", timeout=30).status_code == 200
