"""The tables come to be on an empty database and stay on a full one."""

import json
import sqlite3
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from raiox.records.database import Database
from raiox.records.migrate import migrate
from raiox.records.rows import NewAnalysis
from raiox.records.store import open_records
from raiox.records.tables import metadata
from raiox.result import CodedMessage
from raiox.settings import RecordsSettings
from raiox.vocabulary import Outcome


def test_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path, database_url):
    records = open_records(RecordsSettings(database_url=database_url), tmp_path)
    with records.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    records.close()

    assert differences == []


def test_migrating_again_keeps_what_is_there(tmp_path: Path, database_url):
    records = open_records(RecordsSettings(database_url=database_url), tmp_path)
    records.queue.enqueue(NewAnalysis("a", "ana", "0" * 64, "png", (), 64, 48))
    migrate(records.database)

    kept = records.history.get("a", "ana").id
    records.close()

    assert kept == "a"


def test_a_start_on_the_newest_tables_does_without_alembic(
    tmp_path: Path, database_url, monkeypatch
):
    open_records(RecordsSettings(database_url=database_url), tmp_path).close()
    monkeypatch.setitem(sys.modules, "alembic", None)

    records = open_records(RecordsSettings(database_url=database_url), tmp_path)

    assert records.queue.n_queued() == 0
    records.close()


def test_a_database_of_the_first_version_keeps_its_results(tmp_path: Path):
    file = tmp_path / "raiox.sqlite3"
    open_at(file, "0001")
    rejection = {"code": "rotated_radiograph", "rotation_deg": 90, "messages": {"en": {}}}
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO analyses (id, owner, state, attempt, lease_until, created_at, image_until,"
            " expires_at, has_image, sha256, source_format, notes, width_px, height_px, body,"
            " maps, embedding) VALUES ('a', 'ana', 'done', 1, 0, 1, 2, 3, 1, ?, 'png', '[\"x\"]',"
            " 64, 48, ?, ?, ?)",
            ("0" * 64, json.dumps({"outcome": "rejected", "rejection": rejection}), b"m", b"e"),
        )

    records = open_records(RecordsSettings(), tmp_path)
    kept = records.history.get("a", "ana")
    with records.database.reading() as connection:
        names = {column["name"] for column in inspect(connection).get_columns("analyses")}
    records.close()

    assert (kept.result.outcome, kept.notes, kept.has_maps) == (Outcome.REJECTED, ("x",), True)
    assert kept.result.rejection == CodedMessage(
        code="rotated_radiograph", facts={"rotation_deg": 90}
    )
    assert "embedding" not in names


def open_at(file: Path, revision: str) -> None:
    """A database as an older version left it."""
    database = Database(f"sqlite:///{file}")
    migrate(database, revision)
    database.close()
