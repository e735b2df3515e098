"""Forgetting: images after `keep_images_h`, results after `keep_results_h`, leavings at once.

What waits longer than `max_queued_s`, because no model answers, fails first and is then kept as
long as any other. After a step of the clock nothing is deleted that may not be due. Of several
processes one sweeps. Each step
of a sweep deletes the row or its mark first and the file second, so a crash in between leaves a
file without a row, which the last step of the next sweep takes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update

from raiox.records.clock import ClockWatch
from raiox.records.database import Database
from raiox.records.errors import AnalysisExpiredError
from raiox.records.images import ImageStore
from raiox.records.rows import Clock
from raiox.records.tables import analyses, idempotency_keys, in_state, shares
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

LOCK_NUMBER = 0x5257_4545_50
"""Among those of the database, which one sweeper of all processes holds."""
KEEP_KEYS_S = 24 * 3_600.0
"""How long a retry with the same key is the same upload."""
ROWS_A_STEP = 500

HOUR_S = 3_600.0
_FINISHED = (AnalysisState.DONE, AnalysisState.FAILED)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What one sweep deleted."""

    n_results: int
    n_images: int
    n_orphans: int


def without_image(settings: RecordsSettings) -> dict[str, Any]:
    """The columns of a row whose image is gone."""
    gone: dict[str, Any] = {"has_image": False}
    return gone | {"maps": None} if settings.delete_heatmaps_with_image else gone


class Retention:
    """Keeps the promise of how long things are kept."""

    def __init__(
        self,
        database: Database,
        files: ImageStore,
        settings: RecordsSettings,
        clock: Clock,
        watch: ClockWatch,
    ) -> None:
        self._database = database
        self._files = files
        self._settings = settings
        self._clock = clock
        self._watch = watch

    def sweep(self) -> SweepResult:
        """Delete everything whose time has come, unless another process is at it."""
        self._watch.look()
        with self._database.alone(LOCK_NUMBER) as is_sweeper:
            return self._sweep() if is_sweeper else SweepResult(0, 0, 0)

    def _sweep(self) -> SweepResult:
        now, held = self._clock(), self._watch.held
        self._expire_waiting(now)
        n_results = 0 if held(self._settings.keep_results_h * HOUR_S) else self._delete_results(now)
        n_images = 0 if held(self._settings.keep_images_h * HOUR_S) else self._delete_images(now)
        n_orphans = 0
        if not held(KEEP_KEYS_S):
            self._delete_keys_and_links(now)
            old = now - self._files.max_upload_age_s
            n_orphans = self._files.sweep(self._with_image, older_than=old)
        if n_results or self._database.erasure_owed:
            self._database.checkpoint_wal()
        return SweepResult(n_results, n_images, n_orphans)

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
            ids = [analysis_id for analysis_id, _ in found]
            with self._database.writing() as connection:
                connection.execute(delete(analyses).where(analyses.c.id.in_(ids)))
            self._remove_files(found)
            n_deleted += len(found)
        return n_deleted

    def _delete_images(self, now: float) -> int:
        due = (
            analyses.c.has_image & (analyses.c.image_until < now) & analyses.c.state.in_(_FINISHED)
        )
        n_deleted = 0
        while found := self._some(due):
            ids = [analysis_id for analysis_id, _ in found]
            with self._database.writing() as connection:
                connection.execute(
                    update(analyses)
                    .where(analyses.c.id.in_(ids))
                    .values(without_image(self._settings))
                )
            self._remove_files(found)
            n_deleted += len(found)
        return n_deleted

    def _delete_keys_and_links(self, now: float) -> None:
        keys = idempotency_keys.c
        with self._database.writing() as connection:
            connection.execute(delete(idempotency_keys).where(keys.created_at < now - KEEP_KEYS_S))
            connection.execute(delete(shares).where(shares.c.expires_at < now))
            for table in (idempotency_keys, shares):
                owner = select(analyses.c.id).where(analyses.c.id == table.c.analysis_id)
                connection.execute(delete(table).where(~exists(owner)))

    def _some(self, due: ColumnElement[bool]) -> list[tuple[str, str]]:
        statement = select(analyses.c.id, analyses.c.sha256).where(due).limit(ROWS_A_STEP)
        with self._database.reading() as connection:
            return [(row.id, row.sha256) for row in connection.execute(statement)]

    def _remove_files(self, found: list[tuple[str, str]]) -> None:
        for analysis_id, sha256 in found:
            self._files.remove(analysis_id, sha256)

    def _with_image(self, ids: Collection[str]) -> set[str]:
        statement = select(analyses.c.id).where(analyses.c.id.in_(ids), analyses.c.has_image)
        with self._database.reading() as connection:
            return set(connection.scalars(statement))
