"""Attacks on the running service, each bounded in time; what they find is a `Measurement`."""

import random
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from floods import acceptance, cancellations, connections, heatmaps
from histories import histories
from kills import kills, settled
from measurement import Measurement
from running import (
    ANALYSES,
    HTTP_ERRORS,
    NO_LIMITS,
    drawn_images,
    healths,
    id_in,
    p50,
    p99,
    serving,
)


def slow_clients(seconds: float, seed: int) -> list[Measurement]:
    """Trickling uploads, half heads and idle sockets, while others read and send."""
    return [
        _beside(seconds / 4, seed, "trickling uploads, 64", 64, _trickle),
        _beside(seconds / 4, seed, "trickling uploads, 600", 600, _trickle),
        _beside(seconds / 4, seed, "half heads, 400", 400, b"POST /api/v1/analyses HTT"),
        _beside(seconds / 4, seed, "idle sockets, 3,000", 3_000, b""),
    ]


_trickle = (
    b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    b"Content-Length: 100000\r\n\r\nx"
)


def _beside(seconds: float, seed: int, what: str, n: int, first: bytes) -> Measurement:
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        images, choice = drawn_images(), random.Random(seed)
        headers = {"Cookie": service.cookie(), "Prefer": "wait=20"}
        _, before, _ = _uploads(service, images, headers, choice, seconds / 2)
        with ExitStack() as stack:
            for _ in range(n):
                one = stack.enter_context(
                    socket.create_connection(("127.0.0.1", service.port), timeout=20)
                )
                with suppress(OSError):
                    one.sendall(first)
            statuses, during, failed = _uploads(service, images, headers, choice, seconds / 2)
        n_traces = service.log().count("Traceback")
    ratio = p99(during) / p99(before)
    answered = statuses[201] / max(1, statuses.total() + failed)
    return Measurement(
        f"slow: {what}",
        f"{answered:.0%} of {statuses.total() + failed} uploads beside them answered with a result; "
        f"p50 {p50(before) * 1e3:.0f} → {p50(during) * 1e3:.0f} ms, p99 ×{ratio:.1f}, "
        f"{n_traces} traces in the log",
        held=answered == 1 and ratio <= 2 and n_traces == 0,
    )


def _uploads(service, images, headers, choice, seconds):
    statuses, times, failed, deadline = Counter(), [], 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.perf_counter()
        try:
            statuses[service.upload(choice.choice(images), headers)[0]] += 1
        except HTTP_ERRORS:
            failed += 1
        times.append(time.perf_counter() - began)
    return statuses, times, failed


def dust(seconds: float, seed: int) -> list[Measurement]:
    """Bodies of one-byte chunks, again and again, while the service is asked for its health."""
    head = (
        b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    stop = threading.Event()

    def send(port: int) -> None:
        while not stop.is_set():
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
            ):
                connection.sendall(head + b"1\r\nx\r\n" * 100_000)
                while connection.recv(65_536):
                    pass

    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        before = healths(service, seconds / 3)
        sender = threading.Thread(target=send, args=(service.port,))
        sender.start()
        during = healths(service, seconds * 2 / 3)
        stop.set()
        sender.join()
    return [
        Measurement(
            "dust",
            f"health p50 {p50(before) * 1e3:.0f} → {p50(during) * 1e3:.0f} ms, "
            f"p99 {p99(before) * 1e3:.0f} → {p99(during) * 1e3:.0f} ms",
            held=p99(during) <= max(0.1, 5 * p99(before)),
        )
    ]


