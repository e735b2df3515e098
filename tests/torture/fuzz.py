# ruff: noqa: T201  (printing is what it is for)
"""Fuzz the intake with mutated files of every format, and the API with requests of its own schema.

Files are mutated from the drawings of the tests and from the corpus; each is decoded in the sandbox, as
an upload is. A file that ends a decoder or gets any answer but pixels or a refusal is a fault and is
kept in tests/torture/corpus/, which later runs begin with. These mutations go by format; where Atheris
is installed, others are guided by coverage (`fuzz_guided.py`).

Run:  make fuzz                                       (10 minutes)
      python tests/torture/fuzz.py --seconds 1800 --formats tiff,dicom --seed 7
      python tests/torture/fuzz.py --minutes-a-format 30              (two formats at a time)
"""

import argparse
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
sys.path[:0] = [
    str(Path(__file__).parent),
    *(str(ROOT / part) for part in ("src", "tests", "tests/unit/intake")),
]

from measurement import Measurement  # noqa: E402  (the path was set above)
from promises import record  # noqa: E402
from running import NO_LIMITS, serving  # noqa: E402
from test_intake_fuzz import seeds  # noqa: E402

from raiox.errors import RaioxError  # noqa: E402
from raiox.intake import Intake  # noqa: E402
from raiox.intake.errors import DecoderCrashedError, IntakeError  # noqa: E402
from raiox.intake.sniff import sniff  # noqa: E402
from raiox.settings import IntakeSettings  # noqa: E402
from torture import circumstances  # noqa: E402

API_SHARE = 0.25
GUIDED_SHARE = 0.4
SLACK_S = 120
"""A guided run has its own clock; this ends one that lost it."""
HEADER_BYTES = 700
MAX_CHANGES = 8


def main() -> int:
    """Fuzz, report and record; exit status 1 where a fault was found."""
    options = _options()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    formats = set(options.formats.split(",")) if options.formats else set()
    if options.minutes_a_format:
        found = [_fuzz_each_format(options.minutes_a_format * 60, seed, formats)]
    elif formats:
        found = [_fuzz_formats(options.seconds, seed, formats)]
    else:
        found = _fuzz_all(options.seconds, seed)
    for one in found:
        print(f"{'held' if one.held else 'FELL':5} {one.promise}: {one.measured}", flush=True)
    if options.record:
        record(found, circumstances(seed))
    return int(not all(one.held for one in found))


def _fuzz_all(seconds: float, seed: int) -> list[Measurement]:
    """All formats together, then what coverage guides, then the API."""
    guided = GUIDED_SHARE if find_spec("atheris") else 0.0
    found = [_fuzz_formats(seconds * (1 - API_SHARE - guided), seed, set())]
    if guided:
        found.append(_fuzz_guided(seconds * guided, seed))
    return [*found, _fuzz_api(seconds * API_SHARE, seed)]


def _fuzz_formats(seconds: float, seed: int, formats: set[str]) -> Measurement:
    """Files of some formats, or of all, in turn at random."""
    with Intake(IntakeSettings()) as intake:
        found = _fuzz(intake, _originals(formats), seconds, seed)
    return _measurement(found, f"{seconds:.0f} s")


def _fuzz_each_format(seconds: float, seed: int, formats: set[str]) -> Measurement:
    """Each format for as long, as many at a time as there are decoders."""
    formats = formats or {_format_of(one) for one in _originals(set())}
    settings = IntakeSettings()
    with Intake(settings) as intake, ThreadPoolExecutor(settings.n_decoders) as threads:
        runs = {
            threads.submit(_fuzz, intake, _originals({name}), seconds, seed): name
            for name in sorted(formats)
        }
        for run in as_completed(runs):
            n_files, faults = run.result()
            print(f"{runs[run]}: {n_files.total()} files, {faults.total()} faults", flush=True)
    found = [run.result() for run in runs]
    both = sum((n for n, _ in found), Counter[str]()), sum((f for _, f in found), Counter[str]())
    return _measurement(both, f"{seconds / 60:.0f} min of each format")


def _originals(formats: set[str]) -> list[bytes]:
    kept = [path.read_bytes() for path in sorted(CORPUS.glob("*.bin"))]
    return [one for one in (*seeds(), *kept) if not formats or _format_of(one) in formats]


