"""Maps somebody else's labels to ours, by a small file.

TOML, with what the columns of the manifest are called where they differ:

    [labels]
    "Pneumonia" = "lung_opacity"
    "Normal" = "no_finding"
    "Fracture" = ""           # left out

    [columns]
    image = "file"
    label = "finding"

or CSV, one line per label: `Pneumonia,lung_opacity`.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from raiox.lab.datasets.manifest import Sample
from raiox.lab.errors import LabelsUnreadableError, LabelUnknownError

CSV_CELLS = 2


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """From a manifest's words to ours."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Theirs to ours; empty for those that are left out."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Ours to theirs, where a column is called otherwise."""


def read_label_mapping(file: Path) -> LabelMapping:
    """Read a labels file.

    Raises:
        LabelsUnreadableError: it is not there, or not of one of the two forms.
    """
    try:
        content = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".toml":
            mapping = tomllib.loads(content)
            return LabelMapping(
                _words(mapping.get("labels", {})), _words(mapping.get("columns", {}))
            )
        rows = [row for row in csv.reader(content.splitlines()) if row]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise LabelsUnreadableError(reason=type(error).__name__) from error
    if any(len(row) != CSV_CELLS for row in rows):
        raise LabelsUnreadableError(reason="two cells a line")
    return LabelMapping({theirs.strip(): ours.strip() for theirs, ours in rows})


def apply_label_mapping(
    samples: Sequence[Sample], mapping: LabelMapping, known: Sequence[str]
) -> list[Sample]:
    """Samples under labels that the network answers; those mapped to an empty label are left out.

    Raises:
        LabelUnknownError: a label is neither known nor mapped to one that is.
    """
    found = [(sample, mapping.labels.get(sample.label, sample.label)) for sample in samples]
    kept = [(sample, label) for sample, label in found if label]
    unknown = [sample.label for sample, label in kept if label not in known]
    if unknown:
        raise LabelUnknownError(
            n_labels=len(set(unknown)), n_images=len(unknown), known=", ".join(known)
        )
    return [replace(sample, label=label) for sample, label in kept]


def _words(table: object) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
        raise LabelsUnreadableError(reason="words only")
    return {str(theirs): ours for theirs, ours in table.items()}
