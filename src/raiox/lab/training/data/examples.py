"""What a network learns from: cases with their place in the pixel cache."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from raiox.lab.datasets.manifest import Sample, as_kind
from raiox.lab.training.data.pixel_cache import cached_pixels
from raiox.lab.training.fit.region_loss import EVERYWHERE, Region, read_mask_regions, read_regions
from raiox.lab.training.recipe import Recipe, Sampling
from raiox.lab.training.tasks import TASKS, Task
from raiox.preprocessing import Preprocessing

PARTS = ("train", "valid", "test")
HELD_OUT = "held_out"


Example = tuple[npt.NDArray[np.uint8], int, bool, Region]


class Examples(Dataset[Example]):
    """The cases of one part over the pixels of the whole task."""

    def __init__(
        self,
        cases: Sequence[Sample],
        rows: Sequence[int],
        task: Task,
        pixels: npt.NDArray[np.uint8],
        zoom_only_for: Sequence[str] = (),
        regions: Mapping[Path, Region] | None = None,
    ) -> None:
        self.cases, self.rows, self.pixels = cases, rows, pixels
        self.zoom_only_for, self.regions = zoom_only_for, regions or {}
        self.labels = np.array([task.output(case.label) for case in cases], dtype=np.int64)
        """(N,) index of the output that each label asks for."""

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, index: int) -> Example:
        """(1, S, S) uint8, the label's output, whether the image may be zoomed, its region."""
        case = self.cases[index]
        square = as_kind(self.pixels[self.rows[index]], case.kind)
        zoomed = not self.zoom_only_for or case.label in self.zoom_only_for
        region = self.regions.get(case.path, EVERYWHERE)
        return square[np.newaxis], int(self.labels[index]), zoomed, region


def load_examples(
    recipe: Recipe, spec: Preprocessing, data: Path | None, cache: Path
) -> dict[str, Examples]:
    """Examples of a recipe's task by part: train, valid, test and held_out.

    Raises:
        DataSetMissingError: `data` does not hold the data set.
    """
    task = TASKS[recipe.task]
    cases = task.read_cases(data, recipe.sampling.split)
    paths = list(dict.fromkeys(case.path for case in cases))
    pixels = cached_pixels(paths, spec, cache)
    row_of = {path: row for row, path in enumerate(paths)}
    zoom_only_for = recipe.augmentation.zoom_only_for
    parts = into_parts(cases, recipe.sampling)
    regions = read_regions(parts["train"], spec, data) if recipe.region_loss else {}
    if task.of_masks:
        regions = read_mask_regions(cases, spec, data)
    return {
        part: Examples(
            found, [row_of[case.path] for case in found], task, pixels, zoom_only_for, regions
        )
        for part, found in parts.items()
    }


def into_parts(cases: Sequence[Sample], sampling: Sampling) -> dict[str, list[Sample]]:
    """The cases a recipe may see, by part; a group of a held-out source is in no other part."""
    held_groups = {case.group_id for case in cases if case.dataset in sampling.hold_out}
    parts: dict[str, list[Sample]] = {part: [] for part in (*PARTS, HELD_OUT)}
    for case in cases:
        if sampling.labels and case.label not in sampling.labels:
            continue
        if case.dataset in sampling.hold_out:
            parts[HELD_OUT].append(case)
        elif case.group_id in held_groups:
            continue
        elif not sampling.sources or case.dataset in sampling.sources:
            parts[case.split].append(case)
    return parts
