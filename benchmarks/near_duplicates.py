# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How many copies `raiox leaks` finds, and how many other radiographs it takes for copies.

Run:      python benchmarks/near_duplicates.py DATA [--images N]
Prints:   for N radiographs of DATA/chest and each change, the percentage of changed copies
          that are found; for pairs of one group, and of two, how many are called copies.
Expects:  about 0.1 s per image.
"""

import argparse
import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from raiox.lab.audit.fingerprints import thumbnail_of
from raiox.lab.audit.near_duplicates import near_identical

Change = Callable[[Image.Image], Image.Image]
SEED = 0


def as_jpeg(image: Image.Image) -> Image.Image:
    """Encoded at quality 20 and decoded again."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=20)
    return Image.open(file).convert("L")


def cut(left: float, top: float, right: float, bottom: float) -> Change:
    """Crop the margins, as fractions of the side."""

    def change(image: Image.Image) -> Image.Image:
        width, height = image.size
        lower, rightmost = round((1 - bottom) * height), round((1 - right) * width)
        return image.crop((round(left * width), round(top * height), rightmost, lower))

    return change


def gamma_corrected(gamma: float) -> Change:
    """Other gray levels."""
    return lambda image: image.point(lambda shade: round(255 * (shade / 255) ** gamma))


CHANGES: dict[str, Change] = {
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "stretched to a square": lambda image: image.resize((224, 224)),
    "JPEG of quality 20": as_jpeg,
    "gamma 0.5": gamma_corrected(0.5),
    "gamma 2": gamma_corrected(2.0),
    "histogram equalised": ImageOps.equalize,
    "negative": ImageOps.invert,
    "mirrored": ImageOps.mirror,
    "cropped by 3 % at all edges": cut(0.03, 0.03, 0.03, 0.03),
    "cropped by 3 % at two edges": cut(0.03, 0.03, 0, 0),
    "cropped by 5 % at all edges": cut(0.05, 0.05, 0.05, 0.05),
    "cropped by 3 %, gamma 1.5, JPEG, mirrored": lambda image: ImageOps.mirror(
        as_jpeg(gamma_corrected(1.5)(cut(0.03, 0.03, 0.03, 0.03)(image)))
    ),
}


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=400)
    options = parser.parse_args()
    with (options.data / "chest" / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng(SEED)
    chosen = [rows[i] for i in rng.permutation(len(rows))[: options.images]]
    print(f"    python benchmarks/near_duplicates.py DATA --images {options.images}\n")
    images = [read(options.data, row) for row in chosen]
    print_recall(images)
    linked = Counter(row["group_id"] for row in rows)
    several = [row for row in rows if linked[row["group_id"]] > 1]
    starts = rng.permutation(len(several))[: 2 * options.images]
    groups = {several[i]["group_id"] for i in starts}
    print_pairs(options.data, [row for row in several if row["group_id"] in groups])


def read(data: Path, row: dict[str, str]) -> Image.Image:
    """One radiograph of the data set."""
    return Image.open(data / "chest" / row["image"]).convert("L")


def thumbnails_of(images: list[Image.Image]) -> np.ndarray:
    """(N, side, side) uint8."""
    return np.stack([thumbnail_of(np.asarray(image)) for image in images])


def print_recall(images: list[Image.Image]) -> None:
    """Every radiograph beside its changed copy, among all others."""
    n = len(images)
    print(f"{n} radiographs, each searched for among {n} changed copies.\n")
    print(
        "| change | found as a copy | as a copy or look-alike | other radiographs called copies |"
    )
    print("|---|---|---|---|")
    originals, parts = thumbnails_of(images), ["train"] * n + ["test"] * n
    for name, change in CHANGES.items():
        changed = thumbnails_of([change(image) for image in images])
        found = near_identical(np.concatenate([originals, changed]), parts)
        own = [copy for copy in found if copy.second - copy.first == n]
        certain = sum(copy.certain for copy in own)
        wrong = sum(copy.certain for copy in found if copy.second - copy.first != n)
        print(f"| {name} | {certain / n:.1%} | {len(own) / n:.1%} | {wrong} |", flush=True)


def print_pairs(data: Path, rows: list[dict[str, str]]) -> None:
    """Real pairs: linked ones (most often other radiographs of the patient) and all others."""
    thumbnails = thumbnails_of([read(data, row) for row in rows])
    found = near_identical(thumbnails, [row["image"] for row in rows])
    n_linked = sum(n * (n - 1) // 2 for n in Counter(row["group_id"] for row in rows).values())
    n_pairs = len(rows) * (len(rows) - 1) // 2
    print(f"\n{len(rows)} radiographs of groups that hold more than one.\n")
    print("| pairs | compared | copies | look-alikes |")
    print("|---|---|---|---|")
    for name, alike, n in (
        ("within one group (most often one patient)", True, n_linked),
        ("of two groups", False, n_pairs - n_linked),
    ):
        here = [
            copy
            for copy in found
            if (rows[copy.first]["group_id"] == rows[copy.second]["group_id"]) is alike
        ]
        certain = sum(copy.certain for copy in here)
        print(f"| {name} | {n} | {certain} | {len(here) - certain} |")


if __name__ == "__main__":
    main()
