"""A backup of a running service holds one moment of it, and comes back whole or not at all."""

import json
import stat

import httpx
import pytest
from fakes import png
from serving import Served

from raiox.records.backup import SEAL_FILE, back_up, restore
from raiox.records.errors import BackupInvalidError, BackupNotPossibleError, TargetNotEmptyError
from raiox.records.store import open_records
from raiox.settings import RecordsSettings

RECORDS = RecordsSettings()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("var"))
    yield served
    served.kill()


@pytest.fixture
def data_dir(tmp_path):
    """The folder of a service that ran and stopped, with nothing in its history."""
    open_records(RECORDS, tmp_path / "idle").close()
    return tmp_path / "idle"


def upload(browser: httpx.Client) -> str:
    answer = browser.post("/api/v1/analyses", content=png(), headers={"Prefer": "wait=20"})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_what_was_done_before_the_backup_is_there_after_the_restore_for_its_sender(
    service, tmp_path
):
    with httpx.Client(base_url=service.url) as browser:
        before = [upload(browser) for _ in range(3)]
        copied = back_up(RECORDS, service.data_dir, tmp_path / "copy", with_images=True)
        after = upload(browser)
        cookies = dict(browser.cookies)
    brought = restore(tmp_path / "copy", tmp_path / "new")

    restored = Served(tmp_path / "new")
    with httpx.Client(base_url=restored.url, cookies=cookies) as browser:
        listed = [one["id"] for one in browser.get("/api/v1/analyses").json()["analyses"]]
        image = browser.get(f"/api/v1/analyses/{before[0]}/image")
    restored.kill()

    assert copied == brought
    assert copied.n_analyses == copied.n_images >= len(before)
    assert sorted(listed) == sorted(before)
    assert after not in listed
    assert image.status_code == 200


def test_images_stay_behind_unless_they_wait_in_the_queue(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    service = Served(folder, test_delay_s=30)
    try:
        with httpx.Client(base_url=service.url) as browser:
            waiting = browser.post(
                "/api/v1/analyses", content=png(), headers={"Prefer": "respond-async"}
            )
        copied = back_up(RECORDS, folder, tmp_path / "copy")
    finally:
        service.kill()

    assert waiting.status_code == 202
    assert (copied.n_analyses, copied.n_images) == (1, 1)


def test_maps_in_files_come_with_their_results(tmp_path):
    service = Served(tmp_path / "var", files__maps=True)
    try:
        with httpx.Client(base_url=service.url) as browser:
            upload(browser)
            copied = back_up(RECORDS, service.data_dir, tmp_path / "copy")
            cookies = dict(browser.cookies)
    finally:
        service.kill()
    restore(tmp_path / "copy", tmp_path / "new")

    restored = Served(tmp_path / "new")
    with httpx.Client(base_url=restored.url, cookies=cookies) as browser:
        [one] = browser.get("/api/v1/analyses").json()["analyses"]
        heatmap = browser.get(one["maps"]["covid19"])
    restored.kill()

    assert copied.n_images == 0
    assert heatmap.status_code == 200


def test_finished_images_stay_behind_by_default_and_nobody_else_can_read_the_copy(
    service, tmp_path
):
    with httpx.Client(base_url=service.url) as browser:
        upload(browser)
    copied = back_up(RECORDS, service.data_dir, tmp_path / "copy")
    modes = {
        stat.S_IMODE(path.stat().st_mode) & 0o077
        for path in (tmp_path / "copy").rglob("*")
        if path.name != SEAL_FILE
    }

    assert copied.n_images == 0
    assert modes == {0}


@pytest.mark.parametrize("damage", ["byte", "missing", "seal", "escape"])
def test_a_damaged_copy_is_not_brought_back_at_all(data_dir, tmp_path, damage):
    copy, target = tmp_path / "copy", tmp_path / "new"
    back_up(RECORDS, data_dir, copy)
    database, seal = copy / "raiox.sqlite3", copy / SEAL_FILE
    if damage == "byte":
        content = bytearray(database.read_bytes())
        content[5_000] ^= 1
        database.write_bytes(content)
    elif damage == "missing":
        database.unlink()
    elif damage == "seal":
        seal.write_text("{")
    else:
        seal.write_text(json.dumps(json.loads(seal.read_text()) | {"../x": "0"}))

    with pytest.raises(BackupInvalidError):
        restore(copy, target)
    assert not target.exists()


def test_neither_a_backup_nor_a_restore_mixes_with_what_is_there(data_dir, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()

    with pytest.raises(TargetNotEmptyError):
        back_up(RECORDS, data_dir, tmp_path / "full")
    back_up(RECORDS, data_dir, tmp_path / "copy")
    with pytest.raises(TargetNotEmptyError):
        restore(tmp_path / "copy", tmp_path / "full")


def test_records_of_another_database_are_left_to_its_own_tools(tmp_path):
    with pytest.raises(BackupNotPossibleError):
        back_up(RecordsSettings(database_url="postgresql+pg8000://x"), tmp_path, tmp_path / "copy")
