# ruff: noqa: ISC004  (each sentence stands beside its bar)
"""docs/reference/promises.md, made of what is promised and what was last measured.

Only `record` changes the measurements, and only programs that measured something call it.
"""

import json
from pathlib import Path

import guards
from measurement import Measurement

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
MEASURED = FOLDER / "promises.json"
PAGE = FOLDER / "promises.md"

PROMISES = {
    "accepted": (
        "What was accepted is never lost, doubled, or failed for a fault that is not its own, "
        "whenever the service, its networks or its decoders are killed.",
        "0 lost, 0 doubled, 0 innocent failures, 0 files blamed",
    ),
    "erasure": ("What was deleted stays deleted.", "0 come back"),
    "slow: trickling uploads, 64": (
        "64 uploads that trickle from one address keep nobody out.", "all answered, p99 ≤ ×2",
    ),
    "slow: trickling uploads, 600": (
        "600 uploads that trickle keep nobody out.", "all answered, p99 ≤ ×2",
    ),
    "slow: half heads, 400": ("400 unfinished heads keep nobody out.", "all answered, p99 ≤ ×2"),
    "slow: idle sockets, 3,000": (
        "3,000 idle sockets keep nobody out.", "all answered, p99 ≤ ×2",
    ),
    "dust": (
        "Bodies of one-byte chunks do not hold up the event loop.", "p99 ≤ 100 ms or ×5",
    ),
    "overload": (
        "Ten times the load is shed, not suffered: work goes on, refusals are quick and say when to "
        "come back.",
        "goodput ≥ 80 %, refusals p99 ≤ 150 ms, 0 lost",
    ),
    "connections": (
        "Connections without end do not hold up the event loop.", "p99 ≤ 100 ms or ×5, 0 traces",
    ),
    "acceptance": (
        "Every upload that is acknowledged has one row and one file, however many come.",
        "≥ 40/s, p99 ≤ 500 ms, 0 other answers, 0 without row or file",
    ),
    "heatmaps": (
        "Pictures that many ask for at once are painted in turns; nobody else waits.",
        "all else answered, p99 ≤ ×5",
    ),
    "cancellations": (
        "What is deleted while it waits is gone at once and never run.", "1,000 in 2 s, 0 left",
    ),
    "histories": (
        "A history shows what was done, and nobody else's, also when the service is killed.", "0 faults",
    ),
    "growth": ("Memory does not grow with use.", "≤ 20 MB"),
    "backlog, SQLite": (
        "A long queue drains as fast as a short one, in order.", "≥ 90 %, 0 out of order",
    ),
    "backlog, PostgreSQL": (
        "The same on PostgreSQL.", "≥ 90 %, 0 out of order",
    ),
    "fuzz: intake": (
        "No bytes make the intake answer with anything but pixels or a refusal.", "0 faults",
    ),
    "fuzz: guided": (
        "No file that reaches a new line of raiox or pydicom ends a decoder, hangs it, or makes it answer "
        "what may not cross the border.",
        "0 faults",
    ),
    "fuzz: API": (
        "No request to the API that its own schema describes is answered with a server error.",
        "0 faults",
    ),
}  # fmt: skip

HEAD = """\
# Promises, and how they were last measured

Each promise is attacked by a program of this repository. What it measured last stands beside it, written
by that program and by nobody else: `make torture` runs the attacks on the real service with the shipped
networks (about 20 minutes; the seed is printed), `make fuzz` the fuzzers. Figures belong to the machine and
its load, which stand in the last column; ratios compare with the same run. A promise that was not kept is
shown as such.

| promise | bar | measured | kept | when, where |
|---|---|---|---|---|
"""
TAIL = """
## Attacks, one by one

Beside each attack stand the tests that attack in short, at every change, and the figure that the programs of
`tests/torture/` measured last, where one measures it. A contract test looks whether the tests exist. What
protects what is in [SECURITY.md](../../SECURITY.md) and [the table of ASVS](asvs.md).

"""


def record(found: list[Measurement], circumstances: dict[str, object]) -> None:
    """Note what was measured now; other promises keep their last measurement."""
    measured = read()
    for one in found:
        measured[one.promise] = {"measured": one.measured, "held": one.held} | circumstances
    MEASURED.write_text(json.dumps(measured, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(measured), encoding="utf-8")


def read() -> dict[str, dict[str, object]]:
    """What was measured last, by promise."""
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def page(measured: dict[str, dict[str, object]]) -> str:
    """The page that shows it."""
    rows = [_row(name, measured.get(name)) for name in PROMISES]
    return HEAD + "\n".join(rows) + "\n" + TAIL + guards.tables(measured)


def _row(name: str, last: dict[str, object] | None) -> str:
    promise, bar = PROMISES[name]
    if last is None:
        return f"| {promise} | {bar} | not yet | | |"
    kept = "yes" if last["held"] else "**no**"
    where = f"{last['date']}; {last['machine']}; seed {last['seed']}"
    return f"| {promise} | {bar} | {last['measured']} | {kept} | {where} |"
