"""A service on many hosts under faults: what was accepted is done, once, with its image.

Two web processes and two workers, each in a network namespace of its own, PostgreSQL and
SeaweedFS on their bridge, nginx in front. Clients send with keys and repeat what was not
acknowledged. In each round one fault, chosen by the seed, strikes under load; then everything
is audited by SQL and by the list of objects. The networks are fakes that take 30 ms.

    scripts/fleet.sh --rounds 20 --seed 1
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import obstore
from fakes import png
from hosts import NETWORK, Host, bridged, can_bridge
from nginx_proxy import MAIN, NGINX
from postgres import PostgresServer
from seaweed import BUCKET, SeaweedServer
from serving import Served

from raiox.records.images import file_name

ROOT = Path(__file__).parents[2]
ANALYSES = "/api/v1/analyses"
N_CLIENTS = 3
LEASE_S = 15
BEFORE_S, DURING_S = 1.0, 3.0
PATIENCE_S = 120.0
PORT = 8080
SITE = """
upstream webs {{ {servers} }}
server {{
    listen {address}:{port};
    client_max_body_size 0;
    location / {{
        proxy_pass http://webs;
        proxy_connect_timeout 1s;
        proxy_read_timeout 30s;
        proxy_set_header Host $http_host;
    }}
}}
"""


@dataclass(frozen=True)
class Round:
    """One fault and what was left after it."""

    fault: str
    n_accepted: int
    n_lost: int
    """Acknowledged, and not done."""
    n_doubled: int
    """Rows beside those that were acknowledged."""
    n_objects_wrong: int
    """Rows whose image or activation maps are gone."""
    recovered_s: float
    """After the fault has ended, and a killed process has started again, until everything was done."""


class Client:
    """Sends until it is to stop, each image until it is acknowledged."""

    def __init__(self, url: str, cookies: dict[str, str], name: str) -> None:
        self._url, self._cookies, self._name = url, cookies, name
        self.ids: list[str] = []
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with httpx.Client(timeout=10, cookies=self._cookies) as http:
            number = 0
            while not self.stop.is_set():
                number += 1
                while not self._sent(http, number):
                    time.sleep(0.2)

    def _sent(self, http: httpx.Client, number: int) -> bool:
        headers = {
            "Content-Type": "image/png",
            "Prefer": "wait=2",
            "Idempotency-Key": f"{self._name}-{number}",
        }
        with suppress(httpx.TransportError):
            answer = http.post(self._url + ANALYSES, content=png(mark=number), headers=headers)
            if answer.status_code in (201, 202):
                self.ids.append(answer.json()["id"])
                return True
        return False

    def join(self) -> list[str]:
        self.stop.set()
        self._thread.join()
        return self.ids


class Fleet:
    """All processes."""

    def __init__(self, folder: Path, hosts: list[Host], stack: ExitStack) -> None:
        self.hosts = hosts
        self.postgres = PostgresServer(f"{NETWORK}.1")
        stack.callback(self.postgres.close)
        self.postgres.empty()
        self.store = SeaweedServer(f"{NETWORK}.1")
        stack.callback(self.store.close)
        roles = ["web", "web", "worker", "worker"]
        self.processes = []
        for host, role in zip(hosts, roles, strict=True):
            served = self._start(folder / host.name, host, role)
            stack.callback(served.kill)
            self.processes.append(served)
        self.url = f"http://{NETWORK}.1:{PORT}"
        self._nginx = self._start_nginx(folder)
        stack.callback(self._nginx.wait)
        stack.callback(self._nginx.terminate)

    def _start(self, folder: Path, host: Host, role: str) -> Served:
        return Served(
            folder,
            variables=self.store.variables,
            address=host.address,
            within=host.within,
            test_role=role,
            test_delay_s=0.03,
            records__database_url=self.postgres.url(),
            records__lease_s=LEASE_S,
            files__url=f"s3://{BUCKET}/fleet",
            files__maps=True,
            web__session_key="of all",
            web__analyses_per_minute=1_000_000,
            web__analyses_per_day=10_000_000,
        )

    def _start_nginx(self, folder: Path) -> "subprocess.Popen[bytes]":
        servers = " ".join(
            f"server {one.address}:{one.port} max_fails=0;" for one in self.processes[:2]
        )
        site = SITE.format(servers=servers, address=f"{NETWORK}.1", port=PORT)
        path = folder / "nginx.conf"
        path.write_text(MAIN.format(user="user root;", folder=folder, site=site))
        return subprocess.Popen([str(NGINX), "-c", str(path), "-e", str(folder / "error.log")])

    @contextmanager
    def killed(self, number: int) -> Iterator[None]:
        self.processes[number].kill()
        yield
        self.processes[number].start()

    @contextmanager
    def cut(self, number: int) -> Iterator[None]:
        self.hosts[number].cut()
        yield
        self.hosts[number].heal()

    @contextmanager
    def database_killed(self) -> Iterator[None]:
        self.postgres.stop()
        yield
        self.postgres.start()

    @contextmanager
    def store_away(self) -> Iterator[None]:
        self.store.stop()
        yield
        self.store.start()

    def audit(self, ids: list[str]) -> tuple[int, int, int, float]:
        """Lost, doubled, wrong objects; and how long it took until all was done."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            if not self.postgres.run(
                "SELECT 1 FROM analyses WHERE state IN ('queued', 'running') LIMIT 1"
            ):
                break
            time.sleep(0.1)
        took_s = time.monotonic() - began
        stored = self.postgres.run("SELECT id, state, sha256, maps_suffix FROM analyses")
        rows = {one: state for one, state, _, _ in stored}
        named = {
            file_name(one, sha256, suffix)
            for one, _, sha256, maps in stored for suffix in (".png", maps) if suffix
        }  # fmt: skip
        keyed = {one for (one,) in self.postgres.run("SELECT analysis_id FROM idempotency_keys")}
        lost = [one for one in ids if rows.get(one) != "done"]
        doubled = [one for one in rows if one not in keyed]
        objects = {
            one["path"].rpartition("/")[2]
            for page in obstore.list(self.store.store("fleet")) for one in page
        }  # fmt: skip
        without_maps = [one for one, state, _, maps in stored if state == "done" and not maps]
        return len(lost), len(doubled), len(named - objects) + len(without_maps), took_s


