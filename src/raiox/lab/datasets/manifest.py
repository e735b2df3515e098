"""Labelled images of the data sets: paths, labels and splits, no pixels.

A data set is a folder with a `manifest.csv`; `RAIOX_DATASETS` names the folder that holds `chest/`
and `filter/`. Splits (train, valid, test) never share a `group_id`: `check_groups` makes sure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.entities import GrayArray
from raiox.lab.errors import DataSetMissingError, GroupsSpanSplitsError
from raiox.manifest import MANIFEST_FILE, ManifestRow, read_rows
from raiox.vocabulary import ImageKind

ROTATIONS = {ImageKind.ROTATED_90: 1, ImageKind.ROTATED_180: 2, ImageKind.ROTATED_270: 3}
"""Clockwise quarter turns that make each kind from an upright radiograph."""

MADE_KINDS = (ImageKind.FRONTAL, *ROTATIONS, ImageKind.INVERTED)
"""The kinds made from each upright radiograph: itself, rotated and inverted."""

EVERY_NTH_DOUBLED = 8
"""One upright radiograph in so many is also placed beside its mirror image."""

SURFACES = ("steel_neu",)
"""Data sets of plain surfaces: natural images in the manifest, textures for the filter."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled image as it is given to a network."""

    path: Path
    label: str
    """A finding or a kind of image."""
    dataset: str
    split: str
    """train, valid or test."""
    group_id: str
    """Patient and duplicates; never in two splits."""
    licence: str
    kind: ImageKind = ImageKind.FRONTAL
    """How the image is rotated or inverted before it is given to a network."""
    view: str = ""
    sex: str = ""
    age: str = ""
    """In years; view, sex and age are empty where they are unknown."""


SPLIT_COLUMNS = {"grouped": "split", "authors": "paper_split"}
"""Column of the manifest that holds the splits: ours by group, and the paper's own."""


def read_finding_samples(datasets: Path | None, split: str = "grouped") -> list[Sample]:
    """Upright frontal radiographs with their finding; contested and excluded ones left out.

    The authors' splits are taken as they are, with the patients that they share.

    Args:
        datasets: the folder that holds `chest/`.
        split: which of the schemes in `SPLIT_COLUMNS`.

    Raises:
        DataSetMissingError: there is no `chest/manifest.csv`.
        ManifestError: it cannot be read, or lacks a column.
        GroupsSpanSplitsError: a group spans two of our splits.
    """
    column = SPLIT_COLUMNS[split]
    needed = ("label", "source", column, "group_id", "licence", "label_conflict")
    rows = read_rows(_manifest_of(datasets, "chest"), needed)
    samples = [
        _sample(row, row["label"], row[column])
        for row in rows
        if row[column] not in ("", "exclude") and row["label_conflict"] == "0"
    ]
    if split == "grouped":
        check_groups(samples)
    return samples


def read_kind_samples(datasets: Path | None, split: str = "grouped") -> list[Sample]:
    """Every kind of image that the frontal filter distinguishes.

    Rotated, inverted and doubled radiographs are made from the upright ones of the same split.

    Raises:
        DataSetMissingError: there is no `chest/` or no `filter/`.
        ManifestError: a manifest cannot be read, or lacks a column.
    """
    chest = read_finding_samples(datasets, split)
    rows = read_rows(_manifest_of(datasets, "filter"), ("kind", "source", "split", "licence"))
    others = [
        replace(_sample(row, str(kind := _kind(row)), row["split"]), kind=kind) for row in rows
    ]
    made = [replace(sample, label=str(kind), kind=kind) for sample in chest for kind in MADE_KINDS]
    both = ImageKind.MULTIPLE
    doubled = [replace(sample, label=str(both), kind=both) for sample in chest[::EVERY_NTH_DOUBLED]]
    return made + doubled + others


def read_manifest(manifest: Path, columns: Mapping[str, str] | None = None) -> list[Sample]:
    """Labelled images of one's own: a CSV with `image` (relative to it) and `label`, or a folder.

    `source`, `split`, `group_id` (or `patient_id`), `licence`, `view`, `sex` and `age` are used
    where they are present; without a group every image is its own group. In a folder, the
    sub-folder of an image is its label.

    Args:
        manifest: the file or folder.
        columns: the file's name of a column, by our name, where the two differ.

    Raises:
        ManifestUnreadableError: the file is not there, or is no CSV in UTF-8.
        ManifestColumnMissingError: the file lacks the column of images or of labels.
    """
    if manifest.is_dir():
        return _labelled_folder(manifest)
    rows = read_rows(manifest, ("label",), columns)
    return [_sample(row, row["label"], row["split"]) for row in rows]


def _sample(row: ManifestRow, label: str, split: str) -> Sample:
    return Sample(
        path=row.path,
        label=label,
        dataset=row["source"] or "all",
        split=split,
        group_id=row["group_id"] or row["patient_id"] or row["image"],
        licence=row["licence"],
        view=_known(row, "view"),
        sex=_known(row, "sex"),
        age=_known(row, "age"),
    )


def _labelled_folder(folder: Path) -> list[Sample]:
    """Every file of every sub-folder, except hidden ones."""
    files = sorted(p for p in folder.glob("*/*") if p.is_file() and not p.name.startswith("."))
    return [
        Sample(p, p.parent.name, folder.name, "", f"{p.parent.name}/{p.name}", "") for p in files
    ]


def as_kind(pixels: GrayArray, kind: ImageKind) -> GrayArray:
    """Upright pixels (H, W) rotated, inverted or doubled as this kind of image shows them."""
    if kind is ImageKind.MULTIPLE:
        half = pixels[:, ::2]
        return np.concatenate((half, half[:, ::-1]), axis=1)
    turned = np.rot90(pixels, -ROTATIONS.get(kind, 0))
    return np.array(255 - turned if kind is ImageKind.INVERTED else turned, order="C")


def check_groups(samples: Iterable[Sample]) -> None:
    """Refuse splits that share a patient, a duplicate or a linked image.

    Raises:
        GroupsSpanSplitsError: a `group_id` lies in two splits.
    """
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        splits[sample.group_id].add(sample.split)
    n_shared = sum(len(found) > 1 for found in splits.values())
    if n_shared:
        raise GroupsSpanSplitsError(n_groups=n_shared)


def _kind(row: ManifestRow) -> ImageKind:
    return ImageKind.TEXTURE if row["source"] in SURFACES else ImageKind(row["kind"])


def _known(row: ManifestRow, column: str) -> str:
    return "" if row[column] == "unknown" else row[column]


def _manifest_of(datasets: Path | None, name: str) -> Path:
    file = (datasets or Path()) / name / MANIFEST_FILE
    if datasets is None or not file.is_file():
        raise DataSetMissingError(data_set=name)
    return file
