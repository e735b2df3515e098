"""Slow, idle and greedy clients against the real server: everybody else is served meanwhile."""

import asyncio
import json
import threading
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from fakes import FakeEngine, FakeIntake, png
from serving import Served, answer

from raiox.settings import RecordsSettings, WebSettings
from raiox.web.caller import Caller

pytestmark = pytest.mark.anyio
ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}
MEGABYTE = 1_000_000
SLOW_IS_KNOWN_S = 15
"""Hundreds of bodies are judged a second after each has begun, which takes a busy machine a while."""


def head(*lines: str, path: str = ANALYSES, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    service = Served(
        tmp_path_factory.mktemp("greedy"),
        test_open_files=700,
        records__max_queued=100,
        web__analyses_per_minute=10_000,
        web__analyses_per_day=100_000,
    )
    yield service
    service.kill()


@contextmanager
def connections(served, n, first=b""):
    with ExitStack() as stack:
        opened = [stack.enter_context(served.connect()) for _ in range(n)]
        for connection in opened:
            connection.sendall(first)
        yield opened


def upload(served, n=10):
    """Statuses and the longest time of some ordinary uploads."""
    statuses, longest_s = [], 0.0
    with httpx.Client(base_url=served.url, timeout=30) as client:
        for mark in range(n):
            started = time.perf_counter()
            response = client.post(ANALYSES, content=png(mark=mark), headers=OCTETS)
            longest_s = max(longest_s, time.perf_counter() - started)
            statuses.append(response.status_code)
    return statuses, longest_s


def test_uploads_go_on_while_hundreds_of_bodies_trickle_from_one_address(served):
    trickle = head("Content-Length: 50000", "Content-Type: image/png") + b"x"
    with connections(served, 300, trickle) as slow:
        deadline = time.monotonic() + SLOW_IS_KNOWN_S
        while upload(served, 1)[0] == [503] and time.monotonic() < deadline:
            time.sleep(0.2)
        statuses, longest_s = upload(served)
        for connection in slow[-5:]:
            connection.sendall(b"y")

    assert statuses == [201] * 10
    assert longest_s < 10


def test_large_bodies_without_an_end_do_not_fill_the_memory_for_good(served):
    body = head(f"Content-Length: {30 * MEGABYTE}") + bytes(29 * MEGABYTE)
    with ExitStack() as stack:
        for _ in range(10):
            threading.Thread(
                target=_send_quietly, args=(stack.enter_context(served.connect()), body)
            ).start()
        time.sleep(2.5)
        statuses, _ = upload(served, 5)

    assert statuses == [201] * 5


def _send_quietly(connection, body):
    try:
        connection.sendall(body)
    except OSError:
        connection.close()


def test_idle_sockets_make_room_for_others(served):
    with connections(served, 600), httpx.Client(base_url=served.url, timeout=10) as client:
        answers = [client.get("/healthz").status_code for _ in range(5)]
        statuses, _ = upload(served, 5)

    assert answers == [200] * 5
    assert statuses == [201] * 5
    assert "Traceback" not in served.log


def test_a_body_of_dust_is_refused_and_holds_nobody_up(served):
    with served.connect() as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        dust = threading.Thread(target=_send_quietly, args=(connection, b"1\r\nx\r\n" * 500_000))
        dust.start()
        waits_s = []
        with httpx.Client(base_url=served.url, timeout=10) as client:
            for _ in range(30):
                started = time.perf_counter()
                client.get("/healthz")
                waits_s.append(time.perf_counter() - started)
        received = answer(connection)
        dust.join()

    assert b" 400 " in received
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "malformed_request"
    assert max(waits_s) < 0.5


def test_honest_chunks_are_a_body_like_any_other(served):
    content = png(side_px=512, mark=7)
    pieces = (content[i : i + 1_024] for i in range(0, len(content), 1_024))
    # Another address than that of whoever sent dust a moment ago.
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as client:
        response = client.post(f"{served.url}{ANALYSES}", content=pieces, headers=OCTETS)

    assert response.status_code == 201


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        (("Origin: http://[::1", "Content-Length: 0"), ANALYSES),
        (("Origin: http://[x]", "Content-Length: 0"), ANALYSES),
        (("Origin: http://localhost:port", "Content-Length: 0"), ANALYSES),
    ],
)
def test_an_origin_that_is_no_address_is_a_malformed_request(served, lines, path):
    with served.connect() as connection:
        connection.sendall(head(*lines, path=path))
        received = answer(connection)

    assert received.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("host", ["[::1", "[x]", "localhost:port", "a:b:c"])
