"""What a network learns from: rows of the pixel cache with label, source and turn.

A film that lies on its side is an upright one turned, a negative is a positive
subtracted from white: both are made when asked for, from training films for
training and from test films for testing, never across.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt

from raiox.preprocessing import Preprocessing
from raiox.training.catalogue import read_chest, read_others
from raiox.training.pixel_cache import cached_pixels
from raiox.training.recipe import Recipe
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, ImageKind

TURNS = {ImageKind.ROTATED_90: 1, ImageKind.ROTATED_180: 2, ImageKind.ROTATED_270: 3}
"""Quarter turns, clockwise, that make each kind of an upright film."""


@dataclass(frozen=True, slots=True)
class Example:
    """One image as a network meets it."""

    row: int
    """Of the pixel cache."""
    label: int
    """Index into the task's labels."""
    source: str
    kind: ImageKind = ImageKind.FRONTAL
    """Says how a film is turned or inverted before it is shown."""


class Examples:
    """Examples of one part over the shared pixels of a task."""

    def __init__(self, pixels: npt.NDArray[np.uint8], examples: Sequence[Example]) -> None:
        self.pixels, self.examples = pixels, examples

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.uint8], int]:
        """(1, S, S) uint8 and the label's index."""
        example = self.examples[index]
        square = np.rot90(self.pixels[example.row], -TURNS.get(example.kind, 0))
        if example.kind is ImageKind.INVERTED:
            square = 255 - square
        return np.ascontiguousarray(square)[np.newaxis], example.label

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """(N,) index of each label."""
        return np.array([example.label for example in self.examples])

    @property
    def sources(self) -> npt.NDArray[np.str_]:
        """(N,) data set each example comes from."""
        return np.array([example.source for example in self.examples])

    def draw_weights(self, label_weights: dict[int, float]) -> npt.NDArray[np.float64]:
        """(N,) chance of a draw: labels as told, sources inside a label by the root of their size.

        The root keeps a source of thousands from drowning one of hundreds and
        so loosens the tie between source and label.
        """
        groups = Counter((example.label, example.source) for example in self.examples)
        roots: Counter[int] = Counter()
        for (label, _), n in groups.items():
            roots[label] += sqrt(n)  # type: ignore[assignment]
        weights = np.array(
            [
                label_weights.get(e.label, 1.0) / (sqrt(groups[e.label, e.source]) * roots[e.label])
                for e in self.examples
            ]
        )
        return weights / weights.sum()


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
    if recipe.task == "findings":
        return _findings(spec, data, cache)
    return _kinds(spec, data, cache)


def _findings(spec: Preprocessing, data: Path | None, cache: Path) -> dict[str, Examples]:
    samples = read_chest(data)
    pixels = cached_pixels([s.path for s in samples], spec, cache)
    parts: dict[str, list[Example]] = {"train": [], "valid": [], "test": []}
    for row, sample in enumerate(samples):
        parts[sample.part].append(Example(row, FINDINGS.index(sample.label), sample.source))
    return {part: Examples(pixels, examples) for part, examples in parts.items()}


def _kinds(spec: Preprocessing, data: Path | None, cache: Path) -> dict[str, Examples]:
    chest, others = read_chest(data), read_others(data)
    pixels = cached_pixels([s.path for s in (*chest, *others)], spec, cache)
    made = (ImageKind.FRONTAL, *TURNS, ImageKind.INVERTED)
    parts: dict[str, list[Example]] = {"train": [], "valid": [], "test": []}
    for row, sample in enumerate(chest):
        parts[sample.part] += [
            Example(row, IMAGE_KINDS.index(kind), sample.source, kind) for kind in made
        ]
    for row, other in enumerate(others, start=len(chest)):
        example = Example(row, IMAGE_KINDS.index(other.kind), other.source, other.kind)
        parts[other.part].append(example)
    return {part: Examples(pixels, examples) for part, examples in parts.items()}
