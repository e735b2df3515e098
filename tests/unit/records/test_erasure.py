"""What is deleted is gone from the database file and from its log, sooner or later but surely."""

import sqlite3
import time

import pytest

from raiox.records.rows import NewAnalysis
from raiox.records.store import open_records
from raiox.settings import RecordsSettings

SHA = "5ec7e7" * 10 + "abcd"
NAME = "b0b0b0b0-secret-analysis-name"


@pytest.fixture
def records(tmp_path):
    opened = open_records(RecordsSettings(), tmp_path)
    yield opened
    opened.close()


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.glob("raiox.sqlite3*"))


def test_a_deleted_row_is_in_no_file(records, tmp_path):
    records.queue.enqueue(NewAnalysis(NAME, "ana", SHA, "png", (), 64, 48))
    assert NAME.encode() in bytes_of(tmp_path)
    records.history.delete(NAME, "ana")

    assert records.database.checkpoint_wal()
    assert NAME.encode() not in bytes_of(tmp_path)
    assert SHA.encode() not in bytes_of(tmp_path)


def test_erasing_waits_for_no_reader_and_is_owed_until_the_next_sweep(records, tmp_path):
    records.queue.enqueue(NewAnalysis(NAME, "ana", SHA, "png", (), 64, 48))
    backup = sqlite3.connect(tmp_path / "raiox.sqlite3", isolation_level=None)
    backup.execute("BEGIN")
    backup.execute("SELECT count(*) FROM analyses").fetchone()
    records.history.delete(NAME, "ana")
    started = time.monotonic()
    erased = records.database.checkpoint_wal()
    took_s = time.monotonic() - started
    lingers = NAME.encode() in bytes_of(tmp_path)
    backup.execute("COMMIT")
    backup.close()
    records.sweep()

    assert (erased, lingers) == (False, True)
    assert took_s < 1
    assert not records.database.erasure_owed
    assert NAME.encode() not in bytes_of(tmp_path)


def test_what_a_killed_process_owed_is_erased_by_the_next_start(tmp_path):
    killed = open_records(RecordsSettings(), tmp_path)
    killed.queue.enqueue(NewAnalysis(NAME, "ana", SHA, "png", (), 64, 48))
    killed.history.delete(NAME, "ana")
    assert NAME.encode() in bytes_of(tmp_path)
    open_records(RecordsSettings(), tmp_path).close()

    assert NAME.encode() not in bytes_of(tmp_path)
    killed.close()


def test_waiting_for_a_lock_is_as_long_as_before(records):
    records.database.checkpoint_wal()
    with records.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5_000
