"""Opening the records: database, queue, history, files and retention as one value."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.records.api_keys import ApiKeys
from raiox.records.clock import ClockWatch
from raiox.records.database import Database
from raiox.records.files import ImageFiles
from raiox.records.history import History
from raiox.records.migrate import migrate
from raiox.records.queue import AnalysisQueue
from raiox.records.retention import Retention
from raiox.records.rows import Clock
from raiox.records.statistics import StatisticsReader
from raiox.settings import RecordsSettings

DATABASE_FILE: Final = "raiox.sqlite3"
IMAGES_FOLDER: Final = "images"
"""In the service's own folder."""


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that is kept, ready for use."""

    database: Database
    queue: AnalysisQueue
    history: History
    files: ImageFiles
    retention: Retention
    watch: ClockWatch
    api_keys: ApiKeys
    statistics: StatisticsReader

    def close(self) -> None:
        """Give all connections back."""
        self.database.close()


def open_records(
    settings: RecordsSettings,
    data_dir: Path,
    clock: Clock = time.time,
    elapsed: Clock = time.monotonic,
) -> Records:
    """Open the records in `data_dir`, with the newest tables.

    Args:
        elapsed: a clock that nobody can set, to judge the other by.

    Raises: RecordsUnavailableError, RecordsDamagedError, StorageFullError.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = ImageFiles(data_dir / IMAGES_FOLDER)
    if settings.database_url is None:
        (data_dir / DATABASE_FILE).touch(mode=0o600)  # SQLite gives its other files the same rights
    database = Database(settings.database_url or f"sqlite:///{data_dir / DATABASE_FILE}")
    migrate(database)
    database.checkpoint_wal()  # a process that was killed may have owed it
    watch = ClockWatch(data_dir, clock, elapsed)
    return Records(
        database=database,
        queue=AnalysisQueue(database, settings, clock),
        history=History(database),
        files=files,
        retention=Retention(database, files, settings, clock, watch),
        watch=watch,
        api_keys=ApiKeys(database, clock),
        statistics=StatisticsReader(database, clock),
    )
