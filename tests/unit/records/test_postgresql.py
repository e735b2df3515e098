"""What raiox does on PostgreSQL alone: its claims, clock, limits, errors and notifications."""

import queue
import socket
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError
from relay import Relay
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from raiox.records import queue as queue_module
from raiox.records.database import Database
from raiox.records.database_clock import DatabaseClock
from raiox.records.errors import (
    CommitUnknownError,
    DatabaseUnsupportedError,
    DriverMissingError,
    RecordsUnavailableError,
    StorageFullError,
)
from raiox.records.notifications import Listener
from raiox.records.pg8000_connection import PREPARED_AFTER
from raiox.records.postgresql import UNACKNOWLEDGED_S
from raiox.records.retention import LOCK_NUMBER
from raiox.records.rows import Completion, NewAnalysis
from raiox.records.store import Records, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

SOON_S = 10.0
DONE = Completion(AnalysisState.DONE, AnalysisResult())
HOSTILE_PLANS = ("hashagg", "hashjoin", "mergejoin", "material", "memoize", "bitmapscan")
"""Without these the planner runs a plain subquery once for every row."""


@pytest.fixture
def opened(tmp_path: Path, postgresql_url: str):
    """Opens the records of as many processes as a test needs."""
    every: list[Records] = []

    def open_one(url: str = postgresql_url, **settings: object) -> Records:
        own = RecordsSettings(database_url=url, **settings)
        every.append(open_records(own, tmp_path / str(len(every))))
        return every[-1]

    yield open_one
    for one in every:
        one.close()


@pytest.fixture
def relay(postgres):
    passing = Relay(postgres.address, postgres.port)
    yield passing
    passing.refuse()


def new(name: str) -> NewAnalysis:
    return NewAnalysis(name, "ana", "0" * 64, "png", (), 64, 48)


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://h/d", "mysql://h/d", "sqlite+aiosqlite:///x", "no url"]
)
def test_a_database_that_raiox_does_not_use_is_refused_by_its_name(url: str):
    with pytest.raises(DatabaseUnsupportedError) as refused:
        Database(url)

    assert refused.value.facts["driver"] == url.partition(":")[0]


@pytest.mark.skipif(find_spec("psycopg") is not None, reason="psycopg is installed")
def test_a_driver_that_is_missing_is_named_by_its_extra():
    with pytest.raises(DriverMissingError) as missing:
        Database("postgresql+psycopg://h/d")

    assert missing.value.facts["extra"] == "psycopg"


class CountingSocket:
    """Passes everything on and counts how often it is emptied."""

    def __init__(self, real) -> None:
        self._real, self.n_flushes = real, 0

    def flush(self) -> None:
        self.n_flushes += 1
        self._real.flush()

    def __getattr__(self, name: str):
        return getattr(self._real, name)


def test_a_statement_with_values_goes_once_to_the_server_and_back(opened):
    with opened().database.listening() as connection:
        connection._sock = counting = CountingSocket(connection._sock)
        cursor = connection.cursor()
        cursor.execute("SELECT CAST(%s AS text), CAST(%s AS int)", ["one", 2])
        n_flushes, row = counting.n_flushes, cursor.fetchone()
        with pytest.raises(DatabaseError) as refused:
            cursor.execute("SELECT 1 / CAST(%s AS int)", [0])
        cursor.execute("SELECT CAST(%s AS bytea)", [b"\x00\xff"])

        assert n_flushes == 1
        assert list(row) == ["one", 2]
        assert refused.value.args[0]["C"] == "22012"  # division by zero
        assert bytes(cursor.fetchone()[0]) == b"\x00\xff"


def test_a_statement_that_comes_again_has_the_same_parameters_and_signs(opened):
    with opened().database.listening() as connection:
        cursor = connection.cursor()
        for value in ("a", "b"):
            cursor.execute("SELECT '50 %', CAST(%s AS text), 7 %% CAST(%s AS int)", [value, 4])

            assert list(cursor.fetchone()) == ["50 %", value, 3]

        cursor.close()
        with pytest.raises(InterfaceError):
            cursor.execute("SELECT CAST(%s AS int)", [1])


def test_a_violated_constraint_is_an_error_of_its_own(opened):
    twice = text("INSERT INTO numbers SELECT 1 FROM generate_series(1, 2)")
    with opened().database.writing() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE numbers (number int UNIQUE)"))
        with pytest.raises(IntegrityError, match="duplicate key"), connection.begin_nested():
            connection.execute(twice)


