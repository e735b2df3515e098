"""Kills processes of the running service at random moments; then audits every accepted id.

Killed are the web process, the engine's process and the decoders' zygotes, the latter two also
while they start: a plan drawn from a seed says which, so that a run can be repeated.
"""

import random
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from measurement import Measurement
from running import ANALYSES, HTTP_ERRORS, NO_LIMITS, Service, drawn_images, id_in, p50, serving

N_CLIENTS = 8
SECONDS_PER_KILL = 1.8
"""So many kills are planned for the time that is given; they may take longer."""
ENGINE, ZYGOTE = "raiox.inference.engine_process", "raiox.intake.sandbox.zygote"
KINDS = {"web": 1, "engine": 4, "zygote": 3, "starting engine": 1, "starting zygote": 1}
"""What is killed, and how often among the others."""
PATIENT_STATUSES = {201, 202, 409, 429, 503}
"""Accepted, or refused for now; anything else blames the file, or a fault of ours."""
STARTING_S = 10.0
REPORT_EVERY = 50
LONG_STORM = NO_LIMITS | {"records__max_megapixels": 100_000}
"""All clients share one session, and in an hour they send more than one may keep."""


@dataclass
class Client:
    """Sends with keys until each upload is acknowledged; now and then deletes one of its own."""

    service: Service
    cookie: str
    images: list[bytes]
    number: int
    seed: int
    stop: threading.Event
    acknowledged: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    blamed: Counter[int] = field(default_factory=Counter)
    n_doubled: int = 0

    def run(self) -> None:
        choice = random.Random(self.seed * 1_000 + self.number)
        count = 0
        while not self.stop.is_set():
            if self._send(count, choice):
                count += 1
                if choice.random() < 0.2:
                    self._delete(choice.choice(sorted(self.acknowledged)))
            else:
                time.sleep(0.1)

    def _send(self, count: int, choice: random.Random) -> bool:
        headers = {
            "Cookie": self.cookie,
            "Idempotency-Key": f"{self.number}-{count}",
            "Prefer": choice.choice(("wait=0", "wait=2")),
        }
        image = self.images[(self.number + count) % len(self.images)]
        with suppress(*HTTP_ERRORS):
            status, content, _ = self.service.upload(image, headers)
            if status not in PATIENT_STATUSES:
                self.blamed[status] += 1
            if status in (201, 202):
                name = id_in(content)
                self.n_doubled += name in self.acknowledged or name in self.deleted
                self.acknowledged.add(name)
                return True
        return False

    def _delete(self, name: str) -> None:
        address, headers = f"{ANALYSES}/{name}", {"Cookie": self.cookie}
        with suppress(*HTTP_ERRORS):
            # Once asked for, it may be gone even if a kill takes the answer.
            self.acknowledged.discard(name)
            if self.service.request("DELETE", address, b"", headers)[0] == 204:
                self.deleted.add(name)
                if self.service.get(address, headers)[0] != 404:
                    self.returned.add(name)


def kills(seconds: float, seed: int) -> list[Measurement]:
    """As many kills as fit into the time, of all kinds."""
    choice = random.Random(seed)
    n = max(len(KINDS), round(seconds / SECONDS_PER_KILL))
    return storm(choice.choices([*KINDS], [*KINDS.values()], k=n), seed)


def counted_kills(counts: dict[str, int]) -> Callable[[float, int], list[Measurement]]:
    """The attack that kills so many of each kind, however long that takes."""

    def attack(_seconds: float, seed: int) -> list[Measurement]:
        plan = [kind for kind, n in counts.items() for _ in range(n)]
        random.Random(seed).shuffle(plan)
        return storm(plan, seed)

    return attack


