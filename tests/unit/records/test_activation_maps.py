"""Activation maps in files are those that a row names: no row misses its own, and none stays."""

import time
from itertools import cycle
from pathlib import Path

import pytest
from fakes import FakeClock

from raiox.records.errors import AnalysisNotFoundError
from raiox.records.rows import Claim, Completion, IdempotencyKey, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.records.tables import analyses
from raiox.result import AnalysisResult
from raiox.settings import FilesSettings, RecordsSettings
from raiox.vocabulary import AnalysisState

HOUR_S = 3_600.0
SHA = "0" * 64
N_DIGITS = 2
DONE = Completion(AnalysisState.DONE, AnalysisResult(), b"maps")
KEY = IdempotencyKey("k" * 64, SHA)


class Opened:
    """Records on one database and one store of files."""

    def __init__(self, folder: Path, database_url: str | None, url: str | None) -> None:
        self._folder, self._database_url, self._url = folder, database_url, url
        self.clock = FakeClock(time.time() + 2 * HOUR_S)  # so that every file is old
        self._open: list[Records] = []

    def __call__(self, *, maps: bool = True, **settings: object) -> Records:
        records = open_records(
            RecordsSettings(database_url=self._database_url, **settings),
            self._folder, self.clock, self.clock, FilesSettings(url=self._url, maps=maps),
        )  # fmt: skip
        if self._url is not None:
            records.files._folders = cycle([SHA[:N_DIGITS]])  # a sweep takes one of 256
        self._open.append(records)
        return records

    def files(self, records: Records) -> list[str]:
        """What the store holds, by suffix."""
        if self._url is None:
            names = [path.name for path in (self._folder / "images").iterdir()]
        else:
            names = [name for page in records.files._bucket.pages() for name in page]
        return sorted(name.rpartition(".")[2] for name in names)

    def close(self) -> None:
        for records in self._open:
            records.close()


@pytest.fixture(params=["folder", "bucket"])
def opened(tmp_path: Path, database_url: str | None, request, monkeypatch):
    url = None
    if request.param == "bucket":
        from seaweed import BUCKET  # noqa: PLC0415  (it needs obstore)

        url = f"s3://{BUCKET}/{tmp_path.name}-{time.time_ns()}"
        for name, value in request.getfixturevalue("seaweed").variables.items():
            monkeypatch.setenv(name, value)
    made = Opened(tmp_path, database_url, url)
    yield made
    made.close()


def accept(records: Records, name: str = "a") -> None:
    records.files.put(name, SHA, b"pixels")
    records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", (), 64, 48), KEY)


def finish(records: Records, claim: Claim) -> bool:
    end = records.maps.put(claim, DONE) if records.maps.in_files else DONE
    [was_written] = records.queue.finish([(claim, end)])
    if not was_written:
        records.maps.take_back(claim, end)
    return was_written


def work(records: Records) -> None:
    [claim] = records.queue.claim(1)
    assert finish(records, claim)


def test_a_file_holds_the_maps_and_the_row_names_it(opened: Opened):
    records = opened()
    accept(records)
    work(records)
    with records.database.reading() as connection:
        row = connection.execute(analyses.select()).one()

    assert row.maps is None
    assert opened.files(records) == ["npy", "png"]
    assert records.history.get("a", "ana").has_maps
    assert records.maps.read("a", "ana") == b"maps"
    with pytest.raises(AnalysisNotFoundError):
        records.maps.read("a", "bia")


def test_each_row_says_where_its_own_lie_whatever_the_settings_say_now(opened: Opened):
    before, after = opened(), opened(maps=False)
    accept(before)
    work(before)
    after.queue.enqueue(NewAnalysis("b", "ana", SHA, "png", (), 64, 48))
    work(after)

    for records in (before, after):
        assert [records.maps.read(name, "ana") for name in "ab"] == [b"maps"] * 2
    assert opened.files(after) == ["npy", "png"]


def test_what_is_deleted_leaves_no_file(opened: Opened):
    records = opened()
    accept(records)
    work(records)
    gone = records.history.delete("a", "ana")
    records.files.remove(gone.id, gone.sha256, gone.suffixes)

    assert opened.files(records) == []


def test_maps_stay_as_long_as_their_result_and_no_longer(opened: Opened):
    records = opened(keep_images_h=24, keep_results_h=720)
    accept(records)
    work(records)
    opened.clock.pass_s(25 * HOUR_S)
    records.sweep()
    with_result, kept = opened.files(records), records.maps.read("a", "ana")
    opened.clock.pass_s(700 * HOUR_S)
    records.sweep()

    assert (with_result, kept) == (["npy"], b"maps")
    assert opened.files(records) == []


def test_maps_may_go_with_their_image(opened: Opened):
    records = opened(keep_images_h=24, delete_heatmaps_with_image=True)
    accept(records)
    work(records)
    opened.clock.pass_s(25 * HOUR_S)
    records.sweep()

    assert opened.files(records) == []
    assert not records.history.get("a", "ana").has_maps
    assert records.maps.read("a", "ana") is None


def test_what_a_lost_worker_put_is_swept_once_another_has_finished(opened: Opened):
    records = opened(lease_s=30)
    accept(records)
    [lost] = records.queue.claim(1)
    records.maps.put(lost, DONE)  # and then it dies
    opened.clock.pass_s(31)
    [again] = records.queue.claim_lost()
    end = records.maps.put(again, DONE)
    records.sweep()
    while_running = opened.files(records)
    records.queue.finish([(again, end)])
    records.sweep()

    assert while_running == ["npy", "npy", "png"]
    assert opened.files(records) == ["npy", "png"]
    assert records.maps.read("a", "ana") == b"maps"


def test_a_result_that_comes_too_late_takes_its_file_back(opened: Opened):
    records = opened(lease_s=30)
    accept(records)
    [slow] = records.queue.claim(1)
    opened.clock.pass_s(31)
    [again] = records.queue.claim_lost()

    assert finish(records, again)
    assert not finish(records, slow)
    assert opened.files(records) == ["npy", "png"]
    assert records.maps.read("a", "ana") == b"maps"


def test_what_is_deleted_while_it_is_analysed_leaves_no_file(opened: Opened):
    records = opened()
    accept(records)
    [claim] = records.queue.claim(1)
    end = records.maps.put(claim, DONE)
    gone = records.history.delete("a", "ana")
    records.files.remove(gone.id, gone.sha256, gone.suffixes)
    assert records.queue.finish([(claim, end)]) == [False]
    records.maps.take_back(claim, end)

    assert opened.files(records) == []


def test_a_repeated_upload_finds_the_same_maps(opened: Opened):
    records = opened()
    accept(records)
    work(records)
    again = records.queue.enqueue(NewAnalysis("b", "ana", SHA, "png", (), 64, 48), KEY)

    assert again.id == "a"
    assert records.maps.read(again.id, "ana") == b"maps"
    assert opened.files(records) == ["npy", "png"]
