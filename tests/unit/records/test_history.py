"""An owner sees all of their own and nothing else."""

from pathlib import Path

import pytest
from fakes import FakeClock
from migrated import with_tables

from raiox.records.errors import AnalysisNotFoundError, InvalidCursorError
from raiox.records.rows import NewAnalysis
from raiox.records.store import Records, open_records
from raiox.settings import RecordsSettings


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def records(tmp_path: Path, database_url, clock: FakeClock):
    opened = open_records(
        RecordsSettings(database_url=database_url), with_tables(tmp_path), clock, clock
    )
    yield opened
    opened.close()


def keep(records: Records, name: str, owner: str = "ana") -> None:
    records.queue.enqueue(NewAnalysis(name, owner, "0" * 64, "png", (), 64, 48))


def names(records: Records, owner: str, limit: int) -> list[str]:
    found, cursor = [], None
    while True:
        page = records.history.list(owner, limit=limit, cursor=cursor)
        found += [analysis.id for analysis in page.analyses]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_lists_the_newest_first(records: Records, clock: FakeClock):
    for name in "abc":
        keep(records, name)
        clock.pass_s(1)

    assert names(records, "ana", 10) == ["c", "b", "a"]


def test_pages_together_are_the_whole_history_even_within_one_instant(records: Records):
    for name in "abcdefg":
        keep(records, name)

    assert names(records, "ana", 2) == list("gfedcba")


def test_a_cursor_survives_the_deletion_of_its_analysis(records: Records):
    for name in "abcd":
        keep(records, name)
    page = records.history.list("ana", limit=2)
    records.history.delete("c", "ana")

    rest = records.history.list("ana", limit=2, cursor=page.next_cursor)

    assert [analysis.id for analysis in rest.analyses] == ["b", "a"]


@pytest.mark.parametrize("cursor", ["", "!", "YWJj", "ÿ", "bmFuIGE"[:5], "A" * 201])
def test_refuses_a_cursor_it_did_not_give(records: Records, cursor: str):
    with pytest.raises(InvalidCursorError):
        records.history.list("ana", limit=2, cursor=cursor)


def test_a_stranger_finds_nothing(records: Records):
    keep(records, "a")

    assert names(records, "bia", 10) == []
    for question in (records.history.get, records.maps.read, records.history.delete):
        with pytest.raises(AnalysisNotFoundError):
            question("a", "bia")
    assert records.history.get("a", "ana").id == "a"


def test_deleted_bytes_do_not_stay_in_the_database_files(tmp_path: Path):
    records = open_records(RecordsSettings(), tmp_path)
    keep(records, "an-id-that-can-be-searched-for")
    records.history.delete("an-id-that-can-be-searched-for", "ana")
    records.database.checkpoint_wal()

    left = b"".join(path.read_bytes() for path in tmp_path.glob("raiox.sqlite3*"))
    records.close()

    assert b"an-id-that-can-be-searched-for" not in left
