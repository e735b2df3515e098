"""Many at once: uploads as fast as they go, connections without end, pictures, cancellations."""

import hashlib
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kills import ENGINE, codes
from measurement import Measurement
from running import (
    ANALYSES,
    HTTP_ERRORS,
    NO_LIMITS,
    Service,
    drawn_images,
    healths,
    id_in,
    p50,
    p99,
    serving,
    times_of,
)

from raiox.phantom import draw_phantom, phantom_png

N_CLIENTS = 8
N_LINES = 40
N_CANCELLED = 1_000
QUEUE_S = 40.0
MIN_UPLOADS_PER_S = 40
WAITING = f"{ANALYSES}?state=queued"
LONG_QUEUE = NO_LIMITS | {"records__max_queued": 20_000}
DUST_HEAD = (
    b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1\r\nx\r\n" * 200
)


def acceptance(seconds: float, seed: int) -> list[Measurement]:
    """Eight clients that upload and wait for no result; then every acknowledged one is looked for."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **LONG_QUEUE) as service:
        cookie, images = service.cookie(), drawn_images()
        sent, times, others = _uploads(service, images, cookie, seed, seconds)
        found = {one["id"]: one["sha256"] for one in service.export(cookie)}
        files = Counter(path.stem.rpartition("_")[2] for path in (Path(name) / "images").iterdir())
    wrong = [one for one, sha256 in sent.items() if found.get(one) != sha256 or files[one] != 1]
    per_s = len(sent) / seconds
    return [
        Measurement(
            "acceptance",
            f"{per_s:.0f} uploads/s of {N_CLIENTS} clients while the networks work, p50 "
            f"{p50(times) * 1e3:.0f}, p99 {p99(times) * 1e3:.0f} ms; {others.total()} other "
            f"answers{codes(others)}; {len(sent)} acknowledged, "
            f"{len(wrong)} without exactly their row and file",
            held=not wrong and not others and per_s >= MIN_UPLOADS_PER_S and p99(times) <= 0.5,
        )
    ]


def _uploads(
    service: Service, images: list[bytes], cookie: str, seed: int, seconds: float
) -> tuple[dict[str, str], list[float], Counter[int]]:
    sent: dict[str, str] = {}
    times: list[float] = []
    others, began = Counter[int](), time.monotonic()

    def send(number: int) -> None:
        choice = random.Random(seed * 1_000 + number)
        while time.monotonic() - began < seconds:
            image, started = choice.choice(images), time.perf_counter()
            status, content, _ = service.upload(image, {"Cookie": cookie, "Prefer": "wait=0"})
            times.append(time.perf_counter() - started)
            if status in (201, 202):
                sent[id_in(content)] = hashlib.sha256(image).hexdigest()
            else:
                others[status] += 1

    _all_at_once(send)
    return sent, times, others


def connections(seconds: float, seed: int) -> list[Measurement]:
    """Connections one after the other as fast as they are accepted, each with a body of dust."""
    del seed  # nothing is drawn
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        before = healths(service, seconds / 3)
        with _flood(service.port) as n_opened:
            began = time.monotonic()
            during = healths(service, seconds * 2 / 3)
            per_s = n_opened() / (time.monotonic() - began)
        n_traces = service.log().count("Traceback")
    return [
        Measurement(
            "connections",
            f"{per_s:.0f} connections/s; health p50 {p50(before) * 1e3:.0f} → "
            f"{p50(during) * 1e3:.0f} ms, p99 {p99(before) * 1e3:.0f} → {p99(during) * 1e3:.0f} ms, "
            f"{n_traces} traces in the log",
            held=p99(during) <= max(0.1, 5 * p99(before)) and not n_traces,
        )
    ]


@contextmanager
def _flood(port: int) -> Iterator[Callable[[], int]]:
    """Eight threads that connect, send and do not wait; yields how many connections there were."""
    stop, opened = threading.Event(), [0] * N_CLIENTS

    def send(number: int) -> None:
        while not stop.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as one:
                one.sendall(DUST_HEAD)
                opened[number] += 1
                one.recv(4_096)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(N_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(opened)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def heatmaps(seconds: float, seed: int) -> list[Measurement]:
    """Forty lines that ask for pictures to be painted, while another session reads its history."""
    del seed  # nothing is drawn
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        greedy, other = {"Cookie": service.cookie()}, {"Cookie": service.cookie()}
        phantom = phantom_png(draw_phantom())  # the filter takes it, so there are maps
        _, content, _ = service.upload(phantom, greedy | {"Prefer": "wait=20"})
        pictures = [*json.loads(content)["maps"].values(), json.loads(content)["lungs"]]
        before = times_of(lambda: service.get(ANALYSES, other), seconds / 3)
        with _lines(
            N_LINES, lambda n: service.get(pictures[n % len(pictures)], greedy)
        ) as statuses:
            during = times_of(lambda: service.get(ANALYSES, other), seconds * 2 / 3)
        n_traces = service.log().count("Traceback")
    painted, refused = statuses[200], statuses[503]
    others = Counter({code: n for code, n in statuses.items() if code not in (200, 503)})
    return [
        Measurement(
            "heatmaps",
            f"{painted} painted and {refused} refused for {N_LINES} lines, {others.total()} other "
            f"answers{codes(others)}; histories of another session p50 {p50(before) * 1e3:.0f} → "
            f"{p50(during) * 1e3:.0f} ms, p99 ×{p99(during) / p99(before):.1f}, {n_traces} traces",
            held=not others and not n_traces and p99(during) <= max(0.1, 5 * p99(before)),
        )
    ]


@contextmanager
def _lines(
    n: int, ask: Callable[[int], tuple[int, bytes, dict[str, str]]]
) -> Iterator[Counter[int]]:
    """So many threads that ask again and again; yields what they are answered."""
    stop, statuses = threading.Event(), Counter[int]()

    def run(number: int) -> None:
        while not stop.is_set():
            with suppress(*HTTP_ERRORS):
                statuses[ask(number)[0]] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def cancellations(seconds: float, seed: int) -> list[Measurement]:
    """Uploads that wait for an engine that stands still are deleted, one by one and at once."""
    n = min(N_CANCELLED, max(N_CLIENTS, int(seconds * 20)))
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **LONG_QUEUE) as service:
        cookie, images = service.cookie(), drawn_images()
        [engine] = service.children(ENGINE)
        os.kill(engine, signal.SIGSTOP)
        names = _queued(service, images, cookie, n, seed)
        n = len(names)
        some, began = names[: n // 8], time.monotonic()
        answers = _deleted(service, some, cookie)
        some_s, began = time.monotonic() - began, time.monotonic()
        status_at_once, _, _ = service.request("DELETE", WAITING, b"", {"Cookie": cookie})
        rest_s = time.monotonic() - began
        begun = {one["id"] for one in service.export(cookie) if one["state"] == "running"}
        os.kill(engine, signal.SIGCONT)
        status, content, _ = service.upload(images[0], {"Cookie": cookie, "Prefer": "wait=20"})
        left = {one["id"] for one in service.export(cookie)} - begun - {id_in(content)}
    n_rest = n - len(begun | set(some))
    return [
        Measurement(
            "cancellations",
            f"{n_rest} deleted at once in {rest_s:.2f} s while they waited, and before {answers[204]} of "
            f"{len(some)} one by one in {some_s:.1f} s; {len(left)} left, and the next upload ended "
            f"{json.loads(content)['state']}",
            held=(status_at_once, status) == (204, 201)
            and answers[204] == len(some)
            and not left
            and rest_s <= 2 * n_rest / 1_000,
        )
    ]


def _queued(service: Service, images: list[bytes], cookie: str, n: int, seed: int) -> list[str]:
    """So many uploads, or as many as come before a network that stands still is replaced."""
    names: list[str] = []
    deadline = time.monotonic() + QUEUE_S

    def send(number: int) -> None:
        choice = random.Random(seed * 1_000 + number)
        headers = {"Cookie": cookie, "Prefer": "wait=0"}
        for _ in range(number, n, N_CLIENTS):
            status, content = 0, b""
            while status not in (201, 202):
                status, content, _ = service.upload(choice.choice(images), headers)
            names.append(id_in(content))
            if time.monotonic() > deadline:
                return

    _all_at_once(send)
    return names


def _deleted(service: Service, names: list[str], cookie: str) -> Counter[int]:
    answers = Counter[int]()

    def send(number: int) -> None:
        for one in names[number::N_CLIENTS]:
            with suppress(*HTTP_ERRORS):
                path = f"{ANALYSES}/{one}"
                answers[service.request("DELETE", path, b"", {"Cookie": cookie})[0]] += 1

    _all_at_once(send)
    return answers


def _all_at_once(send: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=send, args=(number,)) for number in range(N_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
