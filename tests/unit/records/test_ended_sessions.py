"""Ended sessions: which are, whatever was said twice or late, and how long that is kept."""

from pathlib import Path

import pytest
from fakes import FakeClock
from migrated import with_tables
from sqlalchemy import func, select

from raiox.records.store import Records, open_records
from raiox.records.tables import ended_sessions
from raiox.settings import RecordsSettings

HOUR_S = 3_600


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def records(tmp_path: Path, clock: FakeClock, database_url: str | None):
    opened = open_records(
        RecordsSettings(database_url=database_url), with_tables(tmp_path), clock, clock
    )
    yield opened
    opened.close()


def n_kept(records: Records) -> int | None:
    with records.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(ended_sessions))


def test_a_session_is_ended_under_any_of_its_names(records: Records):
    records.ended_sessions.end("person", began_by=100.0, keep_s=HOUR_S)

    assert records.ended_sessions.holds(("own", "person"), began_at=100.0)
    assert not records.ended_sessions.holds(("own",), began_at=100.0)


def test_a_session_that_began_later_goes_on_though_an_older_end_is_said_again(records: Records):
    for began_by in (200.0, 100.0, 200.0):
        records.ended_sessions.end("person", began_by=began_by, keep_s=HOUR_S)

    assert records.ended_sessions.holds(("person",), began_at=150.0)
    assert not records.ended_sessions.holds(("person",), began_at=201.0)
    assert n_kept(records) == 2


def test_an_end_is_forgotten_once_its_session_would_have_ended_by_itself(
    records: Records, clock: FakeClock
):
    records.ended_sessions.end("short", began_by=0.0, keep_s=HOUR_S)
    records.ended_sessions.end("long", began_by=0.0, keep_s=3 * HOUR_S)
    clock.pass_s(2 * HOUR_S)
    records.sweep()

    assert n_kept(records) == 1
    assert records.ended_sessions.holds(("long",), began_at=0.0)
