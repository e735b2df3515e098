"""A damaged database is one deliberate error, wherever it is met."""

import random

import pytest

from raiox.records.errors import RecordsDamagedError
from raiox.records.rows import NewAnalysis
from raiox.records.store import open_records
from raiox.settings import RecordsSettings

SHA = "0" * 64
PAGE_BYTES = 4_096


def filled(folder):
    records = open_records(RecordsSettings(), folder)
    for number in range(300):
        name = f"analysis-{number}"
        records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", ("note",), 64, 48))
    records.database.checkpoint_wal()
    return records


def overwrite(folder, first_byte):
    path = folder / "raiox.sqlite3"
    content = bytearray(path.read_bytes())
    content[first_byte:] = random.Random(1).randbytes(len(content) - first_byte)
    path.write_bytes(content)


@pytest.mark.parametrize("first_byte", [0, 16, PAGE_BYTES])
def test_opening_a_damaged_database_says_so(tmp_path, first_byte):
    filled(tmp_path).close()
    overwrite(tmp_path, first_byte)

    with pytest.raises(RecordsDamagedError):
        open_records(RecordsSettings(), tmp_path).database.check_integrity()


def test_damage_under_a_running_service_says_so(tmp_path):
    records = filled(tmp_path)
    overwrite(tmp_path, PAGE_BYTES)
    records.database.close()  # new connections, as a busy service opens them
    found = set()
    for work in (
        lambda: records.history.list("ana", limit=100),
        records.database.check_integrity,
        lambda: records.queue.claim(5),
        records.sweep,
    ):
        try:
            work()
        except RecordsDamagedError as error:
            found.add(error.code)
    records.close()

    assert found == {"records_damaged"}


def test_a_whole_database_passes(tmp_path):
    records = filled(tmp_path)
    records.database.check_integrity()

    assert records.history.get("analysis-0", "ana").id == "analysis-0"
    records.close()
