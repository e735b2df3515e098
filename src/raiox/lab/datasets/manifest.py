"""Labelled images of the data sets: paths, labels and parts, no pixels.

A data set is a folder with a `manifest.csv`; `RAIOX_DATASETS` names the folder that
holds `chest/` and `filter/`. Parts (train, valid, test) never share a
`group_id`: the manifest says so and `check_groups` makes sure.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from raiox.entities import GrayArray
from raiox.lab.errors import (
    DataSetMissingError,
    ManifestColumnMissingError,
    ManifestUnreadableError,
    RecipeInvalidError,
)
from raiox.vocabulary import ImageKind

ROTATIONS = {ImageKind.ROTATED_90: 1, ImageKind.ROTATED_180: 2, ImageKind.ROTATED_270: 3}
"""Quarter turns, clockwise, that make each kind of an upright film."""

MADE_KINDS = (ImageKind.FRONTAL, *ROTATIONS, ImageKind.INVERTED)
"""What one upright film gives: itself, turned and as a negative."""

EVERY_NTH_DOUBLED = 8
"""One upright film in so many also stands beside its mirror image: two radiographs in one picture."""

SURFACES = ("steel_neu",)
"""Sources of plain surfaces: natural images to the manifest, textures to the filter."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled image as a network meets it."""

    path: Path
    label: str
    """A finding or a kind of image."""
    dataset: str
    split: str
    """train, valid or test."""
    group_id: str
    """Patient and duplicates; never in two parts."""
    licence: str
    kind: ImageKind = ImageKind.FRONTAL
    """How an upright film is turned or inverted before it is shown."""
    view: str = ""
    sex: str = ""
    age: str = ""
    """In years; these three are empty where nothing is known."""


SPLIT_COLUMNS = {"grouped": "split", "authors": "paper_split"}
"""Column of the manifest that holds the parts: ours by group, and the paper's own."""


def read_finding_samples(data: Path | None, split: str = "grouped") -> list[Sample]:
    """Upright frontal radiographs with their finding; contested and excluded ones left out.

    The authors' split is taken as it is, with the patients it shares between parts.

    Raises:
        DataSetMissingError: `data` holds no `chest/manifest.csv`.
        RecipeInvalidError: a group spans two parts of our split.
    """
    folder, rows = _read(data, "chest")
    column = SPLIT_COLUMNS[split]
    samples = [
        Sample(
            path=folder / row["image"],
            label=row["label"],
            dataset=row["source"],
            split=row[column],
            group_id=row["group_id"],
            licence=row["licence"],
            view=_told(row, "view"),
            sex=_told(row, "sex"),
            age=_told(row, "age"),
        )
        for row in rows
        if row[column] not in ("", "exclude") and row["label_conflict"] == "0"
    ]
    if split == "grouped":
        check_groups(samples)
    return samples


def read_kind_samples(data: Path | None, split: str = "grouped") -> list[Sample]:
    """Every kind of image the frontal filter tells apart.

    A film that lies on its side is an upright one turned, a negative is a
    positive subtracted from white, two films in one picture are one and its mirror
    image: all are made from films of the same part.

    Raises:
        DataSetMissingError: `data` holds no `chest/` or no `filter/`.
    """
    chest = read_finding_samples(data, split)
    folder, rows = _read(data, "filter")
    others = [
        Sample(
            path=folder / row["image"],
            label=str(kind := _kind(row)),
            dataset=row["source"],
            split=row["split"],
            group_id=row["image"],
            licence=row["licence"],
            kind=kind,
        )
        for row in rows
    ]
    made = [replace(sample, label=str(kind), kind=kind) for sample in chest for kind in MADE_KINDS]
    both = ImageKind.MULTIPLE
    doubled = [replace(sample, label=str(both), kind=both) for sample in chest[::EVERY_NTH_DOUBLED]]
    return made + doubled + others


def read_manifest(manifest: Path, columns: Mapping[str, str] | None = None) -> list[Sample]:
    """Anybody's labelled images: a CSV with `image` (relative to it) and `label`, or a folder.

    `source`, `split`, `group_id` (or `patient_id`), `licence`, `view`, `sex` and `age` are used
    where they are; without a group every image is its own. A label that is a kind of image only
    says what the image is. In a folder, the sub-folder of an image is its label.

    Args:
        manifest: the file or folder.
        columns: what a column is called there, by our name for it.

    Raises:
        ManifestUnreadableError: it is not there, or no CSV in UTF-8.
        ManifestColumnMissingError: it has no `image` or no `label` column.
    """
    if manifest.is_dir():
        return _labelled_folder(manifest)
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestUnreadableError(reason=type(error).__name__) from error
    theirs = columns or {}
    rows = [row | {ours: row[name] for ours, name in theirs.items() if name in row} for row in rows]
    for column in ("image", "label"):
        if rows and column not in rows[0]:
            raise ManifestColumnMissingError(column=column)
    return [
        Sample(
            path=manifest.parent / row["image"],
            label=row["label"],
            dataset=row.get("source") or "all",
            split=row.get("split") or "",
            group_id=row.get("group_id") or row.get("patient_id") or row["image"],
            licence=row.get("licence") or "",
            view=_told(row, "view"),
            sex=_told(row, "sex"),
            age=_told(row, "age"),
        )
        for row in rows
    ]


def _labelled_folder(folder: Path) -> list[Sample]:
    """Every file of every sub-folder; hidden ones are nobody's images."""
    files = sorted(p for p in folder.glob("*/*") if p.is_file() and not p.name.startswith("."))
    return [
        Sample(p, p.parent.name, folder.name, "", f"{p.parent.name}/{p.name}", "") for p in files
    ]


def as_kind(pixels: GrayArray, kind: ImageKind) -> GrayArray:
    """Upright pixels (H, W) as a film of this kind would show them; two films share the width."""
    if kind is ImageKind.MULTIPLE:
        half = pixels[:, ::2]
        return np.concatenate((half, half[:, ::-1]), axis=1)
    turned = np.rot90(pixels, -ROTATIONS.get(kind, 0))
    return np.array(255 - turned if kind is ImageKind.INVERTED else turned, order="C")


def check_groups(samples: Iterable[Sample]) -> None:
    """Refuse parts that share a patient, a duplicate or a linked image.

    Raises:
        RecipeInvalidError: a `group_id` lies in two parts.
    """
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        splits[sample.group_id].add(sample.split)
    n_shared = sum(len(found) > 1 for found in splits.values())
    if n_shared:
        raise RecipeInvalidError(reason="groups_span_parts", n_groups=n_shared)


def _kind(row: dict[str, str]) -> ImageKind:
    return ImageKind.TEXTURE if row["source"] in SURFACES else ImageKind(row["kind"])


def _told(row: dict[str, str], column: str) -> str:
    """A cell, empty where the manifest does not know."""
    value = (row.get(column) or "").strip()
    return "" if value == "unknown" else value


def _read(data: Path | None, name: str) -> tuple[Path, list[dict[str, str]]]:
    if data is None or not (data / name / "manifest.csv").is_file():
        raise DataSetMissingError(data_set=name)
    folder = data / name
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return folder, list(csv.DictReader(file))
