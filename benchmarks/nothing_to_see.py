# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What the frontal filter makes of images that show nothing, of pairs, and of radiographs in other tones.

Run:      .venv-train/bin/python benchmarks/nothing_to_see.py FRONTAL_FILTER DATA [--images N]
Prints:   for each group of images how many, the share accepted, and the kinds seen. Drawn images have
          seeds that no training used; radiographs and surfaces are of `valid`, or of a data set named by
          --dataset, all of it.
Expects:  the tables of docs/evidence/filter-textures.md.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from raiox.bundle import open_bundle
from raiox.entities import FilterResult, GrayArray, Radiograph
from raiox.inference.frontal_filter import FrontalFilter
from raiox.lab.datasets.manifest import Sample, read_kind_samples
from raiox.lab.evaluation.probes.perturbations import darkened, gamma
from raiox.lab.training.augment.synthesis import draw_textures
from raiox.vocabulary import ImageKind

SEED = 999
SIDE = 256


def pixels_of(samples: Sequence[Sample]) -> list[GrayArray]:
    """Decoded, in grays."""
    return [np.array(Image.open(sample.path).convert("L")) for sample in samples]


def square(pixels: GrayArray) -> GrayArray:
    """As a scan that was made square."""
    return np.array(Image.fromarray(pixels).resize((SIDE, SIDE)))


def tell(frontal_filter: FrontalFilter, name: str, images: Sequence[GrayArray]) -> None:
    """Print one line."""
    results = frontal_filter.classify([Radiograph(p, "0" * 64, "png") for p in images])
    seen = [result for result in results if isinstance(result, FilterResult)]
    kinds = Counter(str(result.kind) for result in seen)
    n_accepted = sum(result.accepted for result in seen)
    counted = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    print(f"| {name} | {len(seen)} | {n_accepted / len(seen):.3f} | {counted} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=150)
    parser.add_argument("--dataset", action="append", default=[])
    asked = parser.parse_args()
    frontal_filter = FrontalFilter(open_bundle(asked.bundle), n_threads=1)
    samples = read_kind_samples(asked.data)
    print("| images | n | accepted | kinds seen |\n|---|---|---|---|")

    generator = torch.Generator().manual_seed(SEED)
    drawn = (draw_textures(4 * asked.images, SIDE, generator)[:, 0].numpy() * 255).astype(np.uint8)
    tell(frontal_filter, "drawn textures, blanks, noise", list(drawn))
    for name in asked.dataset:
        tell(frontal_filter, f"{name}, all", pixels_of([s for s in samples if s.dataset == name]))
    valid = [s for s in samples if s.split == "valid"]
    for kind in (ImageKind.TEXTURE, ImageKind.NATURAL, ImageKind.OTHER_MEDICAL,
                 ImageKind.NONPULMONARY_XRAY, ImageKind.DOCUMENT, ImageKind.LATERAL):  # fmt: skip
        tell(frontal_filter, f"{kind}, valid", pixels_of([s for s in valid if s.kind is kind]))

    upright = [s for s in valid if s.kind is ImageKind.FRONTAL]
    radiographs = pixels_of(upright[:: max(1, len(upright) // asked.images)][: asked.images])
    tell(frontal_filter, "frontal, valid", radiographs)
    children = [s for s in upright if s.dataset == "kermany"][: asked.images]
    tell(frontal_filter, "frontal, children", pixels_of(children))
    for divisor in (4, 8, 16, 32):
        images = [darkened(divisor)(p) for p in radiographs]
        tell(frontal_filter, f"frontal, {divisor} times darker", images)
    for power in (0.5, 2.0):
        images = [gamma(power)(p) for p in radiographs]
        tell(frontal_filter, f"frontal, gamma {power}", images)
    for level, name in ((0, "black"), (255, "white")):
        images = [np.pad(p, ((0, 0), (p.shape[1] // 4,) * 2), constant_values=level)
                  for p in radiographs]  # fmt: skip
        tell(frontal_filter, f"frontal between {name} bars", images)
    squares = [square(p) for p in radiographs]
    lateral = [square(p) for p in pixels_of([s for s in samples if s.kind is ImageKind.LATERAL
                                             and s.split != "train"])]  # fmt: skip
    beside = [np.concatenate((p, lateral[i % len(lateral)]), 1) for i, p in enumerate(squares)]
    tell(frontal_filter, "frontal beside lateral", beside)
    following = squares[1:] + squares[:1]
    for axis, name in ((1, "beside"), (0, "above")):
        images = [np.concatenate(pair, axis) for pair in zip(squares, following, strict=True)]
        tell(frontal_filter, f"frontal {name} another frontal", images)


if __name__ == "__main__":
    main()
