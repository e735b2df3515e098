"""Overlap between splits is reported by kind, counted by pair of splits, and named."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from drawn_radiographs import as_jpeg, radiograph
from PIL import Image

from raiox.entities import Radiograph
from raiox.intake.errors import CorruptImageError, UploadTooLargeError
from raiox.lab.audit.fingerprints import Fingerprints, take_fingerprints
from raiox.lab.audit.overlap import ANY, OverlapKind, count, find_leaks, pairs_of
from raiox.lab.audit.report import Audit, to_csv, to_json, to_markdown
from raiox.lab.datasets.split_manifest import ListedImage, SplitManifest

MAX_BYTES = 1_000_000


def read(content: bytes) -> Radiograph:
    """As the intake, without its processes."""
    if len(content) > MAX_BYTES:
        raise UploadTooLargeError(max_bytes=MAX_BYTES)
    try:
        pixels = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    except OSError as error:
        raise CorruptImageError from error
    return Radiograph(pixels, "0" * 64, "png")


def listed(*lines: tuple[str, str], patients: str = "", folder: Path = Path()) -> SplitManifest:
    known = patients.split() or [""] * len(lines)
    images = [
        ListedImage(name, folder / name, split, patient, "", "drawn")
        for (name, split), patient in zip(lines, known, strict=True)
    ]
    return SplitManifest(tuple(images), 0)


def unread(split_manifest: SplitManifest) -> Fingerprints:
    n = len(split_manifest.images)
    nothing = ("",) * n
    return Fingerprints(nothing, nothing, ("corrupt_image",) * n, np.zeros((n, 64, 64), np.uint8))


def prints_of(split_manifest: SplitManifest) -> Fingerprints:
    return take_fingerprints([image.path for image in split_manifest.images], read, MAX_BYTES, 2)


def kinds(found: list) -> list[str]:
    return [str(shared.kind) for shared in found]


def test_finds_a_patient_of_two_splits_and_counts_both_sides():
    split_manifest = listed(
        ("a", "train"), ("b", "train"), ("c", "test"), ("d", "test"), ("e", "valid"),
        patients="p1 p1 p1 p2 p3",
    )  # fmt: skip

    tallies = count(split_manifest, find_leaks(split_manifest, unread(split_manifest)))

    patient, together = tallies
    assert (patient.kind, patient.first_split, patient.second_split) == ("patient", "train", "test")
    assert (patient.n_first, patient.n_second, patient.n_patients) == (2, 1, 1)
    assert patient.share_of_second == 0.5
    assert together.kind == ANY


def test_an_unknown_patient_is_shared_with_nobody():
    split_manifest = listed(("a", "train"), ("b", "test"))

    assert find_leaks(split_manifest, unread(split_manifest)) == []


def test_a_patient_of_one_part_is_no_leak():
    split_manifest = listed(("a", "train"), ("b", "train"), ("c", "test"), patients="p1 p1 p2")

    assert find_leaks(split_manifest, unread(split_manifest)) == []


def test_many_images_of_a_patient_are_reported_in_few_pairs():
    lines = [(f"a{i}", "train") for i in range(100)] + [(f"b{i}", "test") for i in range(40)]
    split_manifest = listed(*lines, patients="p1 " * 140)

    (shared,) = find_leaks(split_manifest, unread(split_manifest))
    pairs = list(pairs_of(split_manifest, shared))

    assert len(pairs) == 100
    assert {i for pair in pairs for i in pair} == set(range(140))


def test_separates_files_pixels_and_copies_apart(tmp_path):
    radiograph(1).save(tmp_path / "a.png")
    (tmp_path / "same_file.png").write_bytes((tmp_path / "a.png").read_bytes())
    radiograph(1).save(tmp_path / "same_pixels.bmp")
    as_jpeg(radiograph(1), 60).save(tmp_path / "copy.png")
    radiograph(2).save(tmp_path / "other.png")

    def result(name: str) -> list[str]:
        split_manifest = listed(("a.png", "train"), (name, "test"), folder=tmp_path)
        return kinds(find_leaks(split_manifest, prints_of(split_manifest)))

    assert result("same_file.png") == ["same_file", "same_pixels"]
    assert result("same_pixels.bmp") == ["same_pixels"]
    assert result("copy.png") == ["near_identical"]
    assert result("other.png") == []


def test_an_image_listed_in_two_parts_is_the_same_file(tmp_path):
    radiograph(1).save(tmp_path / "a.png")
    split_manifest = listed(("a.png", "train"), ("a.png", "test"), folder=tmp_path)

    assert kinds(find_leaks(split_manifest, prints_of(split_manifest))) == [
        "same_file",
        "same_pixels",
    ]


def test_equal_names_count_only_if_asked_and_only_between_patients():
    split_manifest = listed(
        ("x/1.png", "train"), ("y/1.jpg", "test"), ("x/2.png", "train"), ("y/2.png", "test"),
        patients="p1 p2 p3 p3",
    )  # fmt: skip
    stems = find_leaks(split_manifest, unread(split_manifest), stems=True)

    assert kinds(find_leaks(split_manifest, unread(split_manifest))) == ["patient"]
    assert [s.images for s in stems if s.kind is OverlapKind.FILE_STEM] == [(0, 1)]


def test_survives_files_that_cannot_be_read_and_says_why(tmp_path):
    radiograph(1).save(tmp_path / "good.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "good.png").read_bytes()[:900])
    (tmp_path / "long.png").write_bytes(bytes(MAX_BYTES + 1))
    (tmp_path / "folder.png").mkdir()
    names = ("torn.png", "long.png", "folder.png", "absent.png", "good.png")
    split_manifest = listed(*((name, "train") for name in names), folder=tmp_path)

    prints = prints_of(split_manifest)

    assert prints.refusals == (
        "corrupt_image", "upload_too_large", "unreadable_file", "unreadable_file", "",
    )  # fmt: skip
    assert "4 images could not be read" in to_markdown(
        Audit("raiox leaks", split_manifest, prints, [])
    )


def test_two_files_that_cannot_be_read_may_still_be_the_same(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"the same nonsense")
    split_manifest = listed(("a.png", "train"), ("b.png", "test"), folder=tmp_path)

    assert kinds(find_leaks(split_manifest, prints_of(split_manifest))) == ["same_file"]


@pytest.fixture
def audit(tmp_path) -> Audit:
    radiograph(1).save(tmp_path / "a.png")
    as_jpeg(radiograph(1), 60).save(tmp_path / "b.png")
    radiograph(2).save(tmp_path / "c.png")
    lines = ("a.png", "train"), ("b.png", "test"), ("c.png", "test")
    split_manifest = listed(*lines, patients="p1 p1 p2", folder=tmp_path)
    prints = prints_of(split_manifest)
    return Audit("raiox leaks mine.csv", split_manifest, prints, find_leaks(split_manifest, prints))


def test_the_report_opens_with_its_command_and_names_examples(audit):
    result = to_markdown(audit)

    assert result.splitlines()[2] == "    raiox leaks mine.csv"
    assert "| near_identical | train / test | 1 | 1 | 50.0% | 1 |" in result
    assert "- `a.png` (train) and `b.png` (test), distance 0.0" in result


def test_the_table_has_a_line_a_pair(audit):
    rows = list(csv.DictReader(io.StringIO(to_csv(audit))))

    assert [row["kind"] for row in rows] == ["patient", "near_identical"]
    assert {(row["image_a"], row["split_b"]) for row in rows} == {("a.png", "test")}
    assert 0 < float(rows[1]["distance"]) < 0.15


def test_the_object_for_programs_is_json_and_holds_the_tallies(audit):
    result = json.loads(json.dumps(to_json(audit)))

    assert result["splits"] == {"train": 1, "test": 2}
    assert [leak["kind"] for leak in result["leaks"]] == ["patient", "near_identical", "any"]
    assert result["by_dataset"][0] == {
        "kind": "patient", "dataset": "drawn", "images": 2, "affected": 1, "fraction": 0.5,
    }  # fmt: skip


def test_nothing_shared_is_said_in_a_sentence():
    split_manifest = listed(("a", "train"), ("b", "test"))

    result = to_markdown(Audit("raiox leaks mine.csv", split_manifest, unread(split_manifest), []))

    assert "Nothing spans two splits." in result
