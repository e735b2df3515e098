"""The tasks: what each network predicts, and how the labels of a data set map to its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from raiox.lab.datasets.lung_masks import read_mask_samples
from raiox.lab.datasets.manifest import Sample, read_finding_samples, read_kind_samples
from raiox.lab.training.recipe import TaskName
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, Finding, ImageKind


@dataclass(frozen=True)
class Task:
    """Outputs of a network and the labels that count as each."""

    outputs: tuple[str, ...]
    of_kinds: bool
    """Whether it learns from every kind of image, or only from upright radiographs."""
    counts_as: Mapping[str, str] = field(default_factory=dict)
    """Output of a label that is not one itself."""

    of_masks: bool = False
    """Whether it learns masks drawn by hand, labelled by the anatomy drawn."""

    def output(self, label: str) -> int:
        """Index of the output that a label counts as."""
        return self.outputs.index(self.counts_as.get(label, label))

    def read_samples(self, data: Path | None, split: str) -> list[Sample]:
        """Every sample of the task.

        Raises:
            DataSetMissingError: `data` does not hold the data set.
        """
        if self.of_masks:
            return read_mask_samples(data, split)
        return (read_kind_samples if self.of_kinds else read_finding_samples)(data, split)


_FINDINGS = tuple(map(str, FINDINGS))
_KINDS = tuple(map(str, IMAGE_KINDS))

TASKS: dict[TaskName, Task] = {
    "findings": Task(_FINDINGS, of_kinds=False),
    # The paper's first stage: COVID-19 counts as an opacity until the second stage separates it.
    "opacity": Task(
        (str(Finding.NO_FINDING), str(Finding.LUNG_OPACITY)),
        of_kinds=False,
        counts_as={str(Finding.COVID19): str(Finding.LUNG_OPACITY)},
    ),
    "frontal_filter": Task(_KINDS, of_kinds=True),
    "frontal_or_not": Task(
        (str(ImageKind.FRONTAL), "not_frontal"),
        of_kinds=True,
        counts_as={kind: "not_frontal" for kind in _KINDS if kind != ImageKind.FRONTAL},
    ),
    "lungs": Task(("lungs", "lungs_without_heart"), of_kinds=False, of_masks=True),
    # Labels play no part: only a teacher's features are learned.
    "features": Task(("any",), of_kinds=True, counts_as=dict.fromkeys(_KINDS, "any")),
}
