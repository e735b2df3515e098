# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What is seen of radiographs that lie badly in the picture, and of two in one picture.

Run:      .venv/bin/python benchmarks/positioning.py DATA [--split SPLIT] [--images N]
Prints:   for radiographs as they are, and for the same ones cut, turned, cropped closely or put above
          another one: the share analysed, and of these the share with each note of positioning.
Expects:  the table of docs/evidence/lungs.md.
"""

import argparse
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from raiox.entities import EngineResult, GrayArray, Radiograph
from raiox.inference.local import LocalEngine
from raiox.inference.lung_fields import POSITIONING
from raiox.lab.datasets.manifest import read_finding_samples
from raiox.settings import InferenceSettings


def changed(one: GrayArray, other: GrayArray) -> Iterator[tuple[str, GrayArray]]:
    """The radiograph by what was done to it."""
    height, width = one.shape
    below = Image.fromarray(other).resize((width, round(other.shape[0] * width / other.shape[1])))
    yield "as it is", one
    yield "a quarter of the left cut off", one[:, width // 4 :]
    yield "the lower 35 % cut off", one[: int(height * 0.65)]
    yield "the upper 30 % cut off", one[int(height * 0.3) :]
    yield "the right half only", one[:, width // 2 :]
    yield "turned by 10 degrees", turned(one, 10)
    yield "turned by 20 degrees", turned(one, -20)
    yield (
        "cropped by 10 % on each side",
        one[height // 10 : -height // 10, width // 10 : -width // 10],
    )
    yield "above another radiograph", np.concatenate((one, np.asarray(below)))


def turned(pixels: GrayArray, degrees: float) -> GrayArray:
    """Rotated in its own frame; the corners become black."""
    return np.asarray(Image.fromarray(pixels).rotate(degrees))


def main() -> None:
    """Print one row per change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--images", type=int, default=150)
    arguments = parser.parse_args()
    samples = [s for s in read_finding_samples(arguments.datasets) if s.split == arguments.split]
    chosen = samples[:: max(1, len(samples) // (arguments.images + 1))][: arguments.images + 1]
    pictures = [np.asarray(Image.open(sample.path).convert("L")) for sample in chosen]
    engine = LocalEngine.open(InferenceSettings(n_threads=1))
    counts: dict[str, Counter[str]] = {}
    for one, other in itertools.pairwise(pictures):
        for name, pixels in changed(one, other):
            count = counts.setdefault(name, Counter())
            [result] = engine.predict([Radiograph(np.ascontiguousarray(pixels), "", "png")])
            assert isinstance(result, EngineResult)
            count["analysed"] += result.prediction is not None
            count.update(result.prediction.positioning if result.prediction else ())
    print("| | images | analysed |", " | ".join(POSITIONING), "|")
    print("|---" * (3 + len(POSITIONING)) + "|")
    for name, count in counts.items():
        of_analysed = (f"{count[code] / max(1, count['analysed']):.3f}" for code in POSITIONING)
        n = len(pictures) - 1
        print(f"| {name} | {n} | {count['analysed'] / n:.3f} |", " | ".join(of_analysed), "|")


if __name__ == "__main__":
    main()
