# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""The Dice of a lungs network on a data set that trained nothing, on the pixels of each image.

Run:      raiox train recipes/lungs.py --hold-out cohen
          raiox export runs/lungs-without-cohen-seed0 my-models/lungs_without_cohen
          .venv/bin/python benchmarks/unseen_lungs.py my-models/lungs_without_cohen $RAIOX_DATASETS cohen
Prints:   mean Dice of its training and validation split, by what was drawn, and the share below 0.9.
Expects:  docs/evidence/lungs.md.
"""

import argparse
from pathlib import Path

from rich.progress import track

from raiox.bundle import open_bundle
from raiox.inference.lungs import LungSegmenter
from raiox.intake import Intake
from raiox.lab.datasets.lung_masks import read_mask_samples
from raiox.lab.evaluation.segmentation import dice_metrics, dice_of
from raiox.settings import IntakeSettings


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("dataset")
    options = parser.parse_args()
    samples = [
        sample
        for sample in read_mask_samples(options.data)
        if sample.dataset == options.dataset and sample.split != "test"
    ]
    segmenter = LungSegmenter(open_bundle(options.bundle), n_threads=1)
    with Intake(IntakeSettings()) as intake:
        found = dice_of(segmenter, samples, options.data, intake.load, track)
    for metric in dice_metrics(samples, found):
        print(metric.name["en"], metric.estimate)


if __name__ == "__main__":
    main()
