"""Eight clients do what comes to their mind while the service is killed; each checks what it sees.

Where a kill takes an answer, the client does not know whether it was done, and takes either.
"""

import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kills import settled
from measurement import Measurement
from running import ANALYSES, HTTP_ERRORS, NO_LIMITS, Service, drawn_images, id_in, serving

N_CLIENTS = 8
SECONDS_PER_KILL = 20.0
RANK = {"queued": 0, "running": 0, "done": 1, "failed": 1}
"""A worker that was lost gives its analysis back; a result stays."""


@dataclass
class Client:
    """One session, and what it knows of its own history."""

    service: Service
    cookie: str
    images: list[bytes]
    choice: random.Random
    states: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    """Deleted, or not: the answer was lost."""
    foreign: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    n_operations: int = 0

    def act(self) -> None:
        """One operation."""
        operation = self.choice.choice(
            (self.upload, self.upload, self.get, self.list, self.delete, self.get_foreign)
        )
        try:
            operation()
        except HTTP_ERRORS:
            time.sleep(0.1)  # it is being started again
        else:
            self.n_operations += 1

    def upload(self) -> None:
        key = f"{self.choice.getrandbits(64):x}"
        headers = {"Idempotency-Key": key, "Prefer": self.choice.choice(("wait=0", "wait=2"))}
        status, content, _ = self._send("POST", "", self.choice.choice(self.images), headers)
        if status in (201, 202):
            name = id_in(content)
            self.faults["an id twice"] += name in self.states or name in self.gone
            self.states[name] = "queued"

    def get(self) -> None:
        name = self._any(self.states)
        if name:
            self._look(name, self._send("GET", f"/{name}"))
        name = self._any(self.gone)
        if name:
            self.faults["deleted but seen"] += self._send("GET", f"/{name}")[0] == 200

    def list(self) -> None:
        known, gone = set(self.states) - self.unsure, set(self.gone)
        listed = {one["id"] for one in self.service.export(self.cookie)}
        self.faults["own but not listed"] += bool(known - listed)
        self.faults["deleted but listed"] += bool(gone & listed)
        self.faults["another's listed"] += bool(set(self.foreign) & listed)

    def delete(self) -> None:
        name = self._any(self.states)
        if not name:
            return
        self.unsure.add(name)
        status, _, _ = self._send("DELETE", f"/{name}")
        if status == 204:
            del self.states[name]
            self.gone.add(name)

    def get_foreign(self) -> None:
        name = self._any(self.foreign)
        if name:
            self.faults["another's seen"] += self._send("GET", f"/{name}")[0] == 200
            self.faults["another's deleted"] += self._send("DELETE", f"/{name}")[0] == 204

    def _look(self, name: str, answer: tuple[int, bytes, dict]) -> None:
        status, content, _ = answer
        if status == 404:
            self.faults["own but gone"] += name not in self.unsure
        elif status == 200:
            state = next(one for one in RANK if f'"state":"{one}"'.encode() in content)
            self.faults["a result lost"] += RANK[state] < RANK[self.states[name]]
            self.states[name] = state

    def _any(self, names) -> str | None:
        return self.choice.choice(sorted(names)) if names else None

    def _send(self, method: str, path: str, body: bytes = b"", headers=None):
        headers = {"Cookie": self.cookie, "Content-Type": "image/png"} | (headers or {})
        return self.service.request(method, f"{ANALYSES}{path}", body, headers)


def histories(seconds: float, seed: int) -> list[Measurement]:
    """Random operations until the time is over, with a kill now and then."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        images, stop = drawn_images(), threading.Event()
        clients = [
            Client(service, service.cookie(), images, random.Random(seed * 1_000 + number))
            for number in range(N_CLIENTS)
        ]
        threads = [threading.Thread(target=_run, args=(one, clients, stop)) for one in clients]
        for thread in threads:
            thread.start()
        n_kills = _kill_now_and_then(service, seconds)
        stop.set()
        for thread in threads:
            thread.join()
        for client in clients:
            settled(service, client.cookie)
            client.list()
    faults = sum((client.faults for client in clients), Counter[str]())
    named = "".join(f", {n} {fault}" for fault, n in faults.items() if n)
    return [
        Measurement(
            "histories",
            f"{sum(client.n_operations for client in clients):,} operations of {N_CLIENTS} sessions "
            f"under {n_kills} kills of the service: {faults.total()} faults{named}",
            held=not faults.total(),
        )
    ]


def _run(client: Client, clients: list[Client], stop: threading.Event) -> None:
    while not stop.is_set():
        other = client.choice.choice(clients)
        if other is not client and other.states:
            client.foreign = [*other.states][:20]
        client.act()


def _kill_now_and_then(service: Service, seconds: float) -> int:
    n_kills = max(1, int(seconds / SECONDS_PER_KILL))
    for _ in range(n_kills):
        time.sleep(seconds / (n_kills + 1))
        service.kill()
        service.start()
    time.sleep(seconds / (n_kills + 1))
    return n_kills
