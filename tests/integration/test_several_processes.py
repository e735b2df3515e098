"""A service of several processes: what one accepts, another analyses; what one loses, another finds."""

import threading
import time
import uuid
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from fakes import png
from postgres import PostgresServer
from relay import Relay
from serving import Served

from oidc_provider import CLIENT, SECRET, provider

if TYPE_CHECKING:
    from seaweed import SeaweedServer

ANALYSES = "/api/v1/analyses"
LEASE_S = 3
SOON_S = 4.0
"""Less than the five seconds after which a process would look by itself."""
RECOVERY_S = 10.0
PATIENCE_S = 90.0


def has_seaweed() -> bool:
    if find_spec("obstore") is None:
        return False
    from seaweed import find_weed  # noqa: PLC0415  (it needs obstore)

    return find_weed() is not None


class Processes:
    """Those of one service: two that accept and one that works, to begin with."""

    def __init__(
        self, folder: Path, postgres: PostgresServer, seaweed: "SeaweedServer | None"
    ) -> None:
        """Start them.

        Args:
            seaweed: keeps the images; without it, all processes share one folder.
        """
        self._folder, self._seaweed = folder, seaweed
        self.postgres = postgres
        self.url = postgres.empty()
        self.running: list[Served] = []
        self.webs = (self.start("web"), self.start("web", test_clock_skew_s=-7_200))
        self.worker = self.start("worker")

    def start(self, role: str, *, url: str | None = None, **settings: object) -> Served:
        """One more; it has a folder of its own where there is a bucket for the images."""
        folder = self._folder / (str(len(self.running)) if self._seaweed else "shared")
        bucket = "s3://images/several" if self._seaweed else None
        variables = self._seaweed.variables if self._seaweed else {}
        defaults = {
            "test_role": role,
            "records__database_url": url or self.url,
            "records__lease_s": LEASE_S,
            "files__url": bucket,
            "files__shared": bucket is None,
            "files__maps": True,
            "web__session_key": "of all",
            "web__analyses_per_minute": 100_000,
            "web__analyses_per_day": 1_000_000,
        }
        served = Served(folder, variables=variables, **(defaults | settings))
        self.running.append(served)
        return served

    def files_of(self, analysis_id: str) -> list[str]:
        """Names of what is stored of one analysis."""
        if self._seaweed:
            pages = self._seaweed.store("several").list()
            names = [one["path"] for page in pages for one in page]
        else:
            names = [path.name for path in (self._folder / "shared" / "images").iterdir()]
        return [name for name in names if analysis_id in name]

    def rows(self, ids: Collection[str]) -> list[tuple[str, int]]:
        """State and attempt of each that is there."""
        names = ", ".join(f"'{name}'" for name in ids)
        return self.postgres.run(f"SELECT state, attempt FROM analyses WHERE id IN ({names})")

    def wait_until_done(self, ids: Collection[str]) -> list[int]:
        """The attempts of each, once all are done."""
        deadline = time.monotonic() + PATIENCE_S
        while {state for state, _ in self.rows(ids)} != {"done"}:
            assert time.monotonic() < deadline, self.rows(ids)
            time.sleep(0.1)
        rows = self.rows(ids)
        assert len(rows) == len(ids)
        return [attempt for _, attempt in rows]


@pytest.fixture(scope="module")
def processes(tmp_path_factory, postgres, request):
    seaweed = request.getfixturevalue("seaweed") if has_seaweed() else None
    several = Processes(tmp_path_factory.mktemp("several"), postgres, seaweed)
    yield several
    for one in several.running:
        one.kill()


@pytest.fixture(scope="module")
def client():
    with httpx.Client(timeout=40) as made:
        yield made


@pytest.fixture
def send(client):
    def sent(served: Served, mark: int, wait_s: int = 0, **headers: str) -> httpx.Response:
        headers = {"Content-Type": "image/png", "Prefer": f"wait={wait_s}"} | headers
        return client.post(served.url + ANALYSES, content=png(mark=mark), headers=headers)

    return sent


def test_one_accepts_another_analyses_and_the_result_comes_at_once(processes, client, send):
    web, _ = processes.webs
    send(web, 0, wait_s=20)
    began = time.monotonic()
    answers = [send(web, mark, wait_s=20) for mark in (1, 2, 3)]
    took_s = (time.monotonic() - began) / len(answers)

    assert [answer.status_code for answer in answers] == [201] * 3
    assert took_s < SOON_S
    answer = answers[0].json()
    for address in (answer["image"], answer["maps"]["covid19"]):
        assert client.get(web.url + address).status_code == 200


def test_of_what_is_deleted_at_another_process_no_file_stays(processes, client, send):
    first, second = processes.webs
    one = send(first, 7, wait_s=20).json()["id"]
    before = processes.files_of(one)

    assert client.delete(f"{second.url}{ANALYSES}/{one}").status_code == 204
    assert sorted(name.rpartition(".")[2] for name in before) == ["npy", "png"]
    assert processes.files_of(one) == []


