# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How far a changed exposure moves the scores of a classifier.

Run:      .venv/bin/python benchmarks/tones.py CLASSIFIER DATA [--images N] [--every-change]
Prints:   for each change of tone, over N radiographs spread over `valid`: the share whose three scores all
          move by less than 0.05, the 95th percentile and the largest of the largest change.
Expects:  the table of docs/evidence/tone.md.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from raiox.bundle import open_bundle
from raiox.entities import GrayArray
from raiox.inference.margins import content
from raiox.inference.session import NetworkSession, calibrated
from raiox.lab.aliases import Floats
from raiox.lab.datasets.manifest import read_finding_samples
from raiox.lab.evaluation.probes.perturbations import OVERLAYS
from raiox.preprocessing import network_input

SMALL_CHANGE = 0.05
TONES = ("brighter", "darker", "gamma_0_5", "gamma_2", "darkened_4", "darkened_16", "lifted",
         "hot_pixel", "bright_marker")  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--every-change", action="store_true")
    asked = parser.parse_args()
    bundle = open_bundle(asked.bundle)
    session, spec = NetworkSession(bundle, n_threads=1), bundle.manifest.preprocessing

    def scores_of(images: list[GrayArray]) -> Floats:
        logits = session.run(np.stack([network_input(content(one), spec) for one in images]))[
            "logits"
        ]
        return calibrated(logits, bundle.manifest.temperature)

    valid = [sample for sample in read_finding_samples(asked.data) if sample.split == "valid"]
    chosen = valid[:: max(1, len(valid) // asked.images)][: asked.images]
    images = [np.array(Image.open(sample.path).convert("L")) for sample in chosen]
    before = scores_of(images)
    print(
        f"| change, {len(images)} images | less than {SMALL_CHANGE} | 95th percentile | largest |"
    )
    print("|---|---|---|---|")
    for key in OVERLAYS if asked.every_change else TONES:
        after = scores_of([OVERLAYS[key](pixels) for pixels in images])
        sizes = np.abs(after - before).max(axis=1)
        share, high = (sizes < SMALL_CHANGE).mean(), np.quantile(sizes, 0.95)
        name = key
        print(f"| {name} | {share:.1%} | {high:.2f} | {sizes.max():.2f} |", flush=True)


if __name__ == "__main__":
    main()
