"""What a network learns from: cases with their place in the pixel cache."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from raiox.evaluation.cases import Case, read_finding_cases, read_kind_cases, shown
from raiox.preprocessing import Preprocessing
from raiox.training.pixel_cache import cached_pixels
from raiox.training.recipe import Recipe
from raiox.vocabulary import FINDINGS, IMAGE_KINDS

PARTS = ("train", "valid", "test")


class Examples(Dataset[tuple[npt.NDArray[np.uint8], int]]):
    """The cases of one part over the pixels of the whole task."""

    def __init__(
        self,
        cases: Sequence[Case],
        rows: Sequence[int],
        labels: Sequence[str],
        pixels: npt.NDArray[np.uint8],
    ) -> None:
        self.cases, self.rows, self.pixels = cases, rows, pixels
        self.labels = np.array([labels.index(case.label) for case in cases])
        """(N,) index of each label."""

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.uint8], int]:
        """(1, S, S) uint8 and the label's index."""
        square = shown(self.pixels[self.rows[index]], self.cases[index].kind)
        return square[np.newaxis], int(self.labels[index])

    def draw_weights(self, label_weights: dict[int, float]) -> npt.NDArray[np.float64]:
        """(N,) chance of a draw: labels as told, sources inside a label by the root of their size.

        The root keeps a source of thousands from drowning one of hundreds and
        so loosens the tie between source and label.
        """
        keys = list(zip(self.labels.tolist(), (c.source for c in self.cases), strict=True))
        sizes = Counter(keys)
        of_label: dict[int, float] = {}
        for (label, _), n in sizes.items():
            of_label[label] = of_label.get(label, 0.0) + sqrt(n)
        weights = np.array(
            [label_weights.get(key[0], 1.0) / (sqrt(sizes[key]) * of_label[key[0]]) for key in keys]
        )
        chances: npt.NDArray[np.float64] = weights / weights.sum()
        return chances


def task_labels(task: str) -> tuple[str, ...]:
    """The labels of a task, in the order of its network's outputs."""
    return tuple(map(str, FINDINGS if task == "findings" else IMAGE_KINDS))


def load_examples(
    recipe: Recipe, spec: Preprocessing, data: Path | None, cache: Path
) -> dict[str, Examples]:
    """Examples of a recipe's task by part: train, valid, test.

    Raises:
        DataSetMissingError: `data` does not hold the data set.
    """
    cases = read_finding_cases(data) if recipe.task == "findings" else read_kind_cases(data)
    paths = list(dict.fromkeys(case.path for case in cases))
    pixels = cached_pixels(paths, spec, cache)
    row_of = {path: row for row, path in enumerate(paths)}
    labels = task_labels(recipe.task)
    parts: dict[str, list[Case]] = {part: [] for part in PARTS}
    for case in cases:
        parts[case.part].append(case)
    return {
        part: Examples(found, [row_of[case.path] for case in found], labels, pixels)
        for part, found in parts.items()
    }