def overload(seconds: float, seed: int) -> list[Measurement]:
    """Ten times as many clients as the service can answer; a queue of 50."""
    settings = NO_LIMITS | {"records__max_queued": 50}
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **settings) as service:
        images, cookie = drawn_images(), service.cookie()
        peak = _load(service, images, cookie, seed, n_clients=4, seconds=seconds / 3)
        settled(service, cookie)
        n_before = len(service.export(cookie))
        crowd = _load(service, images, cookie, seed, n_clients=40, seconds=seconds * 2 / 3)
        began = time.monotonic()
        found = settled(service, cookie)
        drained_s = time.monotonic() - began
        states = {one["id"]: one["state"] for one in found}
        unfinished = [name for name in crowd.accepted if states.get(name) != "done"]
        n_done = len(found) - n_before
    goodput = n_done / (crowd.seconds + drained_s) / (peak.n_done / peak.seconds)
    return [
        Measurement(
            "overload",
            f"{n_done / (crowd.seconds + drained_s):.1f} analyses/s, {goodput:.0%} of the "
            f"{peak.n_done / peak.seconds:.1f}/s of 4 clients; {len(crowd.refused)} refusals, "
            f"p50 {p50(crowd.refused) * 1e3:.0f}, p99 {p99(crowd.refused) * 1e3:.0f} ms, "
            f"{crowd.n_without_retry} without Retry-After; health p99 "
            f"{p99(crowd.healths) * 1e3:.0f} ms; {len(unfinished)} of {len(crowd.accepted)} "
            f"accepted lost; drained in {drained_s:.1f} s",
            held=goodput >= 0.8
            and not unfinished
            and not crowd.n_without_retry
            and p99(crowd.refused) <= 0.15,
        )
    ]


@dataclass
class Load:
    """What a crowd met."""

    seconds: float = 0.0
    n_done: int = 0
    n_without_retry: int = 0
    accepted: set[str] = field(default_factory=set)
    refused: list[float] = field(default_factory=list)
    healths: list[float] = field(default_factory=list)


def _load(service, images, cookie, seed, *, n_clients, seconds) -> Load:
    load, began = Load(), time.monotonic()

    def send(number: int) -> None:
        choice = random.Random(seed * 1_000 + number)
        while time.monotonic() - began < seconds:
            sent = time.perf_counter()
            wait = "wait=20" if n_clients <= 4 else "wait=0"
            try:
                status, content, headers = service.upload(
                    choice.choice(images), {"Cookie": cookie, "Prefer": wait}
                )
            except HTTP_ERRORS:
                continue
            if status in (201, 202):
                load.n_done += status == 201
                load.accepted.add(id_in(content))
            else:
                load.refused.append(time.perf_counter() - sent)
                load.n_without_retry += "retry-after" not in headers
                time.sleep(0.05)  # a client without any patience at all is a flood of packets

    threads = [threading.Thread(target=send, args=(n,)) for n in range(n_clients)]
    for thread in threads:
        thread.start()
    load.healths = healths(service, seconds)
    for thread in threads:
        thread.join()
    load.seconds = time.monotonic() - began
    return load


def growth(seconds: float, seed: int) -> list[Measurement]:
    """Mixed requests for a while; the service's own memory before and after."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        images, cookie = drawn_images(), service.cookie()
        headers, choice = {"Cookie": cookie, "Prefer": "wait=20"}, random.Random(seed)

        def mixed() -> None:
            _, content, _ = service.upload(choice.choice(images), headers)
            address = f"{ANALYSES}/{id_in(content)}"
            service.get(f"{address}/heatmap/covid19.png", headers)
            service.get(f"{address}/image", headers)
            service.request("DELETE", address, b"", headers)
            service.upload(b"no image", headers)

        for _ in range(60):
            mixed()
        before, n, deadline = service.resident_bytes(), 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            mixed()
            n += 5
        grown = service.resident_bytes() - before
    return [
        Measurement(
            "growth",
            f"{grown / 1e6:+.1f} MB over {n} requests (at {before / 1e6:.0f} MB)",
            held=grown <= 20_000_000,
        )
    ]


ATTACKS: dict[str, tuple[Callable[[float, int], list[Measurement]], float]] = {
    # Each with its share of the time.
    "kills": (kills, 0.4),
    "histories": (histories, 0.1),
    "slow_clients": (slow_clients, 0.2),
    "dust": (dust, 0.05),
    "connections": (connections, 0.03),
    "overload": (overload, 0.1),
    "acceptance": (acceptance, 0.04),
    "heatmaps": (heatmaps, 0.03),
    "cancellations": (cancellations, 0.04),
    "growth": (growth, 0.06),
}
