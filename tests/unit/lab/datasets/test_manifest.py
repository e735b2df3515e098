"""Labelled images: splits never share a group, rotated radiographs are rotated correctly."""

from pathlib import Path

import numpy as np
import pytest

from raiox.lab.datasets.manifest import (
    Sample,
    as_kind,
    check_groups,
    read_finding_samples,
    read_manifest,
)
from raiox.lab.errors import DataSetMissingError, GroupsSpanSplitsError
from raiox.manifest import (
    MANIFEST_FILE,
    ManifestColumnMissingError,
    ManifestUnreadableError,
    iterate_rows,
)
from raiox.messages import messages_for
from raiox.vocabulary import ImageKind


def sample(split: str, group: str) -> Sample:
    return Sample(Path("drawn.jpg"), "covid19", "drawn", split, group, "")


def test_refuses_parts_that_share_a_patient() -> None:
    with pytest.raises(GroupsSpanSplitsError) as refusal:
        check_groups([sample("train", "a"), sample("test", "b"), sample("valid", "a")])

    assert refusal.value.facts["n_groups"] == 1


def test_accepts_several_images_of_a_patient_in_one_part() -> None:
    groups = [sample("train", "a"), sample("train", "a"), sample("test", "b")]

    check_groups(groups)

    assert {c.split for c in groups if c.group_id == "a"} == {"train"}


def test_rotated_90_is_turned_clockwise() -> None:
    upright = np.array([[1, 2], [3, 4]], np.uint8)

    assert as_kind(upright, ImageKind.ROTATED_90).tolist() == [[3, 1], [4, 2]]
    assert as_kind(upright, ImageKind.ROTATED_180).tolist() == [[4, 3], [2, 1]]
    assert as_kind(upright, ImageKind.ROTATED_270).tolist() == [[2, 4], [1, 3]]


def test_inverted_swaps_black_and_white() -> None:
    assert as_kind(np.array([[0, 255]], np.uint8), ImageKind.INVERTED).tolist() == [[255, 0]]


def test_says_which_data_set_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataSetMissingError) as refusal:
        read_finding_samples(tmp_path)

    assert refusal.value.facts == {"data_set": "chest"}


def test_reads_anybodys_manifest_and_groups_by_patient(tmp_path: Path) -> None:
    manifest = tmp_path / "mine.csv"
    manifest.write_text("image,label,patient_id\na.png,covid19,p1\nb.png,no_finding,\n")

    samples = read_manifest(manifest)

    assert [c.group_id for c in samples] == ["p1", "b.png"]
    assert samples[0].path == tmp_path / "a.png"


@pytest.mark.parametrize(
    ("header", "columns", "named"),
    [
        ("file,label", {}, "image"),
        ("image,finding", {}, "label"),
        ("image,label", {"label": "diagnosis"}, "diagnosis"),
    ],
)
def test_names_the_missing_column_as_the_file_should_name_it(
    tmp_path: Path, header: str, columns: dict[str, str], named: str
) -> None:
    (tmp_path / "mine.csv").write_text(f"{header}\na.png,covid19\n")

    with pytest.raises(ManifestColumnMissingError) as refusal:
        read_manifest(tmp_path / "mine.csv", columns)

    assert refusal.value.facts == {"column": named}


@pytest.mark.parametrize("content", [None, b"image,label\n\xff\xfe,covid19\n"], ids=str)
def test_a_manifest_that_cannot_be_read_is_no_fault_of_a_recipe_or_a_setting(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "mine.csv").write_bytes(content)

    with pytest.raises(ManifestUnreadableError) as refusal:
        read_manifest(tmp_path / "mine.csv")

    result = " ".join(messages_for(refusal.value.code, "en", refusal.value.facts).values())
    assert "recipe" not in result
    assert "RAIOX_DATASETS" not in result


def test_what_follows_the_rows_that_are_wanted_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / MANIFEST_FILE
    file.write_bytes(b"image,label\n" + b"a.png,covid19\n" * 100_000 + b"\xff\n")

    first = next(iterate_rows(file))

    assert (first.path, first["label"]) == (tmp_path / "a.png", "covid19")
    with pytest.raises(ManifestUnreadableError):
        list(iterate_rows(file))


def test_a_row_that_ends_early_has_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("image,label,split\na.png\n,covid19,test\n")

    (sample,) = read_manifest(tmp_path / "mine.csv")

    assert (sample.path.name, sample.label, sample.split) == ("a.png", "", "")


def test_a_data_set_with_a_broken_manifest_says_which_column_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "chest").mkdir()
    (tmp_path / "chest" / "manifest.csv").write_text("image,label\na.png,covid19\n")

    with pytest.raises(ManifestColumnMissingError):
        read_finding_samples(tmp_path)
