"""Somebody else's labels: translated, left out, or refused before anything is read."""

from pathlib import Path

import pytest

from raiox.lab.datasets.label_mapping import LabelMapping, apply_label_mapping, read_label_mapping
from raiox.lab.datasets.manifest import Sample, read_manifest
from raiox.lab.errors import LabelsUnreadableError, LabelUnknownError

KNOWN = ("no_finding", "lung_opacity", "covid19")


def sample(label: str) -> Sample:
    return Sample(Path("a.png"), label, "drawn", "", "a", "")


def test_toml_and_csv_say_the_same(tmp_path: Path) -> None:
    toml, table = tmp_path / "a.toml", tmp_path / "a.csv"
    toml.write_text('[labels]\nPneumonia = "lung_opacity"\nOther = ""\n')
    table.write_text("Pneumonia,lung_opacity\nOther,\n")

    assert read_label_mapping(toml).labels == read_label_mapping(table).labels


def test_a_label_translated_to_nothing_leaves_its_images_out() -> None:
    translation = LabelMapping({"Pneumonia": "lung_opacity", "Other": ""})

    kept = apply_label_mapping(
        [sample("Pneumonia"), sample("Other"), sample("covid19")], translation, KNOWN
    )

    assert [c.label for c in kept] == ["lung_opacity", "covid19"]


def test_an_unknown_label_is_counted_but_not_repeated() -> None:
    with pytest.raises(LabelUnknownError) as refusal:
        apply_label_mapping(
            [sample("Mr. X"), sample("Mr. X"), sample("covid19")], LabelMapping(), KNOWN
        )

    assert (
        refusal.value.facts["n_labels"],
        refusal.value.facts["n_images"],
    ) == (1, 2)
    assert "Mr. X" not in str(refusal.value.facts)


@pytest.mark.parametrize("content", ["[labels\n", "[labels]\na = 1\n"])
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.toml").write_text(content)

    with pytest.raises(LabelsUnreadableError):
        read_label_mapping(tmp_path / "a.toml")


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("file,finding\na.png,covid19\n")

    samples = read_manifest(tmp_path / "mine.csv", {"image": "file", "label": "finding"})

    assert (samples[0].path.name, samples[0].label) == ("a.png", "covid19")


def test_a_folder_of_folders_is_labelled_by_them(tmp_path: Path) -> None:
    for label in KNOWN[:2]:
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.png").write_bytes(b"")

    samples = read_manifest(tmp_path)

    assert [c.label for c in samples] == ["lung_opacity", "no_finding"]
    assert len({c.group_id for c in samples}) == 2
