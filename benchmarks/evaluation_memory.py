# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How much memory `raiox evaluate` takes while it measures many images.

Run:      RAIOX_DATASETS=DATA python benchmarks/evaluation_memory.py [--bundle NAME] [--images N]
Prints:   resident memory of the process, and of its decoders, after 1,000, 5,000 and N images
          of a labelled folder, then after the report of them; and the time an image takes.
Expects:  about as much after ten thousand as after one thousand: only scores, embeddings
          and a few numbers of each file stay.

The folder is made of links to the images of DATA/chest, as often as it takes, so that nothing
is copied; the way is that of the command, from the folder to the written report.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

from raiox.bundle import Bundle, open_bundle
from raiox.intake import Intake
from raiox.lab.aliases import Progress
from raiox.lab.datasets.manifest import read_finding_samples, read_manifest
from raiox.lab.evaluation.predictions import predict
from raiox.lab.evaluation.report import Measurement, make_report
from raiox.lab.evaluation.report.folder import write_report
from raiox.settings import Settings

MODELS = Path(__file__).parents[1] / "src" / "raiox" / "models"
STOPS = (1_000, 5_000)


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="mobilenet")
    parser.add_argument("--images", type=int, default=10_000)
    options = parser.parse_args()
    settings, bundle = Settings(), open_bundle(MODELS / options.bundle)
    with tempfile.TemporaryDirectory() as folder, Intake(settings.intake) as intake:
        n_different = linked(settings.datasets, Path(folder) / "images", options.images)
        print(f"{options.bundle}, {options.images} images, {n_different} different\n")
        print("| after | memory (MiB) | of the decoders (MiB) |\n|---|---|---|")
        measure(bundle, intake, Path(folder), settings.inference.n_threads)


def linked(data: Path | None, folder: Path, n_images: int) -> int:
    """Links to images, one folder per label; how many images there are."""
    radiographs = read_finding_samples(data)
    radiographs = radiographs[:: max(1, len(radiographs) // n_images)]
    for i, radiograph in enumerate(islice(cycle(radiographs), n_images)):
        (folder / radiograph.label).mkdir(parents=True, exist_ok=True)
        (folder / radiograph.label / f"{i}{radiograph.path.suffix}").symlink_to(radiograph.path)
    return min(len(radiographs), n_images)


def measure(bundle: Bundle, intake: Intake, folder: Path, n_threads: int) -> None:
    """Ask and report as the command does, telling memory on the way."""
    samples, unread = read_manifest(folder / "images"), Counter[str]()
    result("the start")
    start = time.monotonic()
    predictions = predict(bundle, samples, intake.load, n_threads, telling(len(samples)), unread)
    ms = 1000 * (time.monotonic() - start) / len(samples)
    report = make_report(
        bundle, predictions, Measurement("own", "benchmark", "benchmark", unread), ()
    )
    write_report(folder / "out", bundle, predictions, report)
    result("the report")
    peak = int(status_of(os.getpid())["VmHWM"].split()[0]) / 1024
    print(f"\nAt most {peak:.0f} MiB; {ms:.0f} ms an image; {sum(unread.values())} unread.")


def telling(n_images: int) -> Progress:
    """Prints memory instead of a bar: when a stop is passed, and at the end."""

    def handed_on(starts: Iterable[int]) -> Iterator[int]:
        stops = [stop for stop in STOPS if stop < n_images]
        for start in starts:
            if stops and start >= stops[0]:
                result(f"{stops.pop(0)} images")
            yield start
        result(f"{n_images} images")

    return handed_on


def result(after: str) -> None:
    """A line of the table."""
    own, others = os.getpid(), decoders()
    print(f"| {after} | {resident(own):.0f} | {sum(map(resident, others)):.0f} |", flush=True)


def decoders() -> list[int]:
    """Processes that this one started."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listed.read_text(encoding="ascii").split()]


def resident(pid: int) -> float:
    """MiB that a process holds."""
    return int(status_of(pid)["VmRSS"].split()[0]) / 1024


def status_of(pid: int) -> dict[str, str]:
    """What Linux reports of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":", 1) for line in lines)


if __name__ == "__main__":
    main()
