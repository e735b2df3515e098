"""Requests that mean harm, against the real server over TCP or the app in this process."""

import json
import socket
import threading
import time
from contextlib import suppress

import httpx
import pytest
from fakes import png
from serving import Served, answer

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}
CLOSED = "multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    service = Served(
        tmp_path_factory.mktemp("served"),
        web__header_timeout_s=1,
        web__body_timeout_s=1,
        web__analyses_per_minute=10_000,
        web__analyses_per_day=100_000,
        intake__max_upload_bytes=1_000_000,
    )
    yield service
    service.kill()


@pytest.fixture
def client(served):
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client


def head(*lines: str, path: str = ANALYSES, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def part(name: str, filename: str, content: bytes) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return b"--b\r\n" + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


def images(served):
    return list((served.data_dir / "images").iterdir())


def test_an_announced_flood_is_refused_before_it_comes(served):
    with served.connect() as connection:
        started = time.monotonic()
        connection.sendall(head("Content-Length: 2000000000", "Content-Type: image/png"))
        received = answer(connection)

    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"upload_too_large" in received
    assert time.monotonic() - started < 2


def test_who_waits_for_leave_to_send_too_much_gets_none(served):
    with served.connect() as connection:
        connection.sendall(
            head("Content-Length: 2000000000", "Content-Type: image/png", "Expect: 100-continue")
        )
        received = answer(connection)

    assert b"100 Continue" not in received
    assert received.startswith(b"HTTP/1.1 413 ")


def test_a_refused_sender_can_still_read_why(client):
    answers = [client.post(ANALYSES, content=bytes(3_000_000), headers=OCTETS) for _ in range(5)]

    assert {response.status_code for response in answers} == {413}


def test_a_smuggled_second_request_is_not_run(served, client):
    body = png()
    smuggled = head(method="GET", path="/metrics")
    with served.connect() as connection:
        lines = (f"Content-Length: {len(body)}", "Content-Type: image/png", "Connection: close")
        connection.sendall(head(*lines) + body + smuggled)
        received = answer(connection)

    assert received.count(b"HTTP/1.1 ") == 1
    assert b"raiox_requests" not in received


@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: -5",),
        ("Content-Length: 5x",),
        ("Transfer-Encoding: gzip, chunked",),
    ],
)
def test_contradictory_framing_is_refused(served, framing):
    with served.connect() as connection:
        connection.sendall(head(*framing, "Content-Type: image/png") + b"0\r\n\r\nGET /")
        received = answer(connection)

    assert received[9:10] in (b"4", b"5")
    assert received.count(b"HTTP/1.1 ") == 1


def test_dribbled_headers_are_closed_and_others_are_served(served, client):
    slow = [served.connect() for _ in range(60)]
    for connection in slow:
        connection.sendall(b"GET / HTT")
    started = time.monotonic()
    prompt = client.get("/healthz")
    for connection in slow[:5]:
        connection.sendall(b"P")
    ends = [answer(connection) for connection in slow]
    took_s = time.monotonic() - started
    for connection in slow:
        connection.close()

    assert prompt.status_code == 200
    assert all(b" 408 " in end for end in ends)
    assert took_s < 4


def test_a_second_request_that_dribbles_is_closed_too(served):
    with served.connect() as connection:
        connection.sendall(head(method="GET", path="/healthz"))
        first = connection.recv(65_536)
        connection.sendall(b"GET /he")
        rest = answer(connection)

    assert b"200 OK" in first
    assert b" 408 " in first + rest


@pytest.mark.parametrize("path", [ANALYSES, "/nowhere", "/plain"])
def test_a_dribbled_body_is_closed(served, path):
    with served.connect() as connection:
        started = time.monotonic()
        connection.sendall(head("Content-Length: 1000", "Content-Type: image/png", path=path))
        connection.sendall(b"x")
        answer(connection)

    assert time.monotonic() - started < 6


def test_an_answer_that_nobody_reads_does_not_hold_the_service(served, client):
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        deaf.connect(("127.0.0.1", served.port))
        deaf.sendall(head(method="GET", path="/openapi.json") * 20)

        assert client.get("/healthz").status_code == 200


def test_clients_that_leave_half_way_leave_nothing(served, client):
    before, lines_before = len(images(served)), served.log.count("\n")
    for n_bytes in range(50):
        with served.connect() as connection:
            connection.sendall(head("Content-Length: 5000", "Content-Type: image/png"))
            connection.sendall(bytes(n_bytes * 90))
    time.sleep(0.5)

    assert len(images(served)) == before
    assert served.log.count("\n") - lines_before <= 50
    assert "Traceback" not in served.log
    assert "exception" not in served.log


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        (head(method="GET", path="/" + "a" * 64_000), (b"414", b"431")),
        (head(*(f"X-{n}: 1" for n in range(1_000)), method="GET", path="/"), (b"431",)),
        (head("X: " + "a" * 1_000_000, method="GET", path="/"), (b"431",)),
        (b"GET /\r\n\r\n", (b"400",)),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), (b"400",)),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", (b"400", b"505")),
        (b"GET / HTTP/1.1\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: 1\r\n\r\n", (b"400",)),
    ],
)
def test_what_is_not_a_fit_request_is_refused_as_a_problem(served, request_bytes, statuses):
    with served.connect() as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request_bytes)
        received = answer(connection)

    assert received[9:12] in statuses
    assert b"application/problem+json" in received
    assert b"x-content-type-options: nosniff" in received.lower()
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "malformed_request"


