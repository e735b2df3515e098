# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How the cost of an upload grows with its image, beside what decode and networks cost alone.

Run:      .venv/bin/python benchmarks/image_sizes.py [--rounds 5] [--requests 12]
Measures: `raiox serve` with its networks, SQLite and sandbox, and in this process decode and
          networks alone, in turns: p50 and processor time of all processes, from 0.05 to 25 megapixels.
Writes:   a table into docs/reference/performance.md, and performance-sizes.svg beside it.
Expects:  nothing grows worse than linearly.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_sizes_page import DECODE, NETWORKS, UPLOAD, Measured, plot, table
from marked_page import PERFORMANCE, conditions, rewrite
from pictures import NOISE, Picture
from processes import Process, family_cpu_s, interrupt_at_sigterm
from visitor import CREATED, Visitor

from raiox.entities import Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import InferenceSettings, IntakeSettings

MEGAPIXELS: Final = (0.05, 0.25, 1, 4, 9, 25)
PLOT: Final = PERFORMANCE.with_name("performance-sizes.svg")
REAPED_S: Final = 0.1
"""Processes that ended are counted once they are reaped."""


@dataclass(frozen=True)
class Way:
    """One way to work on a file of a picture."""

    name: str
    work: Callable[[Picture, bytes], object]
    cpu_s: Callable[[], float]


def main() -> None:
    """Measure, then write table and plot."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--requests", type=int, default=12, help="of a size in a round; fewer beyond a megapixel"
    )
    chosen = options.parse_args()
    interrupt_at_sigterm()
    pictures = [Picture(size) for size in MEGAPIXELS]
    with ExitStack() as stack:
        measured = _measure(list(_ways(stack)), pictures, chosen.rounds, chosen.requests)
    said = (
        f"{conditions()}, {chosen.rounds} rounds of 2 to {chosen.requests} requests: PNG of a"
        f" radiograph enlarged, with noise of {NOISE} shades."
    )
    text = f"{said}\n\n{table(measured, pictures)}"
    rewrite(PERFORMANCE, "image sizes", text)
    PLOT.write_text(plot(measured))
    print(text)


def _ways(stack: ExitStack) -> Iterator[Way]:
    settings = InferenceSettings()
    threads = {"RAIOX_INFERENCE__N_THREADS": str(settings.n_threads)}
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    service = stack.enter_context(Process("serve", data_dir=folder, variables=threads))
    visitor = stack.enter_context(Visitor(service.url))
    intake = stack.enter_context(Intake(IntakeSettings()))
    zygote = intake._pictures.zygote_pid  # noqa: SLF001  (its processor time)
    assert zygote is not None
    engine = LocalEngine.open(settings)
    yield Way(UPLOAD, lambda _, content: _upload(visitor, content), lambda: service.cpu_s)
    yield Way(DECODE, lambda _, content: intake.load(content),
              lambda: time.process_time() + family_cpu_s(zygote))  # fmt: skip
    yield Way(NETWORKS, lambda picture, _: _predict(engine, picture), time.process_time)


def _upload(visitor: Visitor, content: bytes) -> None:
    answer = visitor.upload(content, "wait=30")
    if answer.status != CREATED or not answer.document["scores"]:
        raise SystemExit(f"an upload was answered {answer.status}: {answer.body[:500]!r}")


def _predict(engine: LocalEngine, picture: Picture) -> None:
    engine.predict([Radiograph(picture.pixels, "0" * 64, "png", ())])


def _measure(
    ways: list[Way], pictures: list[Picture], n_rounds: int, n_requests: int
) -> list[Measured]:
    found = {
        (way.name, p.megapixels): Measured(way.name, p.megapixels) for p in pictures for way in ways
    }
    for picture in pictures:
        for way in ways:
            way.work(picture, picture.png(0))
    number = 1
    for _ in range(n_rounds):
        for picture in pictures:
            n = max(2, round(n_requests / max(1, picture.megapixels)))
            contents = [picture.png(number + i) for i in range(n)]
            number += n
            for way in ways:
                _one_round(way, picture, contents, found[way.name, picture.megapixels])
    return list(found.values())


def _one_round(way: Way, picture: Picture, contents: list[bytes], measured: Measured) -> None:
    before, took_s = way.cpu_s(), []
    for content in contents:
        started = time.perf_counter()
        way.work(picture, content)
        took_s.append(time.perf_counter() - started)
    time.sleep(REAPED_S)
    measured.p50_ms.append(1e3 * statistics.median(took_s))
    measured.cpu_ms.append(1e3 * (way.cpu_s() - before) / len(contents))


if __name__ == "__main__":
    main()