def storm(plan: list[str], seed: int, longest_pause_s: float = 2.0) -> list[Measurement]:
    """Kill what the plan says while clients send; then audit every accepted id."""
    choice, stop = random.Random(seed), threading.Event()
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **LONG_STORM) as service:
        cookie, images = service.cookie(), drawn_images()
        clients = [Client(service, cookie, images, n, seed, stop) for n in range(N_CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        killed, starts = Counter(), []
        for kind in plan:
            time.sleep(choice.uniform(0.1, longest_pause_s))
            if kind == "web":
                service.kill()
                starts.append(service.start())
            killed[kind] += kind == "web" or _kill_process(service, kind, choice)
            if killed.total() % REPORT_EVERY == 0:
                n_acknowledged = sum(len(client.acknowledged) for client in clients)
                report = f"{killed.total()} of {len(plan)} kills, {n_acknowledged} acknowledged"
                print(report, flush=True)  # noqa: T201  (a long run says how far it is)
        stop.set()
        for thread in threads:
            thread.join()
        found = settled(service, cookie)
        service.stop()
        intact, n_orphans = _audit_files(service.folder)
    return _measurements(clients, found, killed, starts, intact, n_orphans)


def _kill_process(service: Service, kind: str, choice: random.Random) -> bool:
    module = ENGINE if kind.endswith("engine") else ZYGOTE
    running = service.children(module)
    victims = running
    if kind.startswith("starting"):
        _kill_all(service, running)
        deadline = time.monotonic() + STARTING_S
        while not (victims := sorted(set(service.children(module)) - set(running))):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        time.sleep(choice.uniform(0.0, 0.5))
    return _kill_all(service, victims[:1])


def _kill_all(service: Service, pids: list[int]) -> bool:
    for pid in pids:
        with suppress(ProcessLookupError):
            service.kill_child(pid)
    return bool(pids)


def _measurements(clients, found, killed, starts, intact, n_orphans) -> list[Measurement]:
    states = {analysis["id"]: analysis for analysis in found}
    acknowledged = set().union(*(client.acknowledged for client in clients))
    lost = acknowledged - set(states)
    doubled = sum(client.n_doubled for client in clients) + len(found) - len(states)
    innocent = Counter((one["error"] or {}).get("code") for one in found if one["state"] != "done")
    blamed = sum((client.blamed for client in clients), Counter())
    returned = set().union(*(c.returned | (c.deleted & set(states)) for c in clients))
    kinds = ", ".join(f"{kind} {killed[kind]}" for kind in KINDS)
    again = f"; ready again p50 {p50(starts):.1f} s, most {max(starts):.1f} s" if starts else ""
    return [
        Measurement(
            "accepted",
            f"{killed.total()} kills ({kinds}), {len(acknowledged)} acknowledged: {len(lost)} lost, "
            f"{doubled} doubled, {innocent.total()} failed{codes(innocent)}, {blamed.total()} "
            f"refused as if the file were to blame{codes(blamed)}, database "
            f"{'intact' if intact else 'DAMAGED'}, {n_orphans} orphans{again}",
            held=not (lost or doubled or innocent or blamed or n_orphans) and intact,
        ),
        Measurement(
            "erasure",
            f"{sum(len(client.deleted) for client in clients)} deleted between the same kills: "
            f"{len(returned)} came back",
            held=not returned,
        ),
    ]


def codes(counted: Counter) -> str:
    """Each with its number, in brackets; nothing of nothing."""
    named = ", ".join(f"{code} {n}" for code, n in sorted(counted.items(), key=str))
    return f" ({named})" if named else ""


def settled(service: Service, cookie: str, patience_s: float = 180) -> list[dict]:
    """All analyses of a session, once none is waited for."""
    deadline = time.monotonic() + patience_s
    while True:
        found = service.export(cookie)
        waiting = [one for one in found if one["state"] not in ("done", "failed")]
        if not waiting or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def _audit_files(folder: Path) -> tuple[bool, int]:
    with sqlite3.connect(folder / "raiox.sqlite3") as database:
        [answer] = database.execute("PRAGMA integrity_check").fetchone()
        wanted = {name for (name,) in database.execute("SELECT id FROM analyses WHERE has_image")}
    database.close()
    old = time.time() - 60
    images = [path for path in (folder / "images").iterdir() if path.stat().st_mtime < old]
    orphans = [path for path in images if path.stem.rpartition("_")[2] not in wanted]
    return answer == "ok", len(orphans)