def test_garbage_does_not_flood_the_log(served):
    before = served.log.count("\n")
    for _ in range(50):
        with served.connect() as connection:
            connection.sendall(b"\x00\x01garbage\r\n\r\n")
            answer(connection)

    assert served.log.count("\n") - before <= 1


def test_overlapping_ranges_are_no_work(client):
    document = client.post(ANALYSES, content=png(side_px=256), headers=OCTETS).json()
    ranges = ",".join(f"{n}-" for n in range(1_000))
    response = client.get(document["image"], headers={"Range": f"bytes={ranges}"})

    assert response.status_code in (200, 416)
    assert "multipart" not in response.headers["content-type"]


@pytest.mark.parametrize("n_parts", [5, 2_000, 10_000])
def test_many_parts_are_refused_quickly(client, n_parts):
    body = part("a", "", b"x") * n_parts + part("file", "a.png", png()) + b"--b--\r\n"
    started = time.monotonic()
    response = client.post(ANALYSES, content=body, headers={"Content-Type": CLOSED})

    assert response.status_code in (400, 413)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (CLOSED, b"--b\r\nX: " + b"a" * 900_000 + b"\r\n\r\n1\r\n--b--\r\n"),
        (CLOSED, part("file", "a.png", png())),
        (CLOSED, part("file", "a.png", png())[:-20]),
        (CLOSED, b""),
        (CLOSED, b"no multipart at all"),
        ("multipart/form-data", part("file", "a.png", png()) + b"--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 300, b"--b--"),
        ('multipart/form-data; boundary="' + "\\" * 8_000, b"--b--"),
        ("multipart/form-data; " + "a=b;" * 2_000, b"--b--"),
    ],
)
def test_malformed_multipart_is_refused_quickly(client, content_type, body):
    started = time.monotonic()
    response = client.post(ANALYSES, content=body, headers={"Content-Type": content_type})

    assert response.status_code == 400
    assert response.json()["code"] == "malformed_request"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "filename",
    [
        "../../etc/passwd",
        "C:\\x.png",
        "/etc/passwd",
        "a%00.png",
        "a\r\nX-Evil: 1",
        "\u202egnp.exe",
        "x" * 10_000,
        "🩻.png",
        "<img src=x onerror=alert(1)>",
        "",
    ],
)
def test_file_names_are_never_used_nor_echoed(served, client, filename):
    before = {path.name for path in images(served)}
    body = part("file", filename, png()) + b"--b--\r\n"
    response = client.post(ANALYSES, content=body, headers={"Content-Type": CLOSED})
    new = {path.name for path in images(served)} - before

    assert response.status_code in (201, 400)
    if response.status_code == 201:
        assert [name.rpartition("_")[2] for name in new] == [f"{response.json()['id']}.png"]
    assert not filename or filename not in response.text
    assert "x-evil" not in response.headers


@pytest.mark.parametrize("claimed", ["image/png", "image/jpeg", "application/dicom"])
def test_the_content_decides_not_the_type_that_is_claimed(client, claimed):
    good = client.post(ANALYSES, content=png(), headers={"Content-Type": claimed})
    bad = client.post(ANALYSES, content=b"MZ\x90 program", headers={"Content-Type": claimed})

    assert (good.status_code, bad.status_code) == (201, 415)


def test_no_page_of_another_site_is_invited(client):
    response = client.options(
        ANALYSES,
        headers={"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"},
    )

    assert not [name for name in response.headers if name.startswith("access-control")]


def test_logs_hold_neither_names_nor_cookies_nor_ids(served, client):
    form = {"file": ("SILVA^MARIA.png", png())}
    document = client.post(ANALYSES, files=form).json()
    client.get(f"{ANALYSES}/{document['id']}?name=SILVA")

    assert document["id"] not in served.log
    assert "SILVA" not in served.log
    assert client.cookies["raiox_session"] not in served.log


def test_many_at_once_are_all_answered(served):
    codes = []

    def send() -> None:
        with httpx.Client(base_url=served.url, timeout=30) as own:
            for n in range(5):
                response = own.post(ANALYSES, content=png(mark=n), headers=OCTETS)
                codes.append(response.status_code)

    senders = [threading.Thread(target=send, daemon=True) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert codes == [201] * 40
