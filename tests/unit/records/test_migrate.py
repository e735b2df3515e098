"""The tables come to be on an empty database and stay on a full one."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from raiox.records.migrate import migrate
from raiox.records.rows import NewAnalysis
from raiox.records.store import open_records
from raiox.records.tables import metadata
from raiox.settings import RecordsSettings


def test_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path):
    records = open_records(RecordsSettings(), tmp_path)
    with records.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    records.close()

    assert differences == []


def test_migrating_again_keeps_what_is_there(tmp_path: Path):
    records = open_records(RecordsSettings(), tmp_path)
    records.queue.enqueue(NewAnalysis("a", "ana", "0" * 64, "png", (), 64, 48))
    migrate(records.database)

    kept = records.history.get("a", "ana").id
    records.close()

    assert kept == "a"