def run(n_rounds: int, seed: int) -> list[Round]:
    """Start everything, and let one fault after the other strike."""
    chance, rounds = random.Random(seed), []
    with (
        tempfile.TemporaryDirectory() as name,
        bridged(4) as hosts,
        ExitStack() as running,  # ends first
    ):
        fleet = Fleet(Path(name), hosts, running)
        cookies = _session(fleet.url)
        faults: list[tuple[str, Callable[[], AbstractContextManager[None]]]] = [
            ("worker killed", lambda: fleet.killed(chance.choice((2, 3)))),
            ("web process killed", lambda: fleet.killed(chance.choice((0, 1)))),
            ("worker's link cut", lambda: fleet.cut(chance.choice((2, 3)))),
            ("web process's link cut", lambda: fleet.cut(chance.choice((0, 1)))),
            ("database killed", fleet.database_killed),
            ("store away", fleet.store_away),
        ]
        order = [faults[i % len(faults)] for i in range(n_rounds)]
        chance.shuffle(order)
        for number, (fault, strike) in enumerate(order):
            clients = [Client(fleet.url, cookies, f"{number}-{i}") for i in range(N_CLIENTS)]
            time.sleep(BEFORE_S)
            with strike():
                time.sleep(DURING_S)
            time.sleep(BEFORE_S)
            ids = [one for client in clients for one in client.join()]
            lost, doubled, wrong, took_s = fleet.audit(ids)
            rounds.append(Round(fault, len(ids), lost, doubled, wrong, round(took_s, 1)))
            sys.stdout.write(f"{rounds[-1]}\n")
            sys.stdout.flush()
    return rounds


def _session(url: str) -> dict[str, str]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with suppress(httpx.TransportError):
            return dict(httpx.get(f"{url}/plain").cookies)
        assert time.monotonic() < deadline
        time.sleep(0.2)


def main() -> int:
    """Run and write build/fleet.json; 1 if anything was lost, doubled or wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if not can_bridge() or NGINX is None:
        sys.stderr.write("fleet: skipped, it needs root, iproute2 and nginx\n")
        return 0
    rounds = run(chosen.rounds, chosen.seed)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "fleet.json").write_text(
        json.dumps([asdict(one) for one in rounds], indent=1)
    )
    return int(any(one.n_lost or one.n_doubled or one.n_objects_wrong for one in rounds))


if __name__ == "__main__":
    sys.exit(main())