def test_a_session_of_one_web_process_is_known_to_another(processes, client, send):
    first, second = processes.webs
    accepted = send(first, 4, wait_s=20)

    there = client.get(f"{second.url}{ANALYSES}/{accepted.json()['id']}")
    assert there.json()["state"] == "done"


def test_equal_keys_at_two_processes_at_once_make_one_analysis(processes, client, send):
    client.get(f"{processes.webs[0].url}/plain")
    answers: list[httpx.Response] = []

    def upload(served: Served, key: str) -> None:
        answers.append(send(served, 5, **{"Idempotency-Key": key}))

    keys = [uuid.uuid4().hex for _ in range(5)]
    for key in keys:
        senders = [threading.Thread(target=upload, args=(web, key)) for web in processes.webs]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    assert len(answers) == 2 * len(keys)
    assert {answer.status_code for answer in answers} <= {201, 202}
    ids = {answer.json()["id"] for answer in answers}
    processes.wait_until_done(ids)
    assert len(ids) == len(keys)
    assert {len(processes.files_of(one)) for one in ids} == {2}  # one image, one file of maps


def test_a_database_that_dies_under_load_loses_nothing_that_was_accepted(processes, postgres, send):
    web, _ = processes.webs
    accepted: list[str] = []
    refused: list[httpx.Response] = []
    stop = threading.Event()

    def upload() -> None:
        mark = 0
        while not stop.is_set():
            mark += 1
            answer = send(web, mark)
            if answer.status_code in (201, 202):
                accepted.append(answer.json()["id"])
            else:
                refused.append(answer)
            time.sleep(0.05)

    sender = threading.Thread(target=upload)
    sender.start()
    time.sleep(1)
    postgres.stop()
    time.sleep(1)
    postgres.start()
    n_before = len(accepted)
    deadline = time.monotonic() + PATIENCE_S
    while len(accepted) < n_before + 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    sender.join()

    assert {answer.status_code for answer in refused} <= {503}
    assert all("retry-after" in answer.headers for answer in refused)
    assert n_before < len(accepted) == len(set(accepted))
    processes.wait_until_done(accepted)


def test_without_its_store_a_service_is_not_ready_and_accepts_nothing(
    processes, client, send, seaweed
):
    web, _ = processes.webs
    [(n_before,)] = processes.postgres.run("SELECT count(*) FROM analyses")
    seaweed.stop()
    ready = client.get(f"{web.url}/readyz")
    refused = send(web, 1)
    seaweed.start()
    [(n_after,)] = processes.postgres.run("SELECT count(*) FROM analyses")

    assert (ready.status_code, refused.status_code) == (503, 503)
    assert n_after == n_before
    assert send(web, 1).status_code in (201, 202)
    assert client.get(f"{web.url}/readyz").status_code == 200


def test_an_upload_whose_commit_was_not_confirmed_is_found_and_accepted(processes, send, postgres):
    relay = Relay(postgres.address, postgres.port)
    web = processes.start("web", url=f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    send(web, 0)
    relay.lose_answer(b"COMMIT\0", after=b"INSERT INTO analyses")
    answer = send(web, 1)
    relay.refuse()
    web.kill()

    assert relay.n_lost == 1
    assert answer.status_code in (201, 202)
    processes.wait_until_done([answer.json()["id"]])


def test_what_a_killed_worker_held_goes_to_another_soon_after_its_lease(processes, send):
    web, _ = processes.webs
    assert processes.worker.stop() in (0, -15)
    doomed = processes.start("worker", test_delay_s=60)
    sent = [send(web, mark).json()["id"] for mark in range(6)]
    while "running" not in {state for state, _ in processes.rows(sent)}:
        time.sleep(0.05)
    processes.start("worker", test_clock_skew_s=7_200)
    doomed.kill()
    began = time.monotonic()

    assert max(processes.wait_until_done(sent)) == 2
    assert time.monotonic() - began < LEASE_S + RECOVERY_S


def test_a_host_whose_clock_is_wrong_takes_nobody_s_work(processes, send):
    processes.start("worker", test_delay_s=LEASE_S + 1)  # beside the one whose clock is ahead
    sent = [send(web, mark).json()["id"] for web in processes.webs for mark in range(4)]

    assert processes.wait_until_done(sent) == [1] * len(sent)


def test_a_session_that_was_ended_in_one_process_is_ended_in_the_other(processes):
    with provider() as known:
        oidc = {"oidc__issuer": known.url, "oidc__client_id": CLIENT, "oidc__client_secret": SECRET}
        one, other = (processes.start("web", **oidc) for _ in range(2))
        with httpx.Client(follow_redirects=True) as browser:
            browser.get(f"{one.url}/login")
            cookies = {"raiox_person": browser.cookies["raiox_person"]}
            before = [httpx.get(web.url + ANALYSES, cookies=cookies) for web in (one, other)]
            browser.post(f"{one.url}/logout")
        after = [httpx.get(web.url + ANALYSES, cookies=cookies) for web in (one, other)]
        for web in (one, other):
            web.kill()

    assert [answer.status_code for answer in (*before, *after)] == [200, 200, 401, 401]
