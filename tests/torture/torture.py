# ruff: noqa: T201  (printing is what it is for)
"""Attack the service and write what was measured into docs/reference/promises.json and .md.

Run:  make torture                                   (all attacks, about 20 minutes)
      python tests/torture/torture.py --seconds 60 --only dust,overload --seed 7 --no-record
      python tests/torture/torture.py --kills web=300,engine=500      (and nothing else; an hour)
"""

import argparse
import os
import platform
import random
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests"), str(ROOT / "src")]

from attacks import ATTACKS  # noqa: E402  (the path was set above)
from kills import KINDS, counted_kills  # noqa: E402
from measurement import Measurement  # noqa: E402
from postgres import PostgresServer, find_program  # noqa: E402
from promises import record  # noqa: E402
from queue_backlog import backlog  # noqa: E402

BACKLOG_SHARE = 0.05


def main() -> int:
    """Run, print and record; exit status 1 where a promise was not kept."""
    options = _options()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    wanted = options.only.split(",") if options.only else [*ATTACKS, "backlog"]
    attacks = ATTACKS | {"backlog": (_backlogs, BACKLOG_SHARE)}
    if options.kills:
        wanted = ["kills"]
        attacks["kills"] = counted_kills(options.kills), 1.0
    print(f"seed {seed}; the same again with --seed {seed}: {', '.join(wanted)}", flush=True)
    whole = sum(attacks[name][1] for name in wanted)
    found: list[Measurement] = []
    for name in wanted:
        attack, share = attacks[name]
        results = attack(options.seconds * share / whole, seed)
        for one in results:
            print(f"{'held' if one.held else 'FELL':5} {one.promise}: {one.measured}", flush=True)
        found += results
    if options.record:
        record(found, circumstances(seed))
    return int(not all(one.held for one in found))


def _backlogs(seconds: float, seed: int) -> list[Measurement]:
    """On SQLite and, where it is installed, on a PostgreSQL of its own."""
    if not find_program("postgres"):
        return backlog(seconds, seed)
    with closing(PostgresServer()) as server:
        return backlog(seconds / 2, seed) + backlog(seconds / 2, seed, server.url())


def circumstances(seed: int) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.0f}, {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}",
        "seed": seed,
    }


def _counts(text: str) -> dict[str, int]:
    """`web=300,engine=500` as numbers by kind."""
    counts = {kind: int(n) for kind, n in (one.split("=") for one in text.split(","))}
    if unknown := set(counts) - set(KINDS):
        raise argparse.ArgumentTypeError(", ".join(sorted(unknown)))
    return counts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_080, help="for all attacks together")
    parser.add_argument("--only", help=f"of {', '.join([*ATTACKS, 'backlog'])}, between commas")
    parser.add_argument("--kills", type=_counts, help=f"how many of each of {', '.join(KINDS)}")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--record", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
