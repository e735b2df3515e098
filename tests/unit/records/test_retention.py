"""Things are kept as long as promised and no longer."""

import os
from pathlib import Path

import pytest
from fakes import FakeClock
from migrated import with_tables

from raiox.records.errors import AnalysisNotFoundError
from raiox.records.rows import Completion, IdempotencyKey, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

HOUR_S = 3_600
SHA = "0" * 64


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def settings(database_url: str | None):
    return RecordsSettings(keep_images_h=24, keep_results_h=720, database_url=database_url)


@pytest.fixture
def records(tmp_path: Path, clock: FakeClock, settings: RecordsSettings):
    opened = open_records(settings, with_tables(tmp_path), clock, clock)
    yield opened
    opened.close()


def keep(records: Records, name: str, *, finished: bool = True) -> None:
    records.files.put(name, SHA, b"pixels")
    key = IdempotencyKey(name.ljust(64, "k"), SHA)
    records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", (), 64, 48), key)
    if finished:
        [claim] = records.queue.claim(1)
        records.queue.finish([(claim, Completion(AnalysisState.DONE, AnalysisResult(), b"maps"))])


def test_an_image_goes_when_its_time_is_over_and_the_result_stays(
    records: Records, clock: FakeClock
):
    keep(records, "a")
    clock.pass_s(23 * HOUR_S)
    assert records.sweep().n_images == 0
    clock.pass_s(2 * HOUR_S)

    assert records.sweep().n_images == 1
    assert records.files.read("a", SHA) is None
    assert records.history.get("a", "ana").has_image is False


def test_a_result_goes_with_everything_when_its_time_is_over(
    records: Records, clock: FakeClock, tmp_path: Path
):
    keep(records, "a")
    clock.pass_s(721 * HOUR_S)

    assert records.sweep().n_results == 1
    with pytest.raises(AnalysisNotFoundError):
        records.history.get("a", "ana")
    assert list((tmp_path / "images").iterdir()) == []


def test_what_waits_without_a_model_expires_and_its_image_goes(records: Records, clock: FakeClock):
    keep(records, "a", finished=False)
    clock.pass_s(HOUR_S / 2)
    records.sweep()
    before = records.history.get("a", "ana")
    clock.pass_s(HOUR_S)
    records.sweep()
    after = records.history.get("a", "ana")
    image = records.files.read("a", SHA)
    clock.pass_s(24 * HOUR_S)
    records.sweep()

    assert before.state is AnalysisState.QUEUED
    assert after.state is AnalysisState.FAILED
    assert after.result.error.code == "analysis_expired"
    assert image == b"pixels"
    assert records.files.read("a", SHA) is None


def test_what_a_lost_worker_holds_for_ever_expires_too(records: Records, clock: FakeClock):
    keep(records, "a", finished=False)
    records.queue.claim(1)
    clock.pass_s(2 * HOUR_S)
    records.sweep()

    assert records.history.get("a", "ana").state is AnalysisState.FAILED


def test_heatmaps_may_go_with_their_image(
    tmp_path: Path, clock: FakeClock, settings: RecordsSettings
):
    settings = settings.model_copy(update={"delete_heatmaps_with_image": True})
    records = open_records(settings, tmp_path, clock, clock)
    keep(records, "a")
    clock.pass_s(25 * HOUR_S)
    records.sweep()
    stored = records.history.get("a", "ana")
    records.close()

    assert not stored.has_image
    assert not stored.has_maps


def test_a_key_is_forgotten_after_a_day(records: Records, clock: FakeClock):
    keep(records, "a")
    clock.pass_s(25 * HOUR_S)
    records.sweep()

    assert records.queue.check("ana", IdempotencyKey("a".ljust(64, "k"), SHA)) is None


def test_a_file_that_lost_its_row_is_swept(records: Records, clock: FakeClock, tmp_path: Path):
    keep(records, "a")
    records.files.put("orphan", SHA, b"pixels")
    for path in (tmp_path / "images").iterdir():
        os.utime(path, (clock.now - 60, clock.now - 60))

    assert records.sweep().n_orphans == 1
    assert records.files.read("a", SHA) == b"pixels"


def test_a_look_at_many_files_is_not_repeated_until_it_is_a_hundredth_of_the_time(
    records: Records, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    looks = []

    def look_for_long(*_: object, **__: object) -> int:
        looks.append(clock.now)
        clock.pass_s(3)
        return 0

    monkeypatch.setattr(type(records.files), "sweep", look_for_long)
    for _ in range(20):
        records.sweep()
        clock.pass_s(20)

    assert len(looks) == 2
    assert looks[1] - looks[0] >= 300


def test_what_is_due_goes_although_files_are_not_looked_at(records: Records, clock: FakeClock):
    keep(records, "a")
    clock.pass_s(25 * HOUR_S)

    assert records.sweep_rows() == (0, 1)
    assert records.files.read("a", SHA) is None
