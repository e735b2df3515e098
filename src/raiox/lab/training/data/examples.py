"""PyTorch data sets over the pixel cache, one per split."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from raiox.lab.datasets.manifest import Sample, as_kind
from raiox.lab.training.data.pixel_cache import cached_pixels
from raiox.lab.training.data.regions import EVERYWHERE, Region, read_mask_regions, read_regions
from raiox.lab.training.recipe import Recipe, Sampling
from raiox.lab.training.tasks import TASKS, Task
from raiox.preprocessing import Preprocessing

SPLITS = ("train", "valid", "test")
HELD_OUT = "held_out"


Bytes = npt.NDArray[np.uint8]


class Example(NamedTuple):
    """What a network learns from one image."""

    square: Bytes
    """(1, S, S)"""
    label: int
    """Index of the output that it counts as."""
    may_be_zoomed: bool
    region: Region
    """(1, R, R) uint8, 255 where the evidence for the label may lie."""
    teacher_logits: npt.NDArray[np.float32]
    """(K,) of teachers that saw the original image; zeros where there are none."""
    lungs: Bytes
    """(1, L, L), 255 in the lungs."""


NO_LUNGS = np.zeros((1, 1, 1), np.uint8)


class Examples(Dataset[Example]):
    """The samples of one split over the pixels of the whole task."""

    def __init__(
        self,
        samples: Sequence[Sample],
        rows: Sequence[int],
        task: Task,
        pixels: Bytes,
        zoom_only_for: Sequence[str] = (),
        regions: Mapping[Path, Region] | None = None,
        lungs: Bytes | None = None,
    ) -> None:
        self.samples, self.rows, self.pixels = samples, rows, pixels
        self.zoom_only_for, self.regions, self.lungs = zoom_only_for, regions or {}, lungs
        self.labels = np.array([task.output(sample.label) for sample in samples], dtype=np.int64)
        """(N,) index of the output that each label counts as."""
        self.teacher_logits = np.zeros((len(samples), len(task.outputs)), np.float32)
        """(N, K) of teachers that saw the original images; zeros where there are none."""

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Example:
        """One of them."""
        sample = self.samples[index]
        square = as_kind(self.pixels[self.rows[index]], sample.kind)
        zoomed = not self.zoom_only_for or sample.label in self.zoom_only_for
        region = self.regions.get(sample.path, EVERYWHERE)
        logits = self.teacher_logits[index]
        lungs = NO_LUNGS if self.lungs is None else self.lungs[self.rows[index]]
        return Example(square[np.newaxis], int(self.labels[index]), zoomed, region, logits, lungs)


def load_examples(
    recipe: Recipe,
    spec: Preprocessing,
    data: Path | None,
    cache: Path,
    find_lungs: Callable[[Sequence[Path]], Bytes] | None = None,
    choose: Callable[[list[Sample]], list[Sample]] = list,
) -> dict[str, Examples]:
    """Examples of a recipe's task by split: train, valid, test and held_out.

    Args:
        recipe: whose task, data sets and regions.
        spec: of the pixels.
        data: the folder that holds the data sets.
        cache: folder of prepared pixels.
        find_lungs: (N, 1, L, L) of images, where their lungs are looked at.
        choose: of the task's samples, those that are prepared; default: all of them.

    Raises:
        DataSetMissingError: `data` does not hold the data set.
    """
    task = TASKS[recipe.task]
    samples = choose(task.read_samples(data, recipe.sampling.split_scheme))
    paths = list(dict.fromkeys(sample.path for sample in samples))
    pixels = cached_pixels(paths, spec, cache)
    row_of = {path: row for row, path in enumerate(paths)}
    zoom_only_for = recipe.augmentation.zoom_only_for
    splits = split_samples(samples, recipe.sampling)
    regions = read_regions(splits["train"], spec, data) if recipe.region_loss else {}
    if task.of_masks:
        regions = read_mask_regions(samples, spec, data)
    lungs = find_lungs(paths) if find_lungs is not None else None
    return {
        split: Examples(
            found,
            [row_of[sample.path] for sample in found],
            task,
            pixels,
            zoom_only_for,
            regions,
            lungs,
        )
        for split, found in splits.items()
    }


def split_samples(samples: Sequence[Sample], sampling: Sampling) -> dict[str, list[Sample]]:
    """The samples a recipe may see, by split; a group of a held-out dataset is in no other split."""
    held_groups = {sample.group_id for sample in samples if sample.dataset in sampling.hold_out}
    splits: dict[str, list[Sample]] = {split: [] for split in (*SPLITS, HELD_OUT)}
    for sample in samples:
        if sampling.labels and sample.label not in sampling.labels:
            continue
        if sample.dataset in sampling.hold_out:
            splits[HELD_OUT].append(sample)
        elif sample.group_id in held_groups:
            continue
        elif not sampling.datasets or sample.dataset in sampling.datasets:
            splits[sample.split].append(sample)
    return splits