def test_a_claim_takes_no_more_than_it_wants_under_any_plan(opened, postgres):
    records = opened()
    for number in range(40):
        records.queue.enqueue(new(str(number)))
    for switch in HOSTILE_PLANS:
        postgres.run(f"ALTER DATABASE postgres SET enable_{switch} = off")
    hostile = opened()

    claims = hostile.queue.claim(8)
    for switch in HOSTILE_PLANS:
        postgres.run(f"ALTER DATABASE postgres RESET enable_{switch}")

    assert [claim.id for claim in claims] == [str(number) for number in range(8)]
    assert records.queue.n_queued() == 32


def test_a_worker_leaves_half_of_what_waits_to_others(opened):
    one, other = opened(), opened()
    for number in range(20):
        one.queue.enqueue(new(str(number)))

    shares = [queue.claim(8) for queue in (one.queue, other.queue) * 3]

    assert [len(claims) for claims in shares] == [8, 6, 3, 1, 1, 1]
    assert [claim.id for claims in shares for claim in claims] == [str(n) for n in range(20)]
    assert one.queue.claim(8) == []


def test_a_claim_does_not_walk_through_the_history(opened, postgres):
    records = opened()
    records.queue.enqueue(new("first"))
    postgres.run(
        "INSERT INTO analyses (id, owner, state, attempt, lease_until, created_at, image_until,"
        " expires_at, has_image, sha256, source_format, notes, width_px, height_px, result)"
        " SELECT 'h' || n, 'ana', 'done', 1, 0, 1, 2, 3, false, 'x', 'png', '[]', 1, 1, '{}'"
        " FROM generate_series(1, 20000) AS n"
    )
    records.queue.enqueue(new("last"))
    began = _rows_read(postgres)
    claims = records.queue.claim(2) + records.queue.claim(2)
    n_read = _rows_read(postgres) - began

    assert [one.id for one in claims] == ["first", "last"]
    assert n_read < 100


def _rows_read(postgres) -> int:
    """By all sessions that have reported, which each does within a second of its last statement."""
    time.sleep(1.2)
    [(n_rows,)] = postgres.run(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
        " WHERE relname = 'analyses'"
    )
    return int(n_rows)


def test_a_full_disk_of_the_server_is_reported_as_one(opened, postgres):
    records = opened()
    postgres.run(
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
    )
    postgres.run("CREATE TRIGGER fills BEFORE INSERT ON analyses EXECUTE FUNCTION fill()")

    with pytest.raises(StorageFullError):
        records.queue.enqueue(new("a"))


