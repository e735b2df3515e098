"""Images are whole or absent, and leavings go."""

import os
import sys
from pathlib import Path
from subprocess import run

import pytest

from raiox.records.errors import RecordsUnavailableError
from raiox.records.image_folder import ImageFolder
from raiox.records.store import open_records
from raiox.settings import RecordsSettings

SHA = "a" * 64


@pytest.fixture
def files(tmp_path: Path):
    return ImageFolder(tmp_path / "images")


def test_gives_back_what_was_put(files: ImageFolder):
    files.put("one", SHA, b"pixels")

    assert files.read("one", SHA) == b"pixels"


def test_two_analyses_of_one_image_do_not_share_a_file(files: ImageFolder):
    files.put("one", SHA, b"pixels")
    files.put("two", SHA, b"pixels")
    files.remove("one", SHA)

    assert files.read("one", SHA) is None
    assert files.read("two", SHA) == b"pixels"


def test_what_the_disk_refuses_is_the_records_error(files: ImageFolder, tmp_path: Path):
    (tmp_path / "images" / f"{SHA}_one.png").mkdir()  # neither to be read nor unlinked as a file

    for refused in (files.read, files.remove):
        with pytest.raises(RecordsUnavailableError):
            refused("one", SHA)


def test_a_folder_that_is_gone_is_the_records_error(files: ImageFolder, tmp_path: Path):
    (tmp_path / "images").rmdir()

    with pytest.raises(RecordsUnavailableError):
        files.sweep(lambda _: set(), older_than=2_000)
    for measured in (files.n_bytes, files.free_bytes):
        with pytest.raises(RecordsUnavailableError):
            measured()


def test_only_the_service_may_read_the_folder(files: ImageFolder, tmp_path: Path):
    files.put("one", SHA, b"pixels")

    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "images").rglob("*")]
    assert modes == [0o600]
    assert (tmp_path / "images").stat().st_mode & 0o777 == 0o700


def test_only_the_service_may_read_the_database(tmp_path: Path):
    records = open_records(RecordsSettings(), tmp_path / "var")
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir() if path.is_file()]
    records.close()

    assert modes
    assert set(modes) == {0o600}
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_sweeps_what_no_row_wants_but_spares_the_young(files: ImageFolder, tmp_path: Path):
    for name in ("wanted", "orphan", "young"):
        files.put(name, SHA, b"pixels")
    folder = tmp_path / "images"
    (folder / "half.tmp").write_bytes(b"pix")
    for path in folder.iterdir():
        if "young" not in path.name:
            os.utime(path, (1_000, 1_000))

    n_deleted = files.sweep(
        lambda some: {f for f in some if f.analysis_id == "wanted"}, older_than=2_000
    )

    assert n_deleted == 2
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{SHA}_wanted.png", f"{SHA}_young.png"
    ]  # fmt: skip


FILL = """
import resource, sys
from pathlib import Path
from raiox.records.errors import StorageFullError
from raiox.records.errors import RecordsUnavailableError
from raiox.records.image_folder import ImageFolder
files = ImageFolder(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
for work in (lambda: files.put("big", "a" * 64, bytes(100_000)), files.probe):
    try:
        work()
    except StorageFullError:
        continue
    sys.exit(1)
"""


def test_a_full_disk_is_reported_and_leaves_no_half_image(tmp_path: Path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", FILL, str(tmp_path / "images")]

    done = run(command, check=False, env=environment)

    assert done.returncode == 0
    assert list((tmp_path / "images").iterdir()) == []
