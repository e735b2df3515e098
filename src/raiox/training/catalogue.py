"""The data sets as lists of samples: paths and labels, no pixels.

A data set is a folder with a `manifest.csv`; `RAIOX_DATA` names the folder that
holds `chest/` and `filter/`. A part (train, valid, test) never shares a
`group_id` with another: the manifest says so and `check_groups` makes sure.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from raiox.errors import DataSetMissingError, RecipeInvalidError
from raiox.vocabulary import Finding, ImageKind

Part = Literal["train", "valid", "test"]


@dataclass(frozen=True, slots=True)
class ChestSample:
    """One labelled frontal radiograph."""

    path: Path
    label: Finding
    source: str
    part: str
    group_id: str


@dataclass(frozen=True, slots=True)
class OtherSample:
    """One image that is not an upright frontal chest radiograph."""

    path: Path
    kind: ImageKind
    source: str
    part: str


def read_chest(data: Path | None) -> list[ChestSample]:
    """Frontal radiographs of the recommended parts, without contested or excluded ones.

    Raises:
        DataSetMissingError: `data` holds no `chest/manifest.csv`.
        RecipeInvalidError: a group spans two parts.
    """
    folder, rows = _read(data, "chest")
    samples = [
        ChestSample(
            path=folder / row["image"],
            label=Finding(row["label"]),
            source=row["source"],
            part=row["split"],
            group_id=row["group_id"],
        )
        for row in rows
        if row["split"] != "exclude" and row["label_conflict"] == "0"
    ]
    check_groups(samples)
    return samples


def read_others(data: Path | None) -> list[OtherSample]:
    """The images of the filter's other kinds.

    Raises:
        DataSetMissingError: `data` holds no `filter/manifest.csv`.
    """
    folder, rows = _read(data, "filter")
    return [
        OtherSample(folder / row["image"], ImageKind(row["kind"]), row["source"], row["split"])
        for row in rows
    ]


def check_groups(samples: Iterable[ChestSample]) -> None:
    """Refuse parts that share a patient, a duplicate or a linked image.

    Raises:
        RecipeInvalidError: a `group_id` lies in two parts.
    """
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        parts[sample.group_id].add(sample.part)
    n_shared = sum(len(found) > 1 for found in parts.values())
    if n_shared:
        raise RecipeInvalidError(reason="groups_span_parts", n_groups=n_shared)


def _read(data: Path | None, name: str) -> tuple[Path, list[dict[str, str]]]:
    if data is None or not (data / name / "manifest.csv").is_file():
        raise DataSetMissingError(data_set=name)
    folder = data / name
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return folder, list(csv.DictReader(file))