def test_a_server_that_is_away_is_reported_soon(opened, relay):
    records = opened(f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    relay.refuse()
    began = time.monotonic()

    with pytest.raises(RecordsUnavailableError):
        records.queue.n_queued()
    assert time.monotonic() - began < SOON_S


def test_the_link_neither_waits_for_acknowledgements_nor_hangs_for_minutes(opened):
    with opened().database.reading() as connection:
        link = connection.connection.driver_connection._usock
        delays = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        hangs_ms = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        limit = connection.scalar(text("SHOW statement_timeout"))

    assert (bool(delays), hangs_ms, limit) == (True, UNACKNOWLEDGED_S * 1000, "10s")


def test_only_what_may_be_done_again_does_not_wait_for_the_disk(opened):
    database = opened().database
    with database.writing() as connection:
        strict = connection.scalar(text("SHOW synchronous_commit"))
    with database.writing_relaxed() as connection:
        relaxed = connection.scalar(text("SHOW synchronous_commit"))
    with database.writing() as connection:
        strict_again = connection.scalar(text("SHOW synchronous_commit"))

    assert (strict, relaxed, strict_again) == ("on", "off", "on")


def unflushed(records: Records) -> bool:
    """Whether something was committed that no disk has yet."""
    lag = "SELECT pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()"
    with records.database.reading() as connection:
        return bool(connection.scalar(text(lag)))


def test_a_claim_is_one_statement_that_does_not_wait_for_the_disk_either(opened, postgres):
    records = opened()
    for number in range(20):
        records.queue.enqueue(new(f"a{number}"))
    after_uploads = unflushed(records)
    ahead = []
    for _ in range(20):
        assert len(records.queue.claim(1)) == 1
        ahead.append(unflushed(records))
    with records.database.writing() as connection:
        strict = connection.scalar(text("SHOW synchronous_commit"))

    assert not after_uploads
    assert any(ahead)
    assert strict == "on"
    with pytest.raises(DBAPIError), records.database.writing() as connection:
        connection.execute(text("UPDATE analyses SET state = 'failed'; SELECT 1 / 0"))
    assert postgres.run("SELECT count(*) FROM analyses WHERE state = 'running'") == [(20,)]


def test_what_comes_often_is_prepared_and_follows_the_tables(opened, postgres):
    database = opened().database
    count = text("SELECT count(*) FROM analyses WHERE number > :number")
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%number >%'")
    for _ in range(PREPARED_AFTER + 2):
        with database.reading() as connection:
            assert connection.scalar(count, {"number": 0}) == 0
    with database.reading() as connection:
        n_prepared = connection.scalar(prepared)
    postgres.run("ALTER TABLE analyses ADD COLUMN more integer")
    postgres.run("CREATE INDEX ON analyses (more)")

    with database.reading() as connection:
        assert connection.scalar(count, {"number": 0}) == 0
    assert n_prepared == 1


def test_a_commit_whose_answer_was_lost_is_neither_a_success_nor_a_failure(opened, relay):
    records = opened(f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    relay.lose_answer(b"COMMIT\0", after=b"INSERT INTO analyses")

    with pytest.raises(CommitUnknownError):
        records.queue.enqueue(new("a"))
    assert relay.n_lost == 1
    assert opened().history.get("a", "ana").id == "a"


def test_what_was_not_committed_when_the_link_broke_is_a_failure(opened, relay):
    records = opened(f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    relay.lose_request(b"INSERT INTO analyses")

    with pytest.raises(RecordsUnavailableError) as refused:
        records.queue.enqueue(new("a"))
    assert not isinstance(refused.value, CommitUnknownError)


def test_time_is_that_of_the_database_whatever_this_host_believes(opened, postgres):
    elapsed = [5.0]
    clock = DatabaseClock(opened().database, lambda: elapsed[0])
    [(server,)] = postgres.run("SELECT extract(epoch FROM clock_timestamp())::float8")
    first = clock()
    elapsed[0] += 100

    assert abs(server - first) < SOON_S
    assert clock() - first == pytest.approx(100)
    clock.synchronise()
    assert clock() - first < SOON_S


def test_of_several_processes_one_sweeps(opened):
    first, second = opened(keep_images_h=0.0001), opened(keep_images_h=0.0001)
    first.files.put("a", "0" * 64, b"pixels")
    first.queue.enqueue(new("a"))
    [claim] = first.queue.claim(1)
    first.queue.finish([(claim, DONE)])
    time.sleep(0.5)

    with second.database.alone(LOCK_NUMBER) as held:
        while_another_sweeps = first.sweep().n_images
    afterwards = first.sweep().n_images

    assert (held, while_another_sweeps, afterwards) == (True, 0, 1)


class Heard:
    """What a listener passes on."""

    def __init__(self, records: Records) -> None:
        self.results: queue.Queue[str] = queue.Queue()
        self.work, self.gap = threading.Semaphore(0), threading.Semaphore(0)
        self.listener = Listener(
            records.database,
            records.replica,
            on_result=self.results.put,
            on_work=self.work.release,
            on_gap=self.gap.release,
        )
        assert self.gap.acquire(timeout=SOON_S)


def test_a_result_is_heard_by_the_process_that_accepted_the_upload(opened):
    web, worker, other = opened(), opened(), opened()
    heard, not_concerned = Heard(web), Heard(other)
    web.queue.enqueue(new("a"))
    woken = not_concerned.work.acquire(timeout=SOON_S)
    worker.queue.finish([(claim, DONE) for claim in worker.queue.claim(1)])

    assert woken
    assert heard.results.get(timeout=SOON_S) == "a"
    assert not_concerned.results.empty()
    for one in (heard, not_concerned):
        one.listener.close()


def test_a_listener_that_lost_its_connection_looks_everywhere_and_listens_again(opened, relay):
    web = opened(f"postgresql://raiox@127.0.0.1:{relay.port}/postgres")
    heard = Heard(web)
    relay.cut()

    assert heard.gap.acquire(timeout=SOON_S)
    worker = opened()
    web.queue.enqueue(new("a"))
    worker.queue.finish([(claim, DONE) for claim in worker.queue.claim(1)])
    assert heard.results.get(timeout=SOON_S) == "a"
    heard.listener.close()


def test_a_long_queue_notifies_nobody_because_every_worker_is_busy(opened, monkeypatch):
    monkeypatch.setattr(queue_module, "WAKE_BELOW", 2)
    records = opened()
    heard = Heard(records)
    for name in "abcd":
        records.queue.enqueue(new(name))
    records.queue.finish([(claim, DONE) for claim in opened().queue.claim(4)])

    n_woken = 0
    while heard.work.acquire(timeout=1.5):
        n_woken += 1
    heard.listener.close()
    assert n_woken == 2


def test_the_pace_is_that_of_all_workers_together(opened):
    records, other = opened(), opened()
    assert records.statistics.seconds_each() is None
    for number in range(9):
        records.queue.enqueue(new(str(number)))
    for worker in (records, other):
        worker.queue.finish([(claim, DONE) for claim in worker.queue.claim(4)])

    assert 0 < records.statistics.seconds_each() < SOON_S
