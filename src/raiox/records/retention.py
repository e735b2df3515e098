"""Forgetting: images after `keep_images_h`, results after `keep_results_h`, leavings within moments.

What waits longer than `max_queued_s`, because no model answers, fails first and is then kept as
long as any other. After a step of the clock nothing is deleted that may not be due. Of several
processes one sweeps. Each step
of a sweep deletes the row or its mark first and the files second, so a crash in between leaves a
file that no row wants, which the last step of a next sweep takes: it looks at every file, so where
there are many it is left out for a while.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, select, update

from raiox.records.clock import ClockWatch
from raiox.records.database import Database
from raiox.records.errors import AnalysisExpiredError
from raiox.records.images import SUFFIXES, ImageStore, StoredFile, all_suffixes
from raiox.records.rows import Clock
from raiox.records.tables import analyses, ended_sessions, idempotency_keys, in_state, shares
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

LOCK_NUMBER = 0x5257_4545_50
"""Among those of the database, which one sweeper of all processes holds."""
KEEP_KEYS_S = 24 * 3_600.0
"""How long a retry with the same key is the same upload."""
ROWS_A_STEP = 500
LOOK_SHARE = 0.01
"""Of the time that goes by, at most, to look at every file for those that no row wants."""

HOUR_S = 3_600.0
_FINISHED = (AnalysisState.DONE, AnalysisState.FAILED)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What one sweep deleted."""

    n_results: int
    n_images: int
    n_orphans: int


class Retention:
    """Keeps the promise of how long things are kept."""

    def __init__(
        self,
        database: Database,
        files: ImageStore,
        settings: RecordsSettings,
        clock: Clock,
        watch: ClockWatch,
        elapsed: Clock = time.monotonic,
    ) -> None:
        self._database = database
        self._files = files
        self._settings = settings
        self._clock = clock
        self._watch = watch
        self._elapsed = elapsed
        self._next_look = float("-inf")

    def sweep_rows(self) -> tuple[int, int]:
        """Delete results and images whose time has come, unless another process is at it.

        Returns: how many of each.
        """
        self._watch.look()
        with self._database.alone(LOCK_NUMBER) as is_sweeper:
            return self._delete_due() if is_sweeper else (0, 0)

    def sweep_files(self) -> int:
        """Delete files that no row wants, unless another process is at it or it was done just now.

        It only reads the database, and holds nobody up who writes. Returns: how many.
        """
        with self._database.alone(LOCK_NUMBER) as is_sweeper:
            if not is_sweeper or self._watch.held(KEEP_KEYS_S):
                return 0
            return self._delete_orphans(self._clock())

    def forget_images(self, ids: Sequence[str]) -> None:
        """Note that these images are gone; their files are the caller's next step."""
        gone: dict[str, Any] = {"has_image": False}
        if self._settings.delete_heatmaps_with_image:
            gone |= {"maps": None, "maps_suffix": None}
        with self._database.writing() as connection:
            connection.execute(update(analyses).where(analyses.c.id.in_(ids)).values(gone))

    def suffixes_of_image(self, maps_suffix: str | None) -> tuple[str, ...]:
        """Of the files that go when an image's time is over."""
        goes = self._settings.delete_heatmaps_with_image
        return all_suffixes(maps_suffix if goes else None)

    def _delete_due(self) -> tuple[int, int]:
        now, held = self._clock(), self._watch.held
        self._expire_waiting(now)
        n_results = 0 if held(self._settings.keep_results_h * HOUR_S) else self._delete_results(now)
        n_images = 0 if held(self._settings.keep_images_h * HOUR_S) else self._delete_images(now)
        if not held(KEEP_KEYS_S):
            self._delete_keys_links_and_ends(now)
        if n_results or self._database.erasure_owed:
            self._database.checkpoint_wal()
        return n_results, n_images

    def _expire_waiting(self, now: float) -> None:
        limit_s = self._settings.max_queued_s
        if not self._watch.steady_for(limit_s):
            return
        columns = analyses.c
        waits = in_state(AnalysisState.QUEUED) & (columns.created_at < now - limit_s)
        lost = in_state(AnalysisState.RUNNING) & (columns.lease_until < now - limit_s)
        expired = AnalysisResult.failed(AnalysisExpiredError(limit_s=limit_s))
        with self._database.writing() as connection:
            connection.execute(
                update(analyses)
                .where(waits | lost)
                .values(state=AnalysisState.FAILED, result=expired, finished_at=now)
            )

    def _delete_results(self, now: float) -> int:
        due = (analyses.c.expires_at < now) & analyses.c.state.in_(_FINISHED)
        n_deleted = 0
        while found := self._some(due):
            ids = [row.id for row in found]
            with self._database.writing() as connection:
                connection.execute(delete(analyses).where(analyses.c.id.in_(ids)))
            for row in found:
                self._files.remove(row.id, row.sha256, all_suffixes(row.maps_suffix))
            n_deleted += len(found)
        return n_deleted

    def _delete_images(self, now: float) -> int:
        due = (
            analyses.c.has_image & (analyses.c.image_until < now) & analyses.c.state.in_(_FINISHED)
        )
        n_deleted = 0
        while found := self._some(due):
            self.forget_images([row.id for row in found])
            for row in found:
                self._files.remove(row.id, row.sha256, self.suffixes_of_image(row.maps_suffix))
            n_deleted += len(found)
        return n_deleted

    def _delete_keys_links_and_ends(self, now: float) -> None:
        keys = idempotency_keys.c
        with self._database.writing() as connection:
            connection.execute(delete(idempotency_keys).where(keys.created_at < now - KEEP_KEYS_S))
            for table in (shares, ended_sessions):
                connection.execute(delete(table).where(table.c.expires_at < now))
            for table in (idempotency_keys, shares):
                owner = select(analyses.c.id).where(analyses.c.id == table.c.analysis_id)
                connection.execute(delete(table).where(~exists(owner)))

    def _delete_orphans(self, now: float) -> int:
        began = self._elapsed()
        if began < self._next_look:
            return 0
        n_deleted = self._files.sweep(self._wanted, older_than=now - self._files.max_upload_age_s)
        ended = self._elapsed()
        self._next_look = ended + (ended - began) / LOOK_SHARE
        return n_deleted

    def _some(self, due: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
        columns = analyses.c
        statement = select(columns.id, columns.sha256, columns.maps_suffix).where(due)
        with self._database.reading() as connection:
            return connection.execute(statement.limit(ROWS_A_STEP)).all()

    def _wanted(self, files: Collection[StoredFile]) -> set[StoredFile]:
        columns = analyses.c
        statement = select(columns.id, columns.state, columns.has_image, columns.maps_suffix).where(
            columns.id.in_({file.analysis_id for file in files})
        )
        with self._database.reading() as connection:
            rows = {row.id: row for row in connection.execute(statement)}
        return {f for f in files if f.analysis_id in rows and _wants(rows[f.analysis_id], f.suffix)}


def _wants(row: Row[*tuple[Any, ...]], suffix: str) -> bool:
    """Whether a row names the file, or is about to: its maps are put before it is finished."""
    if row.state is AnalysisState.RUNNING or suffix == row.maps_suffix:
        return True
    return suffix in SUFFIXES and bool(row.has_image)