def _fuzz(
    intake: Intake, originals: list[bytes], seconds: float, seed: int
) -> tuple[Counter[str], Counter[str]]:
    """How many files of each format were tried, and how many faults of each kind were found."""
    choice, n_files, faults = random.Random(seed), Counter[str](), Counter[str]()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        original = choice.choice(originals)
        content = _mutated(original, choice)
        fault = _fault(intake, content)
        n_files[_format_of(original)] += 1
        if fault:
            faults[fault] += 1
            _keep(content)
    return n_files, faults


def _measurement(found: tuple[Counter[str], Counter[str]], time_spent: str) -> Measurement:
    n_files, faults = found
    each = ", ".join(f"{name} {n}" for name, n in sorted(n_files.items()))
    return Measurement(
        "fuzz: intake",
        f"{n_files.total():,} mutated files in {time_spent} ({each}): {faults.total()} faults"
        + "".join(f", {n} {name}" for name, n in faults.items()),
        held=not faults,
    )


def _fault(intake: Intake, content: bytes) -> str:
    """What is wrong with the answer, empty if nothing."""
    try:
        radiograph = intake.load(content)
    except DecoderCrashedError:
        return "ended its decoder"
    except IntakeError:
        return ""
    except (RaioxError, Exception) as error:  # noqa: BLE001  (whatever it is, it is the fault)
        return type(error).__name__
    fits = radiograph.pixels.ndim == 2 and radiograph.pixels.size > 0
    return "" if fits else "no picture"


def _mutated(original: bytes, choice: random.Random) -> bytes:
    content = bytearray(original)
    for _ in range(choice.randint(1, MAX_CHANGES)):
        end = min(len(content), HEADER_BYTES) if choice.random() < 0.7 else len(content)
        place = choice.randrange(end)
        kind = choice.randrange(5)
        if kind == 0:
            content[place] = choice.randrange(256)
        elif kind == 1:
            content[place] ^= 1 << choice.randrange(8)
        elif kind == 2:
            content[place : place + 4] = choice.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
        elif kind == 3:
            copied = content[place : place + choice.randint(1, 64)]
            content[place:place] = copied
        else:
            del content[place : place + choice.randint(1, 16)]
        if not content:
            return original
    return bytes(
        content if choice.random() < 0.8 else content[: choice.randrange(len(content)) + 1]
    )


def _format_of(content: bytes) -> str:
    try:
        return sniff(content)
    except IntakeError:
        return "other"


def _keep(content: bytes) -> None:
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{hashlib.sha256(content).hexdigest()[:16]}.bin").write_bytes(content)


def _fuzz_guided(seconds: float, seed: int) -> Measurement:
    with tempfile.TemporaryDirectory() as finds:
        command = (Path(__file__).with_name("fuzz_guided.py"), str(int(seconds)), str(seed), finds)
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds + SLACK_S,
        )
    counted = dict(re.findall(r"stat::(\w+):\s*(\d+)", done.stderr))
    if "number_of_executed_units" not in counted:
        raise AssertionError(done.stderr[-2_000:])
    return Measurement(
        "fuzz: guided",
        f"{int(counted['number_of_executed_units']):,} files in {seconds:.0f} s, "
        f"{counted['new_units_added']} of them reached something new, most memory "
        f"{counted['peak_rss_mb']} MB: {int(done.returncode != 0)} faults",
        held=done.returncode == 0,
    )


def _fuzz_api(seconds: float, seed: int) -> Measurement:
    with tempfile.TemporaryDirectory() as name, serving(Path(name), **NO_LIMITS) as service:
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "run"),
                f"http://127.0.0.1:{service.port}/openapi.json",
                *("--checks", "not_a_server_error", "--max-examples", "1000000"),
                *("--seed", str(seed), "--max-time", str(int(seconds))),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        log = service.log()
    n_requests, n_errors = log.count('"event": "request"'), log.count('"status": 500')
    if not n_requests:
        raise AssertionError(done.stdout + done.stderr)
    return Measurement(
        "fuzz: API",
        f"{n_requests:,} requests of schemathesis in {seconds:.0f} s: {n_errors} answered 500, "
        f"{log.count('Traceback')} traces in the log",
        held=n_errors == 0 and "Traceback" not in log,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--formats", help="between commas; leaves the API out")
    parser.add_argument("--minutes-a-format", type=float, help="instead of --seconds, without API")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--record", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
