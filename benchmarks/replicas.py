# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""Do two web processes answer as evenly as one? Four clients that go from one to the other.

Run:      .venv/bin/python benchmarks/replicas.py [--rounds 5] [--uploads 48] [--clients 4]
Needs:    PostgreSQL's server, pg8000.
Measures: in turns, one and two processes of `raiox serve`, each with the shipped networks on one thread:
          from an upload to its finished result, by clients that wait for it as the page does, and by
          clients that look for it every tenth of a second.
Prints:   for each, medians over the rounds, as JSON.
Expects:  p95/p50 <= 1.6 where clients wait as the page does.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import httpx
from processes import Process, interrupt_at_sigterm, on_one_database

from raiox.phantom import draw_phantom, phantom_png

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from postgres import PostgresServer

ANALYSES = "/api/v1/analyses"
N_WARM_UP, N_DRAWN = 8, 4
FINISHED = ("done", "failed")


@dataclass(frozen=True)
class Client:
    """How somebody waits for a result."""

    wait_s: int
    """Given to the upload itself."""
    look_every_s: float

    def analyse(self, http: httpx.Client, urls: Sequence[str], turn: int) -> float:
        """Send an upload to the process whose turn it is, look at the next; seconds until it is finished."""
        content = drawn(turn % N_DRAWN)
        began = time.monotonic()
        turns = count(turn)
        answer = http.post(
            urls[next(turns) % len(urls)] + ANALYSES,
            content=content,
            headers={"Content-Type": "image/png", "Prefer": f"wait={self.wait_s}"},
        )
        while answer.raise_for_status().json()["state"] not in FINISHED:
            time.sleep(self.look_every_s)
            answer = http.get(f"{urls[next(turns) % len(urls)]}{ANALYSES}/{answer.json()['id']}")
        return time.monotonic() - began


CLIENTS = {"waits as the page": Client(3, 1.0), "looks every 0.1 s": Client(0, 0.1)}


@cache
def drawn(seed: int) -> bytes:
    """A radiograph that the filter accepts, so that every network has work."""
    return phantom_png(draw_phantom(seed))


def measure(client: Client, urls: Sequence[str], n_uploads: int, n_clients: int) -> list[float]:
    """Seconds of each upload, with so many at the same time."""

    def send(number: int) -> list[float]:
        with httpx.Client(timeout=60) as http:
            turns = range(number, n_uploads, n_clients)
            return [client.analyse(http, urls, number + i) for i, _ in enumerate(turns)]

    with ThreadPoolExecutor(n_clients) as pool:
        return [took for one in pool.map(send, range(n_clients)) for took in one]


def summary(rounds: Sequence[Sequence[float]]) -> dict[str, float]:
    """Medians over rounds."""
    p50 = statistics.median(statistics.median(one) for one in rounds)
    p95s = [statistics.quantiles(one, n=20)[-1] for one in rounds]
    ratios = [p95 / statistics.median(one) for p95, one in zip(p95s, rounds, strict=True)]
    return {
        "p50_ms": round(1e3 * p50),
        "p95_ms": round(1e3 * statistics.median(p95s)),
        "p95_over_p50": round(statistics.median(ratios), 2),
        "worst_round": round(max(ratios), 2),
    }


def main() -> None:
    """Measure in turns and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--uploads", type=int, default=48)
    options.add_argument("--clients", type=int, default=4)
    chosen = options.parse_args()
    interrupt_at_sigterm()
    with ExitStack() as stack:
        server = PostgresServer()
        stack.callback(server.close)
        services = {}
        for n in (1, 2):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server.run(f"CREATE DATABASE of_{n}")
            variables = on_one_database(server.url(f"of_{n}"))
            services[n] = [
                stack.enter_context(Process("serve", data_dir=folder, variables=variables)).url
                for _ in range(n)
            ]
        runs: dict[tuple[str, int], list[list[float]]] = {
            (name, n): [] for name in CLIENTS for n in services
        }
        for urls in services.values():
            measure(CLIENTS["waits as the page"], urls, N_WARM_UP, chosen.clients)
        for _ in range(chosen.rounds):
            for (name, n), rounds in runs.items():
                rounds.append(measure(CLIENTS[name], services[n], chosen.uploads, chosen.clients))
    found = {f"{n} · {name}": summary(rounds) for (name, n), rounds in runs.items()}
    print(json.dumps({"load": round(os.getloadavg()[0], 1)} | found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
