"""A manifest of anybody's: its splits, and the error for one that cannot be used."""

from pathlib import Path

import pytest

from raiox.errors import RaioxError
from raiox.lab.datasets.split_manifest import read_split_manifest
from raiox.manifest import ManifestColumnMissingError, ManifestUnreadableError
from raiox.messages import messages_in_all_languages
from raiox.vocabulary import LANGUAGES


def written(folder: Path, text: str) -> Path:
    manifest = folder / "mine.csv"
    manifest.write_text(text, encoding="utf-8")
    return manifest


def sentences(error: RaioxError) -> set[str]:
    result = messages_in_all_languages(error.code, error.facts)
    return {result[language]["detail"] for language in LANGUAGES}


def test_leaves_out_lines_without_a_part_and_counts_them(tmp_path):
    manifest = written(tmp_path, "image,split\na.png,train\nb.png,\nc.png,exclude\nd.png,test\n")

    split_manifest = read_split_manifest(manifest)

    assert [image.path for image in split_manifest.images] == [
        tmp_path / "a.png",
        tmp_path / "d.png",
    ]
    assert split_manifest.n_left_out == 2


def test_orders_parts_as_they_are_used(tmp_path):
    manifest = written(tmp_path, "image,fold\na,test\nb,other\nc,valid\nd,train\ne,test\n")

    splits = read_split_manifest(manifest, "fold").splits

    assert list(splits.items()) == [("train", 1), ("valid", 1), ("test", 2), ("other", 1)]


def test_reads_a_manifest_saved_by_a_spreadsheet(tmp_path):
    manifest = written(
        tmp_path, "\ufeffimage,split,patient_id\r\na.png, train ,p1\r\nb.png,test\r\n"
    )

    first, second = read_split_manifest(manifest).images

    assert (first.name, first.split, first.patient_id) == ("a.png", "train", "p1")
    assert second.patient_id == ""


@pytest.mark.parametrize("lost", ["image", "paper_split"])
def test_names_the_column_that_is_missing_in_both_languages(tmp_path, lost):
    columns = [name for name in ("image", "split", "paper_split") if name != lost]
    manifest = written(tmp_path, ",".join(columns) + "\n")

    with pytest.raises(ManifestColumnMissingError) as refusal:
        read_split_manifest(manifest, "paper_split")

    result = sentences(refusal.value)
    assert len(result) == len(LANGUAGES)
    assert all(lost in sentence for sentence in result)


@pytest.mark.parametrize(
    "content", [None, b"image,split\n\xff\xfe,train\n"], ids=["absent", "not text"]
)
def test_says_in_both_languages_that_a_manifest_cannot_be_read(tmp_path, content):
    manifest = tmp_path / "mine.csv"
    if content is not None:
        manifest.write_bytes(content)

    with pytest.raises(ManifestUnreadableError) as refusal:
        read_split_manifest(manifest)

    assert len(sentences(refusal.value)) == len(LANGUAGES)


def test_an_empty_file_has_no_image_column(tmp_path):
    with pytest.raises(ManifestColumnMissingError):
        read_split_manifest(written(tmp_path, ""))