def test_a_host_that_is_no_address_is_a_malformed_request(served, host):
    with served.connect() as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        connection.settimeout(2)
        received = connection.recv(65_536)

    assert received.startswith(b"HTTP/1.1 400 ")
    assert "Traceback" not in served.log


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/"])
def test_a_name_that_somebody_else_bound_to_this_machine_is_not_answered(served, path):
    response = httpx.get(f"{served.url}{path}", headers={"Host": "evil.test"})

    assert response.status_code == 421
    assert response.json()["code"] == "host_not_allowed"


async def test_metrics_are_not_for_whom_an_unnamed_proxy_lets_through(start):
    async with start(web=WebSettings(allowed_hosts=("*",))) as service:
        browser = service.browser()
        own = await browser.get("/metrics")
        proxied = await browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
        rebound = await browser.get("/metrics", headers={"Host": "evil.test"})

    assert [own.status_code, proxied.status_code, rebound.status_code] == [200, 404, 404]


async def test_a_full_queue_refuses_an_upload_before_its_body_is_read(start):
    engine, read = FakeEngine(), []
    engine.go.clear()

    async def body():
        for _ in range(100):
            read.append(1)
            yield bytes(1_000)

    async with start(engine=engine, records=RecordsSettings(max_queued=1)) as service:
        browser = service.browser()
        for _ in range(2):
            await browser.post(ANALYSES, content=png(), headers=OCTETS | {"Prefer": "wait=0"})
            await asyncio.sleep(0.15)
        refused = await browser.post(ANALYSES, content=body(), headers=OCTETS)
        n_decoded = service.intake.n_loaded
        engine.go.set()

    assert refused.status_code == 503
    assert refused.json()["code"] == "queue_full"
    assert refused.headers["Connection"] == "close"
    assert (len(read), n_decoded) == (0, 2)


class SlowForSome(FakeIntake):
    """Decodes large files slowly, as a decoder process would: two at a time."""

    def load(self, content, sha256=None):
        self._delay_s = 1.2 if len(content) > 3_000 else 0.0
        if self._delay_s:
            time.sleep(self._delay_s)
            self._delay_s = 0.0
        return super().load(content, sha256)


async def test_slow_files_of_one_address_leave_a_decoder_for_others(start):
    heavy = png(side_px=64) + bytes(4_000)
    async with start(reader=SlowForSome()) as service:
        greedy = service.browser(address="192.0.2.9", timeout=60)
        other = service.browser(address="192.0.2.10")
        headers = OCTETS | {"Prefer": "wait=0"}
        await greedy.post(ANALYSES, content=heavy, headers=headers)
        await other.post(ANALYSES, content=png(), headers=headers)
        flood = [
            asyncio.create_task(greedy.post(ANALYSES, content=heavy, headers=headers))
            for _ in range(80)
        ]
        await asyncio.sleep(0.3)
        waits_s = []
        for mark in range(5):
            started = time.perf_counter()
            response = await other.post(ANALYSES, content=png(mark=mark), headers=headers)
            waits_s.append(time.perf_counter() - started)
        refused = {one.result().status_code for one in flood if one.done()}
        for one in flood:
            one.cancel()

    assert response.status_code == 202
    assert max(waits_s) < 1
    assert refused & {429, 503}


@pytest.mark.parametrize("picture", ["heatmap", "lungs"])
async def test_pictures_that_are_painted_take_turns_and_nobody_else_waits(start, picture):
    async with start() as service:
        browser, rendering = service.browser(), service.app.state.web_context.rendering
        document = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        address = document["lungs"] if picture == "lungs" else document["maps"]["covid19"]
        first, second = (Caller(f"session {n}", f"192.0.2.{n}") for n in (1, 2))
        async with rendering.turn(first), rendering.turn(second):
            painted = asyncio.create_task(browser.get(address))
            while not rendering.n_waiting and not painted.done():  # noqa: ASYNC110 (nobody notifies)
                await asyncio.sleep(0.005)
            waits = not painted.done()
            others = [await browser.get(path) for path in ("/healthz", ANALYSES, document["image"])]
        answered = await painted

    assert waits
    assert [one.status_code for one in (*others, answered)] == [200] * 4


async def test_an_upload_says_what_is_left_of_the_callers_limit(start):
    async with start(web=WebSettings(analyses_per_minute=1)) as service:
        browser = service.browser()
        await browser.get("/")
        answers = [
            await browser.post(ANALYSES, content=png(mark=n), headers=OCTETS) for n in range(2)
        ]

    assert [one.status_code for one in answers] == [201, 429]
    assert all(one.headers["RateLimit"].startswith('"minute";r=0;t=') for one in answers)
