"""The queue loses nothing and finishes nothing twice."""

import sqlite3
import threading
from pathlib import Path

import pytest
from fakes import FakeClock
from migrated import with_tables

from raiox.entities import ValueScale
from raiox.errors import InternalError
from raiox.records import sqlite as sqlite_module
from raiox.records.errors import (
    IdempotencyMismatchError,
    QueueFullError,
    RecordsUnavailableError,
    StorageQuotaError,
)
from raiox.records.rows import Completion, IdempotencyKey, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState, Outcome

SETTINGS = RecordsSettings(max_queued=5, lease_s=30, max_attempts=3)
DONE = Completion(AnalysisState.DONE, AnalysisResult(outcome=Outcome.ANALYSED))
FAILED = Completion(AnalysisState.FAILED, AnalysisResult.failed(InternalError()))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def settings(database_url: str | None):
    return SETTINGS.model_copy(update={"database_url": database_url})


@pytest.fixture
def records(tmp_path: Path, clock: FakeClock, settings: RecordsSettings):
    opened = open_records(settings, with_tables(tmp_path), clock, clock)
    yield opened
    opened.close()


def new(name: str = "a", owner: str = "ana") -> NewAnalysis:
    return NewAnalysis(name, owner, "0" * 64, "png", ("colour_removed",), 64, 48)


def claimed(records: Records, n: int) -> list[str]:
    """The ids of `n` that wait, one by one: on PostgreSQL a worker leaves half to others."""
    return [claim.id for _ in range(n) for claim in records.queue.claim(1)]


def test_claims_the_oldest_first(records: Records):
    for name in "abc":
        records.queue.enqueue(new(name))

    assert claimed(records, 2) == ["a", "b"]


def test_a_claimed_analysis_is_not_claimed_again(records: Records):
    records.queue.enqueue(new())
    records.queue.claim(8)

    assert records.queue.claim(8) == []


def test_a_finished_analysis_has_its_result(records: Records):
    records.queue.enqueue(new())
    [claim] = records.queue.claim(1)

    assert records.queue.finish([(claim, DONE)]) == [True]
    stored = records.history.get("a", "ana")
    assert (stored.state, stored.result) == (DONE.state, DONE.result)


def test_an_expired_lease_frees_the_analysis(records: Records, clock: FakeClock):
    records.queue.enqueue(new())
    records.queue.claim(1)
    clock.pass_s(31)

    [claim] = records.queue.claim_lost()

    assert claim.attempt == 2


def test_a_session_keeps_no_more_than_its_quota(tmp_path: Path, clock: FakeClock, database_url):
    settings = RecordsSettings(max_megapixels=2, keep_images_h=24, database_url=database_url)
    records = open_records(settings, tmp_path, clock, clock)
    for name in "ab":
        records.queue.enqueue(NewAnalysis(name, "ana", "0" * 64, "png", (), 1_000, 1_000))
    with pytest.raises(StorageQuotaError):
        records.queue.check("ana")
    records.queue.check("bia")
    records.history.delete("a", "ana")
    records.queue.check("ana")
    records.close()


def test_kept_values_count_against_the_quota(tmp_path: Path, clock: FakeClock):
    records = open_records(RecordsSettings(max_megapixels=3), tmp_path, clock, clock)
    deep = NewAnalysis(
        "a", "ana", "0" * 64, "dicom", (), 1_000, 1_000, value_scale=ValueScale(1.0, 0.0, 0.0, 9.0)
    )
    records.queue.enqueue(deep)
    with pytest.raises(StorageQuotaError):
        records.queue.check("ana")
    records.close()


def test_a_renewed_lease_is_kept(records: Records, clock: FakeClock):
    records.queue.enqueue(new())
    claims = records.queue.claim(1)
    clock.pass_s(20)
    records.queue.renew(claims)
    clock.pass_s(20)

    assert records.queue.claim_lost() == []


def test_a_result_of_an_older_attempt_is_refused(records: Records, clock: FakeClock):
    records.queue.enqueue(new())
    [zombie] = records.queue.claim(1)
    clock.pass_s(31)
    [living] = records.queue.claim_lost()

    assert records.queue.finish([(zombie, FAILED)]) == [False]
    assert records.queue.finish([(living, DONE)]) == [True]


def test_a_finished_analysis_cannot_be_finished_again(records: Records):
    records.queue.enqueue(new())
    [claim] = records.queue.claim(1)
    records.queue.finish([(claim, DONE)])

    assert records.queue.finish([(claim, FAILED)]) == [False]


