"""Opening the records: database, queue, history, files and retention as one value."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.records.activation_maps import ActivationMaps
from raiox.records.api_keys import ApiKeys
from raiox.records.clock import ClockWatch
from raiox.records.database import Database
from raiox.records.database_clock import DatabaseClock
from raiox.records.ended_sessions import EndedSessions
from raiox.records.history import History
from raiox.records.image_folder import ImageFolder
from raiox.records.images import FOLDER as IMAGES_FOLDER
from raiox.records.images import ImageStore
from raiox.records.migrate import migrate
from raiox.records.queue import AnalysisQueue
from raiox.records.retention import Retention, SweepResult
from raiox.records.rows import Clock
from raiox.records.shares import Shares
from raiox.records.statistics import StatisticsReader
from raiox.settings import FilesSettings, RecordsSettings

DATABASE_FILE: Final = "raiox.sqlite3"
"""In the service's own folder."""
N_REPLICA_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that is kept, ready for use."""

    database: Database
    queue: AnalysisQueue
    history: History
    files: ImageStore
    maps: ActivationMaps
    retention: Retention
    watch: ClockWatch
    api_keys: ApiKeys
    shares: Shares
    ended_sessions: EndedSessions
    statistics: StatisticsReader
    clock: Clock
    replica: str
    """Names this process among those that share the database."""

    def sweep(self) -> SweepResult:
        """Delete everything whose time has come, by the newest time."""
        n_results, n_images = self.sweep_rows()
        return SweepResult(n_results, n_images, self.retention.sweep_files())

    def sweep_rows(self) -> tuple[int, int]:
        """Delete results and images whose time has come, by the newest time; returns how many of each."""
        if isinstance(self.clock, DatabaseClock):
            self.clock.synchronise()
        return self.retention.sweep_rows()

    def close(self) -> None:
        """Give all connections back."""
        self.database.close()


def keeps_records(settings: RecordsSettings, data_dir: Path) -> bool:
    """Whether a service has been here before; a database elsewhere is not looked at."""
    return settings.database_url is not None or (data_dir / DATABASE_FILE).exists()


def open_records(
    settings: RecordsSettings,
    data_dir: Path,
    clock: Clock | None = None,
    elapsed: Clock = time.monotonic,
    files: FilesSettings | None = None,
) -> Records:
    """Open the records, with the newest tables.

    Args:
        data_dir: holds the database and the images where the settings name no others.
        clock: by default, that of the machine that runs the database.
        elapsed: a clock that nobody can set, to judge the other by.

    Raises: RecordsError.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = files or FilesSettings()
    images = _open_images(files, data_dir)
    if settings.database_url is None:
        (data_dir / DATABASE_FILE).touch(mode=0o600)  # SQLite gives its other files the same rights
    database = Database(settings.database_url or f"sqlite:///{data_dir / DATABASE_FILE}")
    migrate(database)
    database.checkpoint_wal()  # a process that was killed may have owed it
    clock = clock or (time.time if database.is_sqlite else DatabaseClock(database, elapsed))
    watch = ClockWatch(data_dir, clock, elapsed)
    replica = secrets.token_hex(N_REPLICA_BYTES)
    return Records(
        database=database,
        queue=AnalysisQueue(database, settings, clock, replica),
        history=History(database),
        files=images,
        maps=ActivationMaps(database, images, in_files=files.maps),
        retention=Retention(database, images, settings, clock, watch, elapsed),
        watch=watch,
        api_keys=ApiKeys(database, clock),
        shares=Shares(database, clock),
        ended_sessions=EndedSessions(database, clock),
        statistics=StatisticsReader(database, clock),
        clock=clock,
        replica=replica,
    )


def _open_images(settings: FilesSettings, data_dir: Path) -> ImageStore:
    """Raises: DriverMissingError, StorageFullError, RecordsUnavailableError."""
    if settings.url is None:
        return ImageFolder(data_dir / IMAGES_FOLDER)
    # An extra: imported only where it is named.
    from raiox.records.image_bucket import ImageBucket  # noqa: PLC0415

    return ImageBucket(settings.url)
