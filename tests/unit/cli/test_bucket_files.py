"""The files of a batch in a bucket are those of a folder, in its order, against a real S3 server."""

import zipfile
from pathlib import Path

import obstore
import pytest
from fakes import png
from seaweed import BUCKET, SeaweedServer

from raiox.cli.batch.image_files import BucketFile, image_file
from raiox.cli.batch.inputs import find_files, read_content
from raiox.cli.errors import NothingToReadError, StoreUnusableError
from raiox.intake.errors import (
    ArchiveError,
    TooLargeInflatedError,
    UnreadableFileError,
    UploadTooLargeError,
)

NAMES = (
    "b.png", "B.png", "a/2.png", "a/10/1", "a.png", "a b/ç ã.png", "a#1%20+.png", ".hidden", ".git/x",
    "a/.DS_Store", "z/é.png",
)  # fmt: skip


@pytest.fixture
def prefix(seaweed: SeaweedServer, monkeypatch, request) -> str:
    for name, value in seaweed.variables.items():
        monkeypatch.setenv(name, value)
    return f"sources/{request.node.name}"


@pytest.fixture
def both(tmp_path: Path, prefix: str, seaweed: SeaweedServer) -> tuple[Path, str]:
    """A folder, and the address of its copy in the bucket."""
    folder = tmp_path / "study"
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(mark=len(name)))
    with zipfile.ZipFile(folder / "a" / "study.ZIP", "w") as archive:
        archive.writestr("DICOM/IM1", png(mark=1))
        archive.writestr("DICOM/IM0", png(mark=2))
    (folder / "torn.zip").write_bytes((folder / "a" / "study.ZIP").read_bytes()[:50])
    (folder / "empty").touch()
    for file in filter(Path.is_file, folder.rglob("*")):
        key = f"{prefix}/{file.relative_to(folder)}"
        obstore.put(seaweed.store(), key, file.read_bytes())
    return folder, f"s3://{BUCKET}/{prefix}"


def test_objects_come_in_the_order_of_a_folder_with_the_same_bytes(both):
    folder, url = both
    in_folder, in_bucket = find_files([folder]), find_files([image_file(url)])

    assert [str(file) for file in in_bucket] == [
        str(file).replace(str(folder), url) for file in in_folder
    ]
    assert [read_content(file, 100_000) for file in in_bucket] == [
        read_content(file, 100_000) for file in in_folder
    ]


def test_an_address_names_one_object_or_archive_too_and_each_comes_once(both):
    _, url = both
    sources = (f"{url}/b.png", f"{url}/a/study.ZIP", f"{url}/b.png")

    files = find_files(map(image_file, sources))
    assert [str(file).removeprefix(f"{url}/") for file in files] == [
        "b.png", "a/study.ZIP/DICOM/IM0", "a/study.ZIP/DICOM/IM1"
    ]  # fmt: skip


def test_no_more_is_read_than_an_upload_may_hold(both):
    _, url = both
    with pytest.raises(UploadTooLargeError):
        read_content(image_file(f"{url}/b.png"), 10)
    with pytest.raises(TooLargeInflatedError):
        read_content(image_file(f"{url}/a/study.ZIP/DICOM/IM0"), 10)


def test_what_was_deleted_since_it_was_listed_is_a_fault_of_its_own(both, seaweed, prefix):
    _, url = both
    obstore.delete(seaweed.store(), f"{prefix}/b.png")
    obstore.put(seaweed.store(), f"{prefix}/a/study.ZIP", b"PK\x03\x04 another one")

    for name in ("b.png", "a/study.ZIPPED/x", "x.zip/DICOM/IM0"):
        with pytest.raises(UnreadableFileError):
            read_content(image_file(f"{url}/{name}"), 100)
    with pytest.raises(ArchiveError):
        read_content(image_file(f"{url}/a/study.ZIP/DICOM/IM0"), 100)


def test_an_empty_prefix_and_a_store_that_refuses_are_named(prefix, monkeypatch):
    nothing = f"s3://{BUCKET}/{prefix}/nothing"
    with pytest.raises(NothingToReadError) as empty:
        find_files([image_file(nothing)])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StoreUnusableError) as refused:
        find_files([BucketFile(f"{BUCKET}-of-others", "x")])

    assert empty.value.facts["path"] == nothing
    assert refused.value.facts["url"] == f"s3://{BUCKET}-of-others/x"