def test_a_late_result_of_a_deleted_analysis_is_refused(records: Records):
    records.queue.enqueue(new())
    [claim] = records.queue.claim(1)
    records.history.delete("a", "ana")

    assert records.queue.finish([(claim, DONE)]) == [False]


def test_what_a_worker_lost_comes_alone_the_next_time(records: Records, clock: FakeClock):
    for name in "abc":
        records.queue.enqueue(new(name))
    claimed(records, 3)
    clock.pass_s(31)

    turns = [[claim.id for claim in records.queue.claim_lost()] for _ in range(3)]

    assert turns == [["a"], ["b"], ["c"]]


def test_a_released_claim_is_free_at_once(records: Records):
    records.queue.enqueue(new())
    records.queue.release(records.queue.claim(1))

    assert [claim.attempt for claim in records.queue.claim(1)] == [2]


def test_a_clock_that_was_set_back_does_not_hold_a_lease(records: Records, clock: FakeClock):
    records.queue.enqueue(new())
    records.queue.claim(1)
    clock.pass_s(-86_400)

    assert [claim.attempt for claim in records.queue.claim_lost()] == [2]


def test_nothing_ends_before_it_began_though_the_clock_was_set_back(
    records: Records, clock: FakeClock
):
    records.queue.enqueue(new())
    [claim] = records.queue.claim(1)
    clock.pass_s(-86_400)
    records.queue.finish([(claim, DONE)])
    stored = records.history.get("a", "ana")

    assert stored.finished_at == stored.created_at


def test_refuses_more_than_may_wait(records: Records):
    for name in "abcde":
        records.queue.enqueue(new(name))

    with pytest.raises(QueueFullError):
        records.queue.enqueue(new("f"))


def test_the_same_key_gives_the_same_analysis(records: Records):
    key = IdempotencyKey("k" * 64, "c" * 64)
    records.queue.enqueue(new("a"), key)

    assert records.queue.enqueue(new("b"), key).id == "a"
    assert records.queue.n_queued() == 1


def test_the_same_key_with_other_content_is_refused(records: Records):
    records.queue.enqueue(new("a"), IdempotencyKey("k" * 64, "c" * 64))

    with pytest.raises(IdempotencyMismatchError):
        records.queue.enqueue(new("b"), IdempotencyKey("k" * 64, "d" * 64))


def test_the_same_key_of_another_owner_is_another_key(records: Records):
    key = IdempotencyKey("k" * 64, "c" * 64)
    records.queue.enqueue(new("a", "ana"), key)

    assert records.queue.enqueue(new("b", "bia"), key).id == "b"


def test_counts_how_many_wait_before(records: Records):
    for name in "abc":
        records.queue.enqueue(new(name))

    assert records.queue.position(records.history.get("c", "ana").number) == 2


def test_many_workers_share_the_work_without_doubles(tmp_path: Path, database_url):
    records = open_records(RecordsSettings(database_url=database_url), tmp_path)
    for number in range(60):
        records.queue.enqueue(new(str(number)))
    claimed: list[str] = []

    def work() -> None:
        while claims := records.queue.claim(3):
            claimed.extend(claim.id for claim in claims)
            records.queue.finish([(claim, DONE) for claim in claims])

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    records.close()

    assert sorted(claimed, key=int) == [str(number) for number in range(60)]


def test_a_locked_database_is_reported_after_the_busy_time(tmp_path: Path, monkeypatch):
    quick = tuple(
        "PRAGMA busy_timeout=100" if "busy" in pragma else pragma
        for pragma in sqlite_module._PRAGMAS
    )
    monkeypatch.setattr(sqlite_module, "_PRAGMAS", quick)
    records = open_records(SETTINGS, tmp_path)
    records.queue.enqueue(new())
    stranger = sqlite3.connect(tmp_path / "raiox.sqlite3", isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")

    with pytest.raises(RecordsUnavailableError):
        records.queue.enqueue(new("b"))
    assert records.history.get("a", "ana").id == "a"
    stranger.close()
    records.close()


def test_an_upload_is_claimed_as_it_is_accepted_if_nothing_else_waits(records):
    first = records.queue.enqueue(new("a"), lease=True)
    records.queue.enqueue(new("b"))
    third = records.queue.enqueue(new("c"), lease=True)

    assert (first.claim.id, first.claim.attempt) == ("a", 1)
    assert third.claim is None
    assert claimed(records, 4) == ["b", "c"]


def test_what_was_claimed_as_it_was_accepted_is_taken_again_when_its_lease_runs_out(records, clock):
    records.queue.enqueue(new("a"), lease=True)
    assert records.queue.claim(1) == []

    clock.pass_s(31)

    assert [(claim.id, claim.attempt) for claim in records.queue.claim_lost()] == [("a", 2)]
